/** From the file of a validation case to the case, with the place of each key for messages. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { libraryNames, packageRoot, resolveReference } from '../load/library.ts';
import { type Locate, locateIn, validate } from '../load/validate.ts';
import { readYaml, type YamlFile } from '../load/yaml-file.ts';
import { type ValidationCase, validationSchema } from '../schema/validation.ts';

export interface LoadedCase {
  readonly data: ValidationCase;
  readonly file: YamlFile;
  /** Where paths of the case start. */
  readonly folder: string;
  readonly locate: Locate;
}

/** Measured data that cases may name as `data:PATH`: NVMOE_DATA, by default ../shared/data beside the package. */
const dataFolder = (): string => resolve(packageRoot, process.env.NVMOE_DATA ?? '../shared/data');

/** @param names names of the library or paths; none: all of the library. @throws InputError */
export function loadCases(names: readonly string[]): LoadedCase[] {
  const all = names.length > 0 ? names : libraryNames('validation');
  return all.map((name) => {
    const path = resolveReference('validation', name, '.');
    const file = readYaml(path, 'a validation case (YAML)');
    const locate = locateIn(file);
    const data = validate(validationSchema, withData(file.data), locate);
    checkRows(data, locate);
    return { data, file, folder: path === '-' ? '.' : dirname(path), locate };
  });
}

/** `data:PATH` becomes the path in the folder of measured data. */
function withData(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('data:')) return join(dataFolder(), value.slice(5));
  if (Array.isArray(value)) return value.map(withData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withData(each)]));
}

function checkRows({ rows, calibrate }: ValidationCase, locate: Locate): void {
  const names = new Set<string>();
  rows.forEach(({ name }, i) => {
    if (names.has(name)) {
      throw new InputError(
        `${locate(['rows', i, 'name'])}: found '${name}' twice; allowed are rows that differ in name`,
      );
    }
    names.add(name);
  });
  if (calibrate && !names.has(calibrate.on)) {
    throw new InputError(
      `${locate(['calibrate', 'on'])}: found '${calibrate.on}'; allowed is the name of a row: ${[...names].join(', ')}`,
    );
  }
}

/** A file of measured data that the case needs and that is not there. */
export function missingData(data: ValidationCase): string | undefined {
  const folder = dataFolder();
  let missing: string | undefined;
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.startsWith(folder) && !existsSync(value)) missing ??= value.slice(folder.length + 1);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(data);
  return missing;
}
