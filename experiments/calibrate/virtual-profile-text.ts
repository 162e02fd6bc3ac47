/** A fitted disk of a virtual machine as a profile (YAML); its claims are what the fitted model does. */
import { stringify } from 'yaml';
import { formatQuantity, type QuantityKind } from '../quantities.ts';
import { predict } from './fit-queue.ts';
import type { ProfileInput } from './profile-text.ts';
import { virtualParametersFrom } from './queue-model.ts';

const DEPTH = 256;
const LARGE = 2 ** 18;

export function virtualProfileText({ fit, options, device, rows, files }: ProfileInput): string {
  const from = `fitted by nvmoe calibrate --virtual to ${rows.length} loads of ${files.join(', ')}`;
  const { wakeTail, ...virtual } = virtualParametersFrom(fit.values, options.frame);
  const written = (value: number, kind: QuantityKind, source = from, verified = true) => ({
    value: value === Number.POSITIVE_INFINITY ? '.inf' : formatQuantity(value, kind),
    ...(verified ? {} : { verified: false }),
    source,
  });
  const assumed = (value: number, kind: QuantityKind) =>
    device ? written(value, kind, `profile of ${device.name}`) : written(value, kind, 'assumed', false);
  const section = Object.entries(virtual).map(([name, value]) => {
    const kind: QuantityKind = name.endsWith('Rate') ? 'bandwidth' : 'time';
    const found = fit.parameters.find((parameter) => parameter.name === name);
    if (!found) return [name, assumed(kind === 'time' ? virtual.readTime : virtual.readRate, kind)];
    const [low, high] = found.interval.map((bound) =>
      formatQuantity(kind === 'time' ? Math.round(bound * 1e12) : bound, kind),
    );
    return [name, written(value, kind, `${from}; 95 % interval ${low} to ${high}`, found.known)];
  });
  const load = (pattern: 'randread' | 'randwrite', bytes: number, depth: number) =>
    predict({ ...rows[0], pattern, bytes, depth, jobs: 1, engine: '' }, fit.values, options);
  const claims = (pattern: 'randread' | 'randwrite') => {
    const { mean } = load(pattern, 4096, 1);
    const bandwidth = load(pattern, LARGE, DEPTH).iops * LARGE;
    return { bandwidth, iops: Math.round(load(pattern, 4096, DEPTH).iops), latency: Math.round(mean * 1e12) };
  };
  const [reads, writes] = [claims('randread'), claims('randwrite')];
  const rate = formatQuantity(Math.max(reads.bandwidth, writes.bandwidth), 'bandwidth');
  return stringify(
    {
      name: device ? `${device.name}, calibrated` : `virtual disk calibrated from ${files.join(', ')}`,
      description: `Disk of a virtual machine fitted to ${rows.length} loads${rows[0].engine ? ` through ${rows[0].engine}, whose own cost is part of it` : ''}.`,
      link: { name: 'virtio-blk', raw: rate, usable: rate },
      capacity: assumed(options.capacity, 'bytes'),
      blockSize: assumed(options.blockSize, 'bytes'),
      maxTransfer: assumed(options.maxTransfer, 'bytes'),
      queues: assumed(1, 'count'),
      readBandwidth: written(reads.bandwidth, 'bandwidth'),
      writeBandwidth: written(writes.bandwidth, 'bandwidth'),
      readIops: written(reads.iops, 'iops'),
      writeIops: written(writes.iops, 'iops'),
      readIopsDepth: DEPTH,
      readLatency: written(reads.latency, 'time'),
      writeLatency: written(writes.latency, 'time'),
      pageBytes: '4 KiB',
      virtual: {
        ...Object.fromEntries(section),
        wakeTail: wakeTail.map(({ share, extra }) => ({
          share: { value: Number(share.toPrecision(6)), source: `${from}: latencies at depth 1` },
          extra: written(extra, 'time', `${from}: latencies at depth 1`),
        })),
      },
    },
    { lineWidth: 0 },
  );
}
