/**
 * What `nvmoe trace` reads: the trace itself and what names its offsets: the model's tensors, the extents of its file,
 * the mappings of the traced process. Whatever cannot be read is an InputError that names the file.
 */
import { basename } from 'node:path';
import { ggufOnDisk, readGgufHeader } from '../../workloads/formats/index.ts';
import { roleOf } from '../../workloads/models/index.ts';
import {
  type BlockTrace,
  FileMap,
  type Imported,
  type LoadOptions,
  loadTrace,
  locateFaults,
  onFile,
  onlyDevice,
  parseExtents,
  parseProcMaps,
  parseTensorCsv,
  type TensorExtent,
  TensorMap,
} from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { displayName, readText } from '../load/text.ts';

export interface TraceInput extends LoadOptions {
  /** GGUF file, or a csv of its tensors. */
  model?: string;
  /** Output of filefrag -v of the model's file; the trace then holds device addresses. */
  extents?: string;
  /** Byte at which the file system's partition begins on the traced device. */
  partition?: number;
  /** Copy of /proc/PID/maps of the traced process. */
  maps?: string;
  pid?: number;
  /** Only this device or file of the trace. */
  device?: string;
}

/** Bytes of a page where the trace does not say (x86, arm64 with 4 KiB pages). */
export const PAGE = 4096;

export async function readTrace(file: string, input: TraceInput): Promise<Imported> {
  const imported = await asked(file, () => loadTrace(file, input));
  if (input.maps !== undefined && imported.faults !== undefined) {
    const text = readText(input.maps, '/proc/PID/maps');
    const mappings = await asked(input.maps, () => parseProcMaps(text));
    const located = locateFaults(imported.faults, mappings, input.pid);
    if (located === 0)
      imported.warnings.push('no fault lies in a mapping of a file: are the mappings of this very process?');
  }
  return imported;
}

/** The trace's requests, or its page faults as single-page requests where it holds no others. */
export function accessesOf(imported: Imported, pageBytes = PAGE): BlockTrace | undefined {
  if (imported.requests !== undefined && imported.requests.length > 0) return imported.requests;
  return imported.faults?.asRequests(pageBytes);
}

/** The tensors of a model file. */
export async function tensorsOf(model: string): Promise<TensorMap> {
  return asked(model, () => new TensorMap(model.endsWith('.gguf') ? ggufTensors(model) : csvTensors(model)));
}

const csvTensors = (path: string): TensorExtent[] =>
  parseTensorCsv(readText(path, 'a table of tensors (csv) or a .gguf file'));

function ggufTensors(path: string): TensorExtent[] {
  return readGgufHeader(ggufOnDisk(path)).tensors.map(({ name, offset, bytes, shape }) => ({
    name,
    offset,
    bytes,
    experts: roleOf(name) === 'routed-experts' ? (shape[2] ?? 1) : 1,
  }));
}

/** The accesses at offsets of the model's file: through its extents, or of the device or file that is the model. */
export async function onModel(trace: BlockTrace, input: TraceInput, warnings: string[]): Promise<BlockTrace> {
  const model = basename(input.model ?? '');
  if (input.extents !== undefined) {
    const text = readText(input.extents, 'the output of filefrag -v');
    const extents = await asked(input.extents, () => parseExtents(text));
    const { trace: mapped, outside } = onFile(trace, new FileMap(extents, input.partition), model);
    if (outside > 0)
      warnings.push(`${outside} of ${trace.length} requests lie outside the file and are left out`);
    if (mapped.length === 0)
      throw new InputError(
        `${displayName(input.extents)}: no request of the trace lies in these extents; if the trace is of a whole device, give where its partition begins`,
      );
    return mapped;
  }
  const { names } = trace.devices;
  const own = names.filter((name) => basename(name) === model);
  if (own.length === 1 && names.length > 1) return onlyDevice(trace, own[0]);
  if (names.length > 1)
    throw new InputError(
      `the trace is of several devices or files (${names.slice(0, 8).join(', ')}); choose the model's with --device`,
    );
  return trace;
}

/** Reads what a file holds; what is wrong with it becomes an InputError that names it. */
async function asked<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${displayName(file)}: ${messageOf(error)}`);
  }
}
