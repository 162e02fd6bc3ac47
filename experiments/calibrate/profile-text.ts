/** A fitted drive as a profile (YAML), each figure with where it comes from; the same input gives the same bytes. */
import { stringify } from 'yaml';
import { pcieLink } from '../../devices/index.ts';
import { formatQuantity, type QuantityKind } from '../quantities.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { type FitOptions, type Fitted, predict } from './fit-queue.ts';
import { queueParametersFrom } from './queue-model.ts';
import type { MeasuredRow } from './rows.ts';

export interface ProfileInput {
  readonly fit: Fitted;
  readonly options: FitOptions;
  readonly device?: DriveProfile;
  readonly rows: readonly MeasuredRow[];
  readonly files: readonly string[];
}

const KINDS: Readonly<Record<string, QuantityKind>> = {
  units: 'count',
  pageBytes: 'bytes',
  programIops: 'iops',
  nandRate: 'bandwidth',
  readRate: 'bandwidth',
  writeRate: 'bandwidth',
  programRate: 'bandwidth',
};
/** Depth of the claim on IOPS. */
const DEPTH = 512;

export function profileText({ fit, options, device, rows, files }: ProfileInput): string {
  const from = `fitted by nvmoe calibrate to ${rows.length} loads of ${files.join(', ')}`;
  const { capacity, blockSize, maxTransfer, queues, frame } = options;
  const queue = queueParametersFrom(fit.values, frame, Math.round(fit.values.units ?? 1));
  const load = (depth: number) =>
    predict(
      { ...rows[0], pattern: 'randread', bytes: 4096, depth, jobs: 1, engine: '' },
      fit.values,
      options,
    );
  const [one, many] = [load(1), load(DEPTH)];
  const readBandwidth = Math.min(queue.readRate, frame.linkRate);
  const written = (value: number, kind: QuantityKind, source: string, verified = true) => ({
    value: value === Number.POSITIVE_INFINITY ? '.inf' : formatQuantity(value, kind),
    ...(verified ? {} : { verified: false }),
    source,
  });
  const kept = (value: number, kind: QuantityKind) =>
    device
      ? written(value, kind, `profile of ${device.name}`)
      : written(value, kind, 'assumed: nothing was said of it', false);
  const writes = rows.some(({ pattern }) => pattern.endsWith('write'));
  const writeRate = writes
    ? Math.min(queue.programRate, frame.linkRate)
    : (device?.writeBandwidth ?? readBandwidth);
  const writeIops = Math.max(1, writes ? Math.min(queue.programIops, 1e9) : (device?.writeIops ?? many.iops));
  const unfitted = {
    writeRate,
    programRate: writeRate,
    programIops: writeIops,
    acknowledgeTime: device?.writeLatency ?? 15e6,
    writeCommandTime: Math.round(1e12 / writeIops),
  };
  const all: Record<string, number> = {
    ...queue,
    ...(writes ? {} : unfitted),
    writeRate: Math.min(frame.linkRate, Math.max(writeRate, 1e3)),
    readRate: readBandwidth,
  } as never;
  const section = Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name !== 'readTail')
      .map(([name, value]) => [name, ofParameter(name, value)]),
  );
  function ofParameter(name: string, value: number) {
    const kind = KINDS[name] ?? 'time';
    const found = fit.parameters.find((parameter) => parameter.name === name);
    if (!found) return kept(value, kind);
    const [low, high] = found.interval.map((bound) =>
      formatQuantity(
        kind === 'time' ? Math.round(bound * 1e12) : kind === 'count' ? Math.round(bound) : bound,
        kind,
      ),
    );
    return written(
      value,
      kind,
      `${from}; 95 % interval ${low} to ${high}${found.known ? '' : '; these rows do not determine it'}`,
      found.known,
    );
  }
  const tail = queue.readTail.map(({ share, extra }) => ({
    share: { value: Number(share.toPrecision(6)), source: `${from}: latencies at depth 1` },
    extra: written(extra, 'time', `${from}: latencies at depth 1`),
  }));
  return stringify(
    {
      name: device ? `${device.name}, calibrated` : `calibrated from ${files.join(', ')}`,
      description: `Queue fidelity fitted to ${rows.length} loads${rows[0].engine ? ` through ${rows[0].engine}, whose own cost is part of it` : ''}.`,
      pcie: device?.pcie ?? { generation: generationFor(readBandwidth), lanes: 4 },
      ...(device?.link ? { link: device.link } : {}),
      capacity: kept(capacity, 'bytes'),
      blockSize: kept(blockSize, 'bytes'),
      maxTransfer: kept(maxTransfer, 'bytes'),
      queues: kept(queues, 'count'),
      readBandwidth: written(readBandwidth, 'bandwidth', from),
      writeBandwidth: kept(writeRate, 'bandwidth'),
      readIops: written(Math.round(many.iops), 'iops', `${from}: 4 KiB at depth ${DEPTH}`),
      writeIops: kept(Math.round(writeIops), 'iops'),
      readIopsDepth: DEPTH,
      readLatency: written(Math.round(one.mean * 1e12), 'time', `${from}: 4 KiB at depth 1`),
      writeLatency: kept(device?.writeLatency ?? 15e6, 'time'),
      pageBytes: kept(frame.pageBytes, 'bytes'),
      queue: { ...section, readTail: tail },
    },
    { lineWidth: 0 },
  );
}

/** The lowest generation of four lanes that carries a rate. */
function generationFor(rate: number): number {
  for (let generation = 1; generation < 7; generation++) {
    if (pcieLink({ generation, lanes: 4 }).usableRate >= rate) return generation;
  }
  return 7;
}
