/** A terminal that remembers what was written to it. */
import { runCli } from '../../../experiments/cli/program.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command in this process. */
export async function say(...args: string[]): Promise<Said> {
  let out = '';
  let error = '';
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    interactive: false,
  });
  return { code, out, error };
}
