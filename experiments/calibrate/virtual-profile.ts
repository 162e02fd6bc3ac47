/** A fitted disk of a virtual machine as a profile (YAML); its claims are what the fitted model does. */
import { stringify } from 'yaml';
import { formatQuantity, type QuantityKind } from '../quantities.ts';
import { claimed } from './fit.ts';
import { kept as keptOf, noted, notedFit, notedTail, type ProfileInput } from './profile-notes.ts';
import { tailModel } from './service-tail.ts';
import { virtualParametersFrom } from './virtual-model.ts';

const DEPTH = 256;
const LARGE = 2 ** 18;

export function virtualProfile({ fit, frame, device, rows, to, description }: ProfileInput): string {
  const from = `fitted by nvmoe calibrate --virtual to ${to}`;
  const kept = (value: number, kind: QuantityKind) => keptOf(value, kind, device);
  const { wakeTail, ...virtual } = virtualParametersFrom(fit.values, tailModel(rows).tail);
  const section = Object.entries(virtual).map(([name, value]) => {
    const kind: QuantityKind = name.endsWith('Rate') ? 'bandwidth' : 'time';
    const found = fit.parameters.find((parameter) => parameter.name === name);
    if (found) return [name, notedFit(value, kind, found, from)];
    // Without writes they are as reads are.
    return [name, kept(kind === 'time' ? virtual.readTime : virtual.readRate, kind)];
  });
  const claims = (pattern: 'randread' | 'randwrite') => ({
    bandwidth: claimed(fit, pattern, LARGE, DEPTH).iops * LARGE,
    iops: Math.round(claimed(fit, pattern, 4096, DEPTH).iops),
    latency: Math.round(claimed(fit, pattern, 4096, 1).mean * 1e12),
  });
  const [reads, writes] = [claims('randread'), claims('randwrite')];
  const rate = formatQuantity(Math.max(reads.bandwidth, writes.bandwidth), 'bandwidth');
  return stringify(
    {
      name: device ? `${device.name}, calibrated` : `virtual disk calibrated to ${to}`,
      description: `Disk of a virtual machine ${description}`,
      link: { name: 'virtio-blk', raw: rate, usable: rate },
      capacity: kept(frame.capacity, 'bytes'),
      blockSize: kept(frame.blockSize, 'bytes'),
      maxTransfer: kept(frame.maxTransfer, 'bytes'),
      queues: kept(1, 'count'),
      readBandwidth: noted(reads.bandwidth, 'bandwidth', from),
      writeBandwidth: noted(writes.bandwidth, 'bandwidth', from),
      readIops: noted(reads.iops, 'iops', from),
      writeIops: noted(writes.iops, 'iops', from),
      readIopsDepth: DEPTH,
      readLatency: noted(reads.latency, 'time', from),
      writeLatency: noted(writes.latency, 'time', from),
      pageBytes: '4 KiB',
      virtual: {
        ...Object.fromEntries(section),
        wakeTail: notedTail(wakeTail, `${from}: latencies at depth 1`),
      },
    },
    { lineWidth: 0 },
  );
}
