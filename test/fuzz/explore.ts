/**
 * Runs the random tests of the suite with new seeds: `npm run explore -- [ROUNDS] [FILE…]`, 10 rounds unless told.
 * A failing round names its seed and stops; `NVMOE_SEED=SEED npx vitest run FILE` repeats it.
 */
import { execFileSync, spawnSync } from 'node:child_process';

const [rounds = '10', ...named] = process.argv.slice(2);
const random = execFileSync('git', ['grep', '-le', 'fast-check', '--', 'test/*.test.ts'], {
  encoding: 'utf8',
});
const files = named.length > 0 ? named : random.trim().split('\n');
const first = Date.now() % 2 ** 31;
for (let round = 0; round < Number(rounds); round++) {
  const seed = String((first + round) % 2 ** 31);
  const run = spawnSync('npx', ['vitest', 'run', '--reporter=dot', ...files], {
    env: { ...process.env, NVMOE_SEED: seed },
    encoding: 'utf8',
  });
  if (run.status !== 0) {
    console.log(`${run.stdout}${run.stderr}\nfailed with NVMOE_SEED=${seed}`);
    process.exit(1);
  }
  console.log(`round ${round + 1} of ${rounds} passed with NVMOE_SEED=${seed}`);
}
