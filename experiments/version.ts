/** The version of nvmoe, from package.json: it stands in every result. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './load/library.ts';

export const version: string = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version;
