/**
 * Time stamps written as text, in the two halves that TraceClock takes.
 */

/** All but the last nine digits of a whole number. */
export const highOf = (digits: string): number => Number(digits.slice(0, -9) || 0);

/** The last nine digits of a whole number. */
export const lowOf = (digits: string): number => Number(digits.slice(-9));

/** Digits after a decimal point as units of 10^-9. */
export const nanosecondsOf = (fraction: string): number => Number(fraction.slice(0, 9).padEnd(9, '0'));
