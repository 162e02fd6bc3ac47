/**
 * Makes a fresh clone ready with nothing but Node: installs the locked packages when package-lock.json has changed
 * since the last install, and rebuilds dist when a source is newer. Runs before `npm start` and `npm test`. No
 * dependencies of its own. A lock directory makes a second start wait for the first.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stamp = join(root, 'node_modules', '.nvmoe-lock-hash');
const built = join(root, 'dist', '.built');
const lock = join(root, '.prepare-lock');
const LOCK_STALE_MS = 15 * 60_000;

const hash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const installed = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;

function sourcesNewerThanBuild() {
  if (!existsSync(built)) return true;
  const since = statSync(built).mtimeMs;
  const newer = (file) => statSync(file).mtimeMs > since;
  const rooms = ['sim', 'policies', 'devices', 'workloads', 'experiments', 'test/bench'];
  return (
    [join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json'), stamp].some(newer) ||
    rooms
      .map((room) => join(root, room))
      .filter(existsSync)
      .some(
        (room) =>
          newer(room) || readdirSync(room, { recursive: true }).some((name) => newer(join(room, name))),
      )
  );
}

function fail(sentence) {
  console.error(`nvmoe: ${sentence}`);
  release();
  process.exit(1);
}

function release() {
  rmSync(lock, { recursive: true, force: true });
}

/** mkdir is atomic: whoever makes the directory holds the lock. */
function acquire() {
  for (let said = false; ; said = true) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS) release();
    else if (!said) console.error('nvmoe: another start is preparing the project, waiting for it');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
}

function install() {
  console.error('nvmoe: installing the locked packages (npm ci)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(npm, ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (run.error) fail(`npm could not be started (${run.error.message}); it comes with Node, check the PATH.`);
  if (run.status !== 0) {
    const text = `${run.stdout}${run.stderr}`;
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(text))
      fail(
        'the packages are not installed and the npm registry cannot be reached: connect once and run this again.',
      );
    console.error(text);
    fail('npm ci failed; what it printed is above.');
  }
  writeFileSync(stamp, hash);
}

function build() {
  console.error('nvmoe: building dist');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (run.status !== 0) fail('the TypeScript sources do not compile; the errors are above.');
  writeFileSync(built, '');
}

if (!installed() || sourcesNewerThanBuild()) {
  acquire();
  process.on('SIGINT', () => {
    release();
    process.exit(130);
  });
  try {
    if (!installed()) install();
    if (sourcesNewerThanBuild()) build();
  } finally {
    release();
  }
}
