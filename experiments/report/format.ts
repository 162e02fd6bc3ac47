/**
 * Numbers for readers: three significant digits, a unit after a space, decimal GB for traffic (as drives and links are
 * specified) and binary KiB for request sizes (as programs ask).
 */
const formats: Intl.NumberFormat[] = [];

/** Constructing a format costs far more than using it: one per number of digits, kept. */
function grouped(x: number, fractionDigits = 0): string {
  formats[fractionDigits] ??= new Intl.NumberFormat('en-US', {
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
  });
  return formats[fractionDigits].format(x);
}

/** Three significant digits, whole from 100 on: 0.0123, 3.10, 45.6, 1,234. */
export function significant(x: number): string {
  if (x === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x)) + 1e-12));
  return grouped(x, Math.min(digits, 8));
}

export const integer = (x: number): string => grouped(x);
export const percent = (x: number): string => `${grouped(x * 100, 1)} %`;

/** A ratio as the result names it, three decimals. */
export const ratio = (x: number): string => grouped(x, 3).replace(/^-(?=0\.0*$)/, '');

const scaled = (x: number, base: number, units: readonly string[]): string => {
  let i = 0;
  while (i < units.length - 1 && Math.abs(x) >= base) {
    x /= base;
    i++;
  }
  return `${significant(x)} ${units[i]}`;
};

/** A count with a decimal prefix before its unit: 36.0 Gcycle. */
export const formatAmount = (x: number, unit: string): string =>
  scaled(
    x,
    1000,
    ['', 'k', 'M', 'G', 'T'].map((prefix) => `${prefix}${unit}`),
  );

/** Bytes of traffic or memory, decimal. */
export const formatBytes = (x: number): string => scaled(x, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
/** Bytes of one request, binary. */
export const formatRequest = (x: number): string =>
  scaled(x, 1024, ['B', 'KiB', 'MiB', 'GiB']).replace(/\.0+ /, ' ');
export const formatBandwidth = (x: number): string => `${formatBytes(x)}/s`;

/** Seconds, from ns to s. */
export const formatSeconds = (x: number): string =>
  x === 0 || x >= 1 ? `${significant(x)} s` : scaled(x * 1e9, 1000, ['ns', 'µs', 'ms', 's']);

/** `3.10 (3.01–3.19)`: a mean with its 95 % interval where there is one. */
export const withInterval = (mean: number, interval?: readonly [number, number]): string =>
  interval
    ? `${significant(mean)} (${significant(interval[0])}–${significant(interval[1])})`
    : significant(mean);
