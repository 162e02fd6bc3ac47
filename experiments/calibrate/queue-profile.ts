/** A drive fitted at `queue` fidelity as a profile (YAML), each figure with where it comes from; the same input gives the same bytes. */
import { stringify } from 'yaml';
import { pcieLink } from '../../devices/index.ts';
import { claimed } from './fit.ts';
import {
  kept as keptOf,
  noted,
  notedFit,
  notedTail,
  type ProfileInput,
  QUEUE_KINDS,
} from './profile-notes.ts';
import { queueParametersFrom } from './queue-model.ts';
import { isWrite } from './rows.ts';
import { tailModel } from './service-tail.ts';

/** Depth of the claim on IOPS. */
const DEPTH = 512;

export function queueProfile({ fit, frame, device, rows, to, description }: ProfileInput): string {
  const from = `fitted by nvmoe calibrate to ${to}`;
  const kept = (value: number, kind: Parameters<typeof noted>[1]) => keptOf(value, kind, device);
  const queue = queueParametersFrom(fit.values, tailModel(rows).tail, frame);
  const [one, many] = [1, DEPTH].map((depth) => claimed(fit, 'randread', 4096, depth));
  const readBandwidth = Math.min(queue.readRate, frame.linkRate);
  const writes = rows.some(isWrite);
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
  const { readTail, ...figures } = queue;
  const all = {
    ...figures,
    ...(writes ? {} : unfitted),
    writeRate: Math.min(frame.linkRate, Math.max(writeRate, 1e3)),
    readRate: readBandwidth,
  };
  const section = Object.entries(all).map(([name, value]) => {
    const kind = QUEUE_KINDS[name] ?? 'time';
    const found = fit.parameters.find((parameter) => parameter.name === name);
    return [name, found ? notedFit(value, kind, found, from) : kept(value, kind)];
  });
  return stringify(
    {
      name: device ? `${device.name}, calibrated` : `calibrated to ${to}`,
      description: `Queue fidelity ${description}`,
      pcie: device?.pcie ?? { generation: generationFor(readBandwidth), lanes: 4 },
      ...(device?.link ? { link: device.link } : {}),
      capacity: kept(frame.capacity, 'bytes'),
      blockSize: kept(frame.blockSize, 'bytes'),
      maxTransfer: kept(frame.maxTransfer, 'bytes'),
      queues: kept(frame.queues, 'count'),
      readBandwidth: noted(readBandwidth, 'bandwidth', from),
      writeBandwidth: kept(writeRate, 'bandwidth'),
      readIops: noted(Math.round(many.iops), 'iops', `${from}: 4 KiB at depth ${DEPTH}`),
      writeIops: kept(Math.round(writeIops), 'iops'),
      readIopsDepth: DEPTH,
      readLatency: noted(Math.round(one.mean * 1e12), 'time', `${from}: 4 KiB at depth 1`),
      writeLatency: kept(device?.writeLatency ?? 15e6, 'time'),
      pageBytes: kept(frame.pageBytes, 'bytes'),
      queue: {
        ...Object.fromEntries(section),
        readTail: notedTail(readTail, `${from}: latencies at depth 1`),
      },
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
