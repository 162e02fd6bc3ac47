/** The drives of an experiment: one kind of them, or a list of kinds, joined into one array. */
import { z } from 'zod';
import { driveSchema, idealDriveSchema, pcieSchema } from './drive.ts';
import { quantity } from './leaf.ts';
import { allowing } from './problem.ts';
import { reference } from './reference.ts';

const kind = {
  device: reference('a drive', driveSchema, idealDriveSchema).describe('The drive.'),
  count: quantity('count', { min: 1, max: 1024 }).prefault(1).describe('Drives of this kind.'),
  switch: z
    .string()
    .min(1)
    .optional()
    .describe('The one of `switches` that they are behind; default: on the host itself.'),
};

const array = {
  stripe: quantity('bytes', { min: '4 KiB', max: '1 GiB', step: '4 KiB' })
    .prefault('1 MiB')
    .describe('Bytes on one drive before the next.'),
  placement: z
    .enum(['stripe', 'expert', 'hot-cold'])
    .default('stripe')
    .describe(
      'stripe: everything over all drives. expert: whole experts, dealt in turn. hot-cold: whole experts, so that each drive serves its share of this run’s requests in every layer. The last two need model.layout expert-contiguous.',
    ),
  weights: z
    .array(
      z
        .int({ error: allowing('a whole number') })
        .min(1)
        .max(1000),
    )
    .optional()
    .describe('Share of each drive, one whole number a drive; default: equal.'),
  fidelity: z
    .enum(['flash', 'queue', 'ideal'])
    .optional()
    .describe(
      'How a drive is simulated; flash needs a profile with a flash section; default queue, and ideal for a drive that is given as ideal.',
    ),
  switches: z
    .array(pcieSchema.extend({ name: z.string().min(1).describe('What `switch` calls it.') }))
    .optional()
    .describe(
      'PCIe switches, or a chipset, each with the generation and the lanes of the uplink that its drives share.',
    ),
};

const BESIDE = 'found drives beside device; allowed is one of them: device and count, or a list of drives';

export const storageSchema = z
  .union(
    [
      z.strictObject(
        { ...kind, ...array },
        {
          error: (issue) =>
            issue.code === 'unrecognized_keys' && issue.keys.includes('drives') ? BESIDE : undefined,
        },
      ),
      z.strictObject({
        drives: z
          .array(z.strictObject(kind))
          .min(1)
          .describe(
            'Kinds of drives, in the order in which stripes go round: device, count, switch of each.',
          ),
        ...array,
      }),
    ],
    { error: allowing('a mapping (device and count, or a list of drives, and how they are joined)') },
  )
  .superRefine((storage, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const { weights, switches = [] } = storage;
    const count = kindsOf(storage).reduce((sum, each) => sum + each.count, 0);
    if (weights && weights.length !== count)
      refuse(['weights'], `found ${weights.length}; allowed is one for each of ${count} drives`);
    const names = switches.map(({ name }) => name);
    const twice = names.findIndex((name, i) => names.indexOf(name) < i);
    if (twice >= 0) refuse(['switches', twice, 'name'], `found '${names[twice]}' twice; allowed is it once`);
    for (const { path, switch: name } of kindsOf(storage))
      if (name !== undefined && !names.includes(name))
        refuse(
          [...path, 'switch'],
          `found '${name}', which is not among storage.switches; allowed are ${names.join(', ') || 'none'}`,
        );
  })
  .describe('The drives: device and count, or drives, a list of kinds.');

type StorageFile = z.output<typeof storageSchema>;

/** The kinds of drives, and where each stands under `storage`. */
export function kindsOf(storage: StorageFile) {
  if (!('drives' in storage)) {
    const { device, count, switch: name } = storage;
    return [{ device, count, switch: name, path: [] as (string | number)[] }];
  }
  return storage.drives.map((each, i) => ({ ...each, path: ['drives', i] }));
}
