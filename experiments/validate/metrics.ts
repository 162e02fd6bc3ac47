/**
 * What validation compares: each quantity's unit, the kind under which its errors are summed up, and how an error is
 * counted: relative to the measurement, (predicted - measured) / measured, or for shares their difference.
 */
import type { QuantityKind } from '../quantities.ts';
import { formatBandwidth, formatBytes, formatSeconds, percent, significant } from '../report/format.ts';

export const KINDS = ['bandwidth', 'latency', 'hit ratio', 'token time'] as const;
export type Kind = (typeof KINDS)[number];

interface Metric {
  readonly kind: Kind;
  readonly quantity: QuantityKind;
  readonly describe: string;
  /** From the unit that the quantity parses to, to the one that predictions have. */
  readonly scale?: number;
  /** The error is the difference, for what lies between 0 and 1. */
  readonly share?: boolean;
  format(value: number): string;
}

const time = (describe: string, kind: Kind = 'latency'): Metric => ({
  kind,
  quantity: 'time',
  scale: 1e-12,
  describe,
  format: formatSeconds,
});

export const METRICS = {
  iops: {
    kind: 'bandwidth',
    quantity: 'iops',
    describe: 'Operations per second.',
    format: (value) => `${significant(value)} IOPS`,
  },
  bandwidth: {
    kind: 'bandwidth',
    quantity: 'bandwidth',
    describe: 'Bytes read per second.',
    format: formatBandwidth,
  },
  latency: time('Mean of a request.'),
  p50: time('Median of a request.'),
  p90: time('90th percentile of a request.'),
  p99: time('99th percentile of a request.'),
  tokensPerSecond: {
    kind: 'token time',
    quantity: 'ratio',
    describe: 'Decoded tokens per second.',
    format: (value) => `${significant(value)} tokens/s`,
  },
  tokenSeconds: time('Mean time from one token to the next.', 'token time'),
  prefillSeconds: time('Time of the prompt.', 'token time'),
  runSeconds: time('Load, prompt and measured tokens; use it with warmup 0.', 'token time'),
  runBytes: {
    kind: 'bandwidth',
    quantity: 'bytes',
    describe: 'Read from storage in load, prompt and decode.',
    format: formatBytes,
  },
  bytesPerToken: {
    kind: 'bandwidth',
    quantity: 'bytes',
    describe: 'Read from storage per decoded token.',
    format: formatBytes,
  },
  hitRatio: {
    kind: 'hit ratio',
    quantity: 'ratio',
    share: true,
    describe: 'Hits / requests, as a share.',
    format: percent,
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
/** Predictions of a row, in s, B, B/s, 1/s and shares. */
export type Values = Partial<Record<MetricName, number>>;

export const metricOf = (name: MetricName): Metric => METRICS[name];

export const errorOf = (name: MetricName, measured: number, predicted: number): number =>
  metricOf(name).share ? predicted - measured : predicted / measured - 1;
