/**
 * The command line: every command is one file of commands/ and one line here. `runCli` never throws and never exits; it
 * returns the exit code.
 */
import { Command, CommanderError } from 'commander';
import colours from 'picocolors';
import { FailedCheck, InputError } from '../errors.ts';
import { dotted } from '../load/validate.ts';
import { version } from '../version.ts';
import { registerBounds } from './commands/bounds.ts';
import { registerCache } from './commands/cache.ts';
import { registerCalibrate } from './commands/calibrate.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerFio } from './commands/fio.ts';
import { registerList } from './commands/list.ts';
import { registerModel } from './commands/model.ts';
import { registerPolicies } from './commands/policies.ts';
import { registerReplay } from './commands/replay.ts';
import { registerReport } from './commands/report.ts';
import { registerRouting } from './commands/routing.ts';
import { registerRun, registerSweep } from './commands/run.ts';
import { registerSchema } from './commands/schema.ts';
import { registerTrace } from './commands/trace.ts';
import { registerValidate } from './commands/validate.ts';
import { examples, UNITS } from './options.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Colour only on a terminal: the library also colours where CI is set. */
const pc = colours.createColors(Boolean(process.stderr.isTTY) && !process.env.NO_COLOR);

const REGISTER = [
  registerRun,
  registerSweep,
  registerBounds,
  registerCache,
  registerCalibrate,
  registerFio,
  registerReplay,
  registerReport,
  registerList,
  registerModel,
  registerPolicies,
  registerTrace,
  registerRouting,
  registerValidate,
  registerSchema,
  registerCompletion,
];

export function createProgram(terminal: Terminal): Command {
  const program = new Command('nvmoe')
    .description(
      'Predicts how fast a Mixture-of-Experts model decodes when its weights are read from NVMe SSDs.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print help')
    .helpCommand(false)
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.error(text) })
    .exitOverride();
  for (const register of REGISTER) register(program, terminal);
  const codes =
    'Exit codes: 0 success, 1 a check failed, 2 bad input, 70 an error in nvmoe itself, 130 interrupted.';
  return examples(program, ['nvmoe run deepseek-v3-on-80gbs', 'nvmoe list devices'], `${UNITS}\n${codes}`);
}

export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return EXIT.success;
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Prints what went wrong as one paragraph. */
function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.badInput;
  const label = pc.red('nvmoe:');
  if (error instanceof InputError) {
    const where = error.path?.length ? `${dotted(error.path)}: ` : '';
    terminal.error(`${label} ${where}${error.message}\n`);
    return EXIT.badInput;
  }
  if (error instanceof FailedCheck) {
    terminal.error(`${label} ${error.message}\n`);
    return EXIT.failedCheck;
  }
  if (error instanceof Error && error.name === 'Interrupted') {
    terminal.error(`${label} ${error.message}\n`);
    return EXIT.interrupted;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  terminal.error(
    `${label} internal error, please report it: ${message.split('\n')[0]} (NVMOE_DEBUG=1 shows where)\n`,
  );
  if (process.env.NVMOE_DEBUG === '1') terminal.error(`${stack}\n`);
  return EXIT.internal;
}
