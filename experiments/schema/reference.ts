/** What may be named or written in place: hosts and drives. */
import { z } from 'zod';
import { allowing } from './problem.ts';

/** A name or path, the whole thing written in place, or `like` another with some keys changed. */
export const reference = <T extends z.ZodObject, U extends z.ZodObject = T>(
  what: string,
  schema: T,
  other?: U,
) =>
  z.union(
    [
      z.string().min(1),
      ...(other ? [other] : []),
      schema,
      schema.partial().extend({ like: z.string().min(1).describe('The one that the other keys change.') }),
    ] as unknown as [z.ZodString, T, U],
    { error: allowing(`the name of ${what} (see nvmoe list), a path to one, or a mapping`) },
  );
