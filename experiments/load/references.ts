/** The files that an experiment names, read each once: hosts, drives, models, routing traces and generators. */
import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import {
  ggufArchitecture,
  ggufOnDisk,
  parseHfConfig,
  parseTensorTable,
  readGguf,
} from '../../workloads/formats/index.ts';
import { checkArchitecture } from '../../workloads/models/check-architecture.ts';
import { type Architecture, denseLayersOf } from '../../workloads/models/index.ts';
import { decodeTokens, loadRouting } from '../../workloads/routing/formats/index.ts';
import type { RoutedTokens, RoutingModel, RoutingShape } from '../../workloads/routing/index.ts';
import { asInputError, InputError, type KeyPath, messageOf } from '../errors.ts';
import type { Experiment } from '../experiment.ts';
import { driveSchema } from '../schema/drive.ts';
import type { ExperimentFile } from '../schema/experiment.ts';
import { hostSchema } from '../schema/host.ts';
import { checkSameShape, readGenerator } from './generator.ts';
import { type LibraryKind, resolvePath, resolveReference } from './library.ts';
import { readText, unreadable } from './text.ts';
import { locateIn, validate } from './validate.ts';
import { readYaml } from './yaml-file.ts';

type Model = Pick<Experiment['model'], 'architecture' | 'headers'>;

export class References {
  /** Folder of the experiment file: paths start there. */
  readonly #folder: string;
  readonly #read = new Map<string, unknown>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  host = (name: string) => this.#profile('hosts', name, hostSchema, ['host']);
  drive = (name: string, path: KeyPath = ['storage', 'device']) =>
    this.#profile('devices', name, driveSchema, path);

  /** The data of a host or drive, not validated, for `like`. */
  raw(kind: 'hosts' | 'devices', name: string, path: KeyPath): Record<string, unknown> {
    return asInputError(
      path,
      () => readYaml(resolveReference(kind, name, this.#folder), `one of ${kind}`).data,
    );
  }

  #profile<T extends z.ZodType>(kind: LibraryKind, name: string, schema: T, path: KeyPath): z.output<T> {
    return asInputError(path, () => {
      const file = resolveReference(kind, name, this.#folder);
      return this.#once(file, () => {
        const yaml = readYaml(file, `one of ${kind} (YAML)`);
        return validate(schema, yaml.data, locateIn(yaml));
      });
    });
  }

  model({ tensors, ...source }: ExperimentFile['model']): Model {
    const model = this.#architecture(source);
    if (tensors === undefined) return model;
    return asInputError(['model', 'tensors'], () => {
      const file = resolvePath(tensors, this.#folder);
      const table = () => parseTensorTable(readText(file, 'a table of tensors (csv)'));
      return { ...model, headers: [this.#once(file, table)] };
    });
  }

  #architecture({ architecture, config, gguf }: ExperimentFile['model']): Model {
    if (gguf !== undefined) return this.#gguf(gguf);
    if (config !== undefined) {
      return asInputError(['model', 'config'], () => {
        const file = resolvePath(config, this.#folder);
        const text = () => readText(file, 'a config.json');
        return { architecture: this.#once(file, () => parseHfConfig(text(), config)) };
      });
    }
    return asInputError(['model', 'architecture'], () => {
      const file = resolveReference('models', architecture!, this.#folder);
      const data = () => readYaml(file, 'a model (YAML)').data;
      return { architecture: this.#once(file, () => checkArchitecture(data(), file)) };
    });
  }

  #gguf(path: string): Model {
    return asInputError(['model', 'gguf'], () => {
      const file = resolvePath(path, this.#folder);
      return this.#once(file, () => {
        const headers = readGguf(file, openGguf);
        return { architecture: ggufArchitecture(headers), headers };
      });
    });
  }

  /** The column read_bytes of a CSV file, for as many generated tokens. */
  bytesRead(path: string | undefined, tokens: number): Float64Array | undefined {
    if (path === undefined) return undefined;
    return asInputError(['cache', 'bytesRead'], () => {
      const file = resolvePath(path, this.#folder);
      const rows = this.#once(`${file} read_bytes`, () =>
        column(readText(file, 'a CSV file'), 'read_bytes', path),
      );
      if (rows.length >= tokens) return rows.subarray(0, tokens);
      throw new InputError(`found ${rows.length} rows; workload.generate needs ${tokens}; ask for fewer`);
    });
  }

  /** Recorded decode tokens, of the model's shape and long enough. */
  async routing(workload: ExperimentFile['workload'], model: Architecture): Promise<RoutedTokens> {
    const { routing, prompt, generate } = workload;
    if (routing.kind !== 'replay') throw new Error('only replay reads a trace');
    const path = ['workload', 'routing', 'trace'];
    const file = resolvePath(routing.trace, this.#folder);
    const experts = model.experts;
    if (!experts)
      throw new InputError(
        `found a trace for ${model.name}, which routes no experts; use kind: uniform`,
        path,
      );
    try {
      const { format } = routing;
      const load = async () =>
        decodeTokens(
          await loadRouting(file === '-' ? process.stdin : createReadStream(file), {
            file: routing.trace,
            format,
            experts: experts.count,
          }),
        );
      const recorded = await this.#once(`${file} ${format} ${experts.count}`, load);
      checkSameShape(recorded, routingShapeOf(model), `${routing.trace} is a trace`, model.name);
      if (routing.atEnd === 'refuse' && recorded.tokens < prompt + generate) {
        throw new InputError(
          `found ${recorded.tokens} tokens; workload.prompt + workload.generate need ${prompt + generate}; set atEnd: repeat or ask for fewer`,
        );
      }
      return recorded;
    } catch (error) {
      throw new InputError(messageOf(error), path);
    }
  }

  /** The generator of synthetic routing, for this model's shape; none for a dense model. */
  generator(fit: string, model: Architecture): RoutingModel | undefined {
    if (!model.experts) return undefined;
    return asInputError(['workload', 'routing', 'fit'], () =>
      readGenerator(fit, this.#folder, { ...routingShapeOf(model), of: model.name }),
    );
  }

  #once<T>(key: string, read: () => T): T {
    if (!this.#read.has(key)) this.#read.set(key, read());
    return this.#read.get(key) as T;
  }
}

function openGguf(file: string) {
  try {
    return ggufOnDisk(file);
  } catch (error) {
    throw unreadable(file, 'a GGUF file', error);
  }
}

/** What the routing of a model with experts looks like. */
export const routingShapeOf = (model: Architecture): RoutingShape => ({
  layers: model.layers - denseLayersOf(model),
  experts: model.experts!.count,
  topK: model.experts!.topK,
});

/** Numbers of a named column of a CSV; lines that start with # are comments. */
function column(text: string, name: string, file: string): Float64Array {
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  const place = (lines[0] ?? '').split(',').indexOf(name);
  if (place < 0) throw new InputError(`${file}: found columns ${lines[0] ?? 'none'}; needed is ${name}`);
  return Float64Array.from(lines.slice(1), (line, i) => {
    const value = Number(line.split(',')[place] || Number.NaN);
    if (value >= 0) return value;
    throw new InputError(
      `${file}, row ${i + 1}: found ${name} '${line.split(',')[place]}'; needed is a number from 0`,
    );
  });
}
