/** From a validated experiment file to an experiment: names replaced by what they name, defaults that depend on them. */
import { basename } from 'node:path';
import { z } from 'zod';
import { NO_SOFTWARE_COSTS } from '../../workloads/inference/index.ts';
import { InputError } from '../errors.ts';
import type { Experiment, Json } from '../experiment.ts';
import { type ExperimentFile, experimentSchema } from '../schema/experiment.ts';
import { toJson } from '../sweep/grid.ts';
import type { References } from './references.ts';

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
  const machine = typeof host === 'string' ? references.host(host) : host;
  return {
    ...file,
    label: place.label,
    point: place.point,
    settings: settingsOf(file),
    model: { ...model, ...resolved },
    host: machine,
    software: { ...NO_SOFTWARE_COSTS, ...machine.software, ...file.software },
    storage: resolveStorage(storage, references),
    workload: {
      ...workload,
      generator:
        routing.kind === 'synthetic' ? references.generator(routing.fit, resolved.architecture) : undefined,
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
  const { routing } = named.workload;
  if (routing.kind === 'replay') bare(routing, 'trace');
  if (routing.kind === 'synthetic') bare(routing, 'fit');
  return toJson(z.encode(experimentSchema, named)) as Record<string, Json>;
}
