/** From a validated experiment file to an experiment: names replaced by what they name, defaults that depend on them. */
import { basename } from 'node:path';
import { z } from 'zod';
import { NO_SOFTWARE_COSTS, TRUNK_PARTS } from '../../workloads/inference/index.ts';
import { InputError } from '../errors.ts';
import type { Experiment, Json } from '../experiment.ts';
import { type ExperimentFile, experimentSchema } from '../schema/experiment.ts';
import { kindsOf } from '../schema/storage.ts';
import { toJson } from '../sweep/grid.ts';
import type { References } from './references.ts';

/** What an experiment is called where it stands in a grid. */
interface Place {
  readonly label: string;
  readonly point: Record<string, Json>;
}

/** @throws InputError with the path of the key at fault */
export async function resolve(
  given: ExperimentFile,
  place: Place,
  references: References,
): Promise<Experiment> {
  const file = withDefaults(given);
  const { model, storage, workload } = file;
  const host = typeof file.host === 'string' ? references.host(file.host) : file.host;
  const resolved = references.model(model);
  const { routing } = workload;
  return {
    ...file,
    label: place.label,
    point: place.point,
    settings: settingsOf(file),
    model: { ...model, ...resolved },
    host,
    linux: { ...host.linux, ...file.linux },
    software: { ...NO_SOFTWARE_COSTS, ...host.software, ...file.software },
    bytesRead: references.bytesRead(file.cache.bytesRead, workload.generate),
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

/** Those that depend on the execution. */
function withDefaults(file: ExperimentFile) {
  const mapped = file.execution === 'mmap';
  const { memory, io } = file;
  return {
    ...file,
    memory: {
      ...memory,
      pin: memory.pin ?? (mapped ? [] : TRUNK_PARTS.filter((part) => !memory.map.includes(part))),
    },
    io: { ...io, direct: io.direct && !mapped, interface: io.interface ?? (mapped ? 'mmap' : 'io_uring') },
  };
}

function resolveStorage(storage: ExperimentFile['storage'], references: References): Experiment['storage'] {
  const kinds = kindsOf(storage).map(({ device, path: below, ...kind }) => {
    const path = ['storage', ...below];
    const named = typeof device === 'string';
    return { ...kind, path, device: named ? references.drive(device, [...path, 'device']) : device };
  });
  for (const { device, path, switch: name } of kinds)
    if (name !== undefined && !('pcie' in device && device.pcie))
      throw new InputError(`found '${name}' for ${device.name}, which is not on PCI Express; leave it out`, [
        ...path,
        'switch',
      ]);
  const ideal = kinds.filter(({ device }) => 'fidelity' in device);
  const { stripe, placement, weights, switches } = storage;
  const fidelity = storage.fidelity ?? (ideal.length === kinds.length ? 'ideal' : 'queue');
  if (ideal.length > 0 && fidelity !== 'ideal') {
    throw new InputError(
      `found ${fidelity} for a drive that is given as ideal; allowed is ideal; name a drive, or ${storage.fidelity ? 'leave fidelity out' : 'set fidelity: ideal for all'}`,
      ['storage', 'fidelity'],
    );
  }
  return { stripe, placement, weights, switches, kinds, fidelity };
}

/** The file with defaults, quantities as text again; of paths the last part only, for a result holds none. */
function settingsOf(file: ExperimentFile): Record<string, Json> {
  const named = structuredClone(file);
  const bare = <K extends string>(object: { [key in K]?: unknown }, key: K) => {
    if (typeof object[key] === 'string') object[key] = basename(object[key].replaceAll('\\', '/'));
  };
  bare(named, 'host');
  if ('drives' in named.storage) for (const kind of named.storage.drives) bare(kind, 'device');
  else bare(named.storage, 'device');
  bare(named.model, 'architecture');
  bare(named.model, 'config');
  bare(named.model, 'gguf');
  bare(named.model, 'tensors');
  bare(named.cache, 'bytesRead');
  const { routing } = named.workload;
  if (routing.kind === 'replay') bare(routing, 'trace');
  if (routing.kind === 'synthetic') bare(routing, 'fit');
  return toJson(z.encode(experimentSchema, named)) as Record<string, Json>;
}
