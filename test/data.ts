/**
 * Measured data that the tests compare with: public measurements kept outside the project, found through the
 * environment variable NVMOE_DATA, by default the folder ../shared/data beside the checkout.
 *
 * Where the data is absent, a suite written with `describeMeasured` is skipped and one line says how many tests.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it, type TestContext } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The folder of measured data, whether or not it exists. */
export const dataFolder = resolve(root, process.env.NVMOE_DATA ?? '../shared/data');

/** Absolute path of a measured file, given relative to the data folder: `measured('routing/olmoe-299.jsonl')`. */
export const measured = (path: string): string => join(dataFolder, path);

type Task = TestContext['task'] | TestContext['task']['file']['tasks'][number];
const countTests = (task: Task): number =>
  'tasks' in task ? task.tasks.reduce((sum, child) => sum + countTests(child), 0) : 1;

/**
 * `describe` for tests that need measured files. The body runs at collection even when the data is absent: read files
 * in tests or in `beforeAll`, never in the body itself. Call it at the top level of a test file.
 * @param needs paths relative to the data folder; all must exist for the suite to run
 */
export function describeMeasured(name: string, needs: readonly string[], body: () => void): void {
  const missing = needs.filter((path) => !existsSync(measured(path)));
  describe.skipIf(missing.length > 0)(name, body);
  if (missing.length === 0) return;
  // A test that runs can see the collected tree, and so count the tests of the skipped suite beside it.
  it(`${name}: measured data`, ({ task, skip }) => {
    const suite = task.file.tasks.find((other) => other.name === name && 'tasks' in other);
    const count = suite ? countTests(suite) : 0;
    process.stderr.write(
      `skipped ${count} tests of "${name}": no ${missing[0]} in ${dataFolder} (set NVMOE_DATA)\n`,
    );
    skip('measured data absent');
  });
}
