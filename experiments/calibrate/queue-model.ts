/**
 * The `queue` fidelity as a model to fit: which of its parameters the rows can speak of at all, and where the search for
 * them begins. Of the starts, a grid over what decides the shape: units, and how the depth-1 latency divides between unit
 * and pipeline.
 */
import { QueueDevice, type QueueParameters, type TailStep } from '../../devices/index.ts';
import { ps } from '../../sim/index.ts';
import {
  bandwidthOf,
  type DeviceModel,
  type Frame,
  iopsOf,
  leastLatency,
  type Parameter,
  rateParameter,
  timeParameter,
  type Values,
} from './parameters.ts';
import { isWrite, type MeasuredRow } from './rows.ts';
import { scaledTail, tailModel } from './service-tail.ts';

export const UNITS = 'units';
const KIB4 = 4096;

export function queueModel(rows: readonly MeasuredRow[], frame: Frame): DeviceModel {
  const reads = rows.filter((row) => !isWrite(row));
  const writes = rows.filter(isWrite);
  const { tail, parameters: scaling, warnings } = tailModel(reads);
  return {
    parameters: [
      ...(reads.length > 0 ? [...readParameters(reads, frame), ...scaling] : []),
      ...(writes.length > 0 ? writeParameters(writes, frame) : []),
    ],
    starts: reads.length > 0 ? gridOf(leastLatency(reads)) : [],
    device: (values) => (sim) =>
      new QueueDevice(sim, {
        name: 'device',
        ...frame,
        parameters: queueParametersFrom(values, tail, frame),
      }),
    warnings,
  };
}

const gridOf = (latency: number): Values[] =>
  [2, 8, 16, 32, 64, 128, 256].flatMap((units) =>
    [0.4, 0.7, 0.95].map((share) => ({
      [UNITS]: units,
      accessTime: share * latency,
      overheadTime: (1 - share) * latency,
    })),
  );

function readParameters(rows: readonly MeasuredRow[], { linkRate, pageBytes }: Frame): Parameter[] {
  const latency = leastLatency(rows);
  const large = rows.some(({ bytes }) => bytes > KIB4);
  return [
    timeParameter(
      'readCommandTime',
      0.95 / Math.max(...rows.map(iopsOf)),
      'small reads at the depths where the rate stops rising',
    ),
    timeParameter('overheadTime', latency / 3, 'depths from 1 to where the rate stops rising'),
    timeParameter('accessTime', (latency * 2) / 3, 'depths from 1 to where the rate stops rising'),
    {
      name: UNITS,
      start: 32,
      min: 1,
      max: 4096,
      unit: '',
      whole: true,
      needs: 'depths from 1 to where the rate stops rising',
    },
    // A ceiling on small reads is the controller's; the bandwidth is then the link's.
    ...(large || linkRate === Number.POSITIVE_INFINITY
      ? [
          rateParameter(
            'readRate',
            Math.max(...rows.map(bandwidthOf)) * 1.05,
            linkRate,
            'large reads at depth',
          ),
        ]
      : []),
    ...(large && pageBytes > KIB4
      ? [rateParameter('nandRate', 1e9, 1e12, 'reads of 4 KiB and of a page at depth 1')]
      : []),
  ];
}

function writeParameters(rows: readonly MeasuredRow[], { linkRate }: Frame): Parameter[] {
  const iops = Math.max(...rows.map(iopsOf));
  return [
    timeParameter('writeCommandTime', 0.5 / iops, 'writes faster than the medium takes them in'),
    timeParameter('acknowledgeTime', leastLatency(rows) * 0.9, 'writes at depth 1'),
    {
      name: 'programIops',
      start: iops * 1.05,
      min: 1,
      max: 1e10,
      unit: 'IOPS',
      needs: 'small writes at depth',
    },
    rateParameter(
      'programRate',
      Math.max(...rows.map(bandwidthOf)) * 1.05,
      linkRate,
      'large writes at depth',
    ),
  ];
}

/** The parameters of a device that only the named values describe; the rest is free of cost. */
export function queueParametersFrom(values: Values, tail: readonly TailStep[], frame: Frame) {
  const time = (name: string) => ps((values[name] ?? 0) * 1e12);
  const rate = (name: string) => Math.min(values[name] ?? Number.POSITIVE_INFINITY, frame.linkRate);
  return {
    readCommandTime: time('readCommandTime'),
    writeCommandTime: time('writeCommandTime'),
    overheadTime: time('overheadTime'),
    units: Math.round(values[UNITS] ?? 1),
    pageBytes: frame.pageBytes,
    accessTime: time('accessTime'),
    nandRate: values.nandRate ?? Number.POSITIVE_INFINITY,
    readTail: scaledTail(tail, values),
    readRate: rate('readRate'),
    writeRate: frame.linkRate,
    programRate: values.programRate ?? Number.POSITIVE_INFINITY,
    programIops: values.programIops ?? Number.POSITIVE_INFINITY,
    acknowledgeTime: time('acknowledgeTime'),
  } satisfies QueueParameters;
}
