/** The program as a process of its own: streams, exit codes, a closed pipe and Ctrl-C. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../experiments/load/library.ts';
import { experimentText, temporaryFolder, writeTemporary } from '../experiment-text.ts';

const COMMAND = ['--import', 'tsx', join(packageRoot, 'experiments/cli/main.ts')];
const nvmoe = (args: string[], input?: string) =>
  spawnSync(process.execPath, [...COMMAND, ...args], { cwd: packageRoot, encoding: 'utf8', input });

describe('the program', () => {
  it('reads an experiment from standard input and prints one JSON object', () => {
    const { status, stdout, stderr } = nvmoe(['bounds', '-', '--json'], experimentText());
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout).label).toBe('small');
  });

  it('ends with 2 and one paragraph on bad input', () => {
    const { status, stdout, stderr } = nvmoe(['run', '-'], experimentText({ x: 'io: {request: 128 KiBs}' }));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^nvmoe: standard input:6:io\.request: [^\n]+\n$/);
  });

  it('ends quietly when the reader closes the pipe', () => {
    const command = `"${process.execPath}" ${COMMAND.map((word) => `"${word}"`).join(' ')} schema result | head -c 10`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: packageRoot, encoding: 'utf8' });
    expect({ stdout: stdout.length, stderr }).toEqual({ stdout: 10, stderr: '' });
  });

  it('loses no finished point on Ctrl-C, and ends with 130', async () => {
    // The first point is short, the second never ends.
    const path = writeTemporary(experimentText({ x: 'sweep: {workload.generate: [4, 1000000]}' }));
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [...COMMAND, 'sweep', path, '--out', folder, '--workers', '1'], {
      cwd: packageRoot,
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const watch = setInterval(() => {
      if (!readdirSync(folder).includes('point-1.json')) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 100);
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    clearInterval(watch);
    expect(code).toBe(130);
    expect(stderr).toContain('1 of 2 points are finished and are kept');
    expect(readdirSync(folder)).toEqual(['point-1.json']);
  });

  it('prints a completion script that bash accepts', () => {
    const script = nvmoe(['completion', 'bash']).stdout;
    execFileSync('bash', ['-n'], { input: script });
    const ask = `${script}\nCOMP_WORDS=(nvmoe sw); COMP_CWORD=1; _nvmoe; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', ask], { encoding: 'utf8' })).toBe('sweep\n');
  });
});
