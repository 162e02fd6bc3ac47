/**
 * The files that come with nvmoe, by name: drives, hosts, models, routings and experiments. They are found from the package root
 * (the compiler does not copy YAML), so that it works from source and from dist.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, suggestion } from '../errors.ts';

const FOLDERS = {
  devices: 'devices/profiles/drives',
  flash: 'devices/profiles/flash',
  hosts: 'devices/profiles/hosts',
  models: 'workloads/models/library',
  routings: 'workloads/routing/presets',
  experiments: 'experiments/library',
  validation: 'experiments/validation',
} as const;
export type LibraryKind = keyof typeof FOLDERS;

/** The folder that holds package.json, above this file. */
export const packageRoot: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

const YAML = /\.ya?ml$/;

/** Names there are, in alphabetical order. */
export const libraryNames = (kind: LibraryKind): string[] =>
  readdirSync(join(packageRoot, FOLDERS[kind]))
    .filter((file) => YAML.test(file))
    .map((file) => file.replace(YAML, ''))
    .sort();

export const libraryPath = (kind: LibraryKind, name: string): string =>
  join(packageRoot, FOLDERS[kind], `${name}.yaml`);

/** A text that can only be a path: it has a separator or ends as a file does. */
const looksLikePath = (text: string) => /[/\\]|\.(ya?ml|json|gguf|gz)$/.test(text) || text === '-';

/**
 * The file that `text` means: a name of the library, or a path from `folder` (the experiment's) or else from the working
 * directory.
 * @throws InputError naming what there is
 */
export function resolveReference(kind: LibraryKind, text: string, folder: string): string {
  const names = libraryNames(kind);
  if (names.includes(text)) return libraryPath(kind, text);
  if (looksLikePath(text)) return resolvePath(text, folder);
  const what = kind === 'validation' ? 'validation case' : kind.slice(0, -1);
  throw new InputError(
    `found '${text}', which is no ${what}; allowed are ${names.join(', ')}, or a path${suggestion(text, names)}`,
  );
}

/** `path` from `folder` or, where no such file is there, from the working directory. */
export function resolvePath(path: string, folder: string): string {
  if (path === '-') return path;
  const beside = resolve(folder, path);
  return existsSync(beside) ? beside : resolve(path);
}
