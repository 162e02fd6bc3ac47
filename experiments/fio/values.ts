/**
 * fio's way of writing values: sizes with kb_base 1024 (4k, 1m, 60%), times in seconds unless a unit follows, switches.
 * Source: fio HOWTO, "Parameter types". With kb_base=1024 fio's k, kb and K are 1024 and ki, kib are 1000.
 */
import { InputError } from '../errors.ts';

const POWERS = 'kmgtp';

/** Bytes; `whole` is what 100% means. @throws InputError */
export function parseSize(option: string, text: string, whole?: number): number {
  const match = /^(\d+(?:\.\d+)?)(%|(?:([kmgtp])(i?)b?)|b)?$/i.exec(text.trim());
  if (!match)
    throw new InputError(`${option}=${text}: allowed is a size as fio writes it; write e.g. 4k, 1m or 60%`, [
      option,
    ]);
  const [, digits, suffix = '', prefix, si] = match;
  const number = Number(digits);
  if (suffix !== '%') {
    const power = prefix ? POWERS.indexOf(prefix.toLowerCase()) + 1 : 0;
    return Math.floor(number * (si ? 1000 : 1024) ** power);
  }
  if (whole === undefined)
    throw new InputError(`${option}=${text}: allowed is a size in bytes, no percentage; write e.g. 4k`, [
      option,
    ]);
  if (number > 100) throw new InputError(`${option}=${text}: allowed are percentages up to 100%`, [option]);
  return Math.floor((whole * number) / 100);
}

const SECONDS: Record<string, number> = {
  us: 1e-6,
  usec: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
};

/** Seconds. @throws InputError */
export function parseSeconds(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text.trim());
  const unit = match ? (match[2] ? SECONDS[match[2].toLowerCase()] : 1) : undefined;
  if (!match || unit === undefined)
    throw new InputError(`${option}=${text}: allowed is a time; write e.g. 30, 30s or 5m`, [option]);
  return Number(match[1]) * unit;
}

/** A whole number, with fio's suffixes, at least `min`. @throws InputError */
export function parseCount(option: string, text: string, min: number): number {
  const value = parseSize(option, text);
  if (value < min) throw new InputError(`${option}=${text}: allowed is a whole number from ${min}`, [option]);
  return value;
}

/** A switch: nothing, 1 or true is on. @throws InputError */
export function parseSwitch(option: string, text: string): boolean {
  if (/^(1|true)?$/.test(text)) return true;
  if (/^(0|false)$/.test(text)) return false;
  throw new InputError(`${option}=${text}: allowed is 0 or 1`, [option]);
}

/** `read,write[,trim]` values, one for all allowed. */
export function perDirection<T>(text: string, parse: (part: string) => T): readonly [T, T] {
  const [read, write] = text.split(',');
  return [parse(read), parse(write === undefined || write === '' ? read : write)];
}
