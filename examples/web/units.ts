/** Figures as a person reads them. */

const UNITS = ["bytes", "KiB", "MiB", "GiB"] as const;

/** `1.5 MiB`: three digits at most, and of powers of 1,024, as windows are. */
export function size(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  if (unit === 0) return bytes === 1 ? "1 byte" : `${Math.round(bytes)} bytes`;
  return `${amount.toFixed(amount < 10 && !Number.isInteger(amount) ? 1 : 0)} ${UNITS[unit]}`;
}

export function rate(bytes: number): string {
  return `${size(bytes)}/s`;
}

/** The slider's steps, in bytes a second: nothing, then from 64 KiB on each twice the one before, then no limit. */
export const RATES: readonly number[] = [
  0,
  ...Array.from({ length: 11 }, (_, i) => 64 * 1024 * 2 ** i),
  Number.POSITIVE_INFINITY,
];

export function rateLabel(rate: number): string {
  if (rate === 0) return "stopped";
  return rate === Number.POSITIVE_INFINITY ? "no limit" : `${size(rate)} a second`;
}
