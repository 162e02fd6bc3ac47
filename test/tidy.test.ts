/**
 * The code about itself: import directions between the rooms, and calls that have no place inside a simulation.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** What each room may import of ours, itself included. */
const MAY_IMPORT: Record<string, string[]> = {
  sim: ['sim'],
  policies: ['policies'],
  devices: ['sim', 'devices'],
  workloads: ['sim', 'devices', 'policies', 'workloads'],
  experiments: ['sim', 'devices', 'policies', 'workloads', 'experiments'],
};

/** Libraries that live in experiments only. */
const EXPERIMENTS_ONLY = ['mathjs', 'zod', 'yaml', 'commander', 'plotly.js-dist-min', 'tinypool'];

/** Rooms and folders that run inside a simulation: deterministic, synchronous, silent. */
const INSIDE = ['sim/', 'policies/', 'devices/', 'workloads/inference/', 'workloads/routing/'];
const OUTSIDE = ['workloads/routing/formats/'];
const BANNED =
  /\bMath\.random\b|\bDate\.now\b|\bperformance\.now\b|\basync\b|\bawait\b|\bconsole\.|\bprocess\.(?!ts\b)/;

const namesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'));
const sources = Object.keys(MAY_IMPORT).flatMap((room) => namesIn(room, '.ts'));

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const importsOf = (file: string) =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]);
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

describe('rooms', () => {
  it.each(sources)('%s imports only what its room may', (file) => {
    const room = file.split('/')[0];
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) {
        const target = relative(root, resolve(root, dirname(file), name)).split(/[\\/]/)[0];
        expect(MAY_IMPORT[room], `${file} imports ${name}`).toContain(target);
      } else if (room !== 'experiments') {
        expect(EXPERIMENTS_ONLY, `${file} imports ${name}`).not.toContain(name);
      }
    }
  });

  it('keeps clocks, unseeded randomness, promises and output out of the simulation', () => {
    const inside = sources.filter(
      (file) =>
        INSIDE.some((place) => file.startsWith(place)) && !OUTSIDE.some((place) => file.startsWith(place)),
    );
    const found = inside.filter((file) => BANNED.test(withoutComments(textOf(file))));
    expect(found).toEqual([]);
  });
});

describe('files', () => {
  it.each(sources)('%s opens with what it models', (file) => {
    expect(
      textOf(file)
        .trimStart()
        .replace(/^#!.*\n/, ''),
    ).toMatch(/^(\/\*\*|\/\/)/);
  });

  it('hold no conflict of a merge', () => {
    const written = [
      'README.md',
      'CHANGELOG.md',
      ...sources,
      ...namesIn('docs', '.md'),
      ...namesIn('experiments', '.yaml'),
    ];
    expect(written.filter((file) => /^(<{7}|>{7}) /m.test(textOf(file)))).toEqual([]);
  });
});
