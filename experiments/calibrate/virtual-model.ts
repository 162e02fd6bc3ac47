/** A disk of a virtual machine as a model to fit. A turn begins at the least latency; the highest rates leave a command's share. */
import { type TailStep, VirtualDisk, type VirtualDiskParameters } from '../../devices/index.ts';
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

export function virtualModel(rows: readonly MeasuredRow[], frame: Frame): DeviceModel {
  const reads = rows.filter((row) => !isWrite(row));
  const writes = rows.filter(isWrite);
  const { tail, parameters: scaling, warnings } = tailModel(reads);
  const wake = 0.8 * leastLatency(reads.length > 0 ? reads : writes);
  return {
    parameters: [
      timeParameter('wakeTime', wake, 'depth 1'),
      ...commandParameters('read', reads),
      ...commandParameters('write', writes),
      ...scaling,
    ],
    starts: [],
    device: (values) => (sim) =>
      new VirtualDisk(sim, { name: 'device', ...frame, parameters: virtualParametersFrom(values, tail) }),
    warnings,
  };
}

function commandParameters(operation: 'read' | 'write', rows: readonly MeasuredRow[]): Parameter[] {
  if (rows.length === 0) return [];
  const sizes = new Set(rows.map(({ bytes }) => bytes));
  return [
    timeParameter(`${operation}Time`, 0.8 / Math.max(...rows.map(iopsOf)), `small ${operation}s at depth`),
    ...(sizes.size > 1
      ? [
          rateParameter(
            `${operation}Rate`,
            Math.max(...rows.map(bandwidthOf)) * 1.2,
            1e12,
            `large ${operation}s at depth`,
          ),
        ]
      : []),
  ];
}

export function virtualParametersFrom(values: Values, tail: readonly TailStep[]): VirtualDiskParameters {
  const time = (name: string) => ps((values[name] ?? 0) * 1e12);
  return {
    wakeTime: time('wakeTime'),
    wakeTail: scaledTail(tail, values),
    readTime: time('readTime'),
    readRate: values.readRate ?? Number.POSITIVE_INFINITY,
    writeTime: time('writeTime'),
    writeRate: values.writeRate ?? Number.POSITIVE_INFINITY,
  };
}
