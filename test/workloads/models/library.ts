/** Reads architectures of the library for the tests of workloads, which take plain objects. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Architecture } from '../../../workloads/models/architecture.ts';

const folder = fileURLToPath(new URL('../../../workloads/models/library/', import.meta.url));

export const libraryNames = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));

export const libraryModel = (name: string): Architecture =>
  parse(readFileSync(`${folder}${name}.yaml`, 'utf8'));
