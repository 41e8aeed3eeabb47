// @ts-check
// Figures as a person reads them.

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** @param {number} bytes */
export const kibibytes = (bytes) => `${Math.ceil(bytes / 1024)} KiB`;

/** @param {number} n */
export const count = (n) => `${n.toLocaleString("en-US")} byte${n === 1 ? "" : "s"}`;

/** @param {{ in: number, out: number }} bytes */
export const share = (bytes) => (bytes.in > 0 ? ` (${((100 * bytes.out) / bytes.in).toFixed(1)} %)` : "");

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
