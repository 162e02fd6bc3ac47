/** From a validated experiment file to an experiment: names replaced by what they name, defaults that depend on them. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { ggufArchitecture, ggufOnDisk, parseHfConfig, readGguf } from '../../workloads/formats/index.ts';
import { checkArchitecture } from '../../workloads/models/check-architecture.ts';
import { type Architecture, denseLayersOf } from '../../workloads/models/index.ts';
import { decodeTokens, loadRouting } from '../../workloads/routing/formats/index.ts';
import type { RoutedTokens } from '../../workloads/routing/index.ts';
import { asInputError, InputError, messageOf } from '../errors.ts';
import type { Experiment, Json } from '../experiment.ts';
import { driveSchema } from '../schema/drive.ts';
import { type ExperimentFile, experimentSchema } from '../schema/experiment.ts';
import { hostSchema } from '../schema/host.ts';
import { toJson } from '../sweep/grid.ts';
import { type LibraryKind, resolvePath, resolveReference } from './library.ts';
import { readText } from './text.ts';
import { locateIn, validate } from './validate.ts';
import { readYaml } from './yaml-file.ts';

type Model = Pick<Experiment['model'], 'architecture' | 'headers'>;

/** Reads the files that an experiment names, each once. */
export class References {
  /** Folder of the experiment file: paths start there. */
  readonly #folder: string;
  readonly #read = new Map<string, unknown>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  host = (name: string) => this.#profile('hosts', name, hostSchema, ['host']);
  drive = (name: string) => this.#profile('devices', name, driveSchema, ['storage', 'device']);

  /** The data of a host or drive, not validated, for `like`. */
  raw(kind: 'hosts' | 'devices', name: string, path: string[]): Record<string, unknown> {
    return asInputError(
      path,
      () => readYaml(resolveReference(kind, name, this.#folder), `one of ${kind}`).data,
    );
  }

  #profile<T extends z.ZodType>(kind: LibraryKind, name: string, schema: T, path: string[]): z.output<T> {
    return asInputError(path, () => {
      const file = resolveReference(kind, name, this.#folder);
      return this.#once(file, () => {
        const yaml = readYaml(file, `one of ${kind} (YAML)`);
        return validate(schema, yaml.data, locateIn(yaml));
      });
    });
  }

  model({ architecture, config, gguf }: ExperimentFile['model']): Model {
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
        const headers = readGguf(file, ggufOnDisk);
        return { architecture: ggufArchitecture(headers), headers };
      });
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
      checkShape(recorded, model, routing.trace);
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

  #once<T>(key: string, read: () => T): T {
    if (!this.#read.has(key)) this.#read.set(key, read());
    return this.#read.get(key) as T;
  }
}

function checkShape(recorded: RoutedTokens, model: Architecture, trace: string): void {
  const { count, topK } = model.experts!;
  const layers = model.layers - denseLayersOf(model);
  const found = `${recorded.layers} MoE layers, top-${recorded.topK} of ${recorded.experts}`;
  const wanted = `${layers} MoE layers, top-${topK} of ${count}`;
  if (found !== wanted) throw new InputError(`${trace} is a trace of ${found}; ${model.name} has ${wanted}`);
}

/** What an experiment is called where it stands in a grid. */
interface Place {
  readonly label: string;
  readonly point: Record<string, Json>;
}

/** @throws InputError with the path of the key at fault */
export async function resolve(
  file: ExperimentFile,
  place: Place,
  references: References,
): Promise<Experiment> {
  const { model, host, storage, workload } = file;
  const resolved = references.model(model);
  const { routing } = workload;
  return {
    ...file,
    label: place.label,
    point: place.point,
    settings: settingsOf(file),
    model: { ...model, ...resolved },
    host: typeof host === 'string' ? references.host(host) : host,
    storage: resolveStorage(storage, references),
    workload: {
      ...workload,
      recorded:
        routing.kind === 'replay' ? await references.routing(workload, resolved.architecture) : undefined,
    },
  };
}

function resolveStorage(storage: ExperimentFile['storage'], references: References): Experiment['storage'] {
  const device = typeof storage.device === 'string' ? references.drive(storage.device) : storage.device;
  if ('fidelity' in device) {
    if ((storage.fidelity ?? 'ideal') === 'ideal') return { ...storage, fidelity: 'ideal', device };
    throw new InputError(
      `found ${storage.fidelity} for a drive that is given as ideal; allowed is ideal; name a drive, or leave fidelity out`,
      ['storage', 'fidelity'],
    );
  }
  return { ...storage, fidelity: storage.fidelity ?? 'queue', device };
}

/** The file with defaults, quantities as text again; of paths the last part only, for a result holds none. */
function settingsOf(file: ExperimentFile): Record<string, Json> {
  const named = structuredClone(file);
  const bare = <K extends string>(object: { [key in K]?: unknown }, key: K) => {
    if (typeof object[key] === 'string') object[key] = basename(object[key].replaceAll('\\', '/'));
  };
  bare(named, 'host');
  bare(named.storage, 'device');
  bare(named.model, 'architecture');
  bare(named.model, 'config');
  bare(named.model, 'gguf');
  if (named.workload.routing.kind === 'replay') bare(named.workload.routing, 'trace');
  return toJson(z.encode(experimentSchema, named)) as Record<string, Json>;
}
