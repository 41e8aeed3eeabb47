// @ts-check
// What a person reads on stdout once work is done: a summary of one input; of several, a line each and one for all.

import { count, kibibytes, megabytes, share } from "./units.mjs";

/** @typedef {{ peak: number, highWaterMark: number, unit: string }} Held what the end of one direction held at most */

/**
 * @typedef {{ through: string, name: string, out: string | undefined, seconds: number,
 *   bytes: { in: number, out: number }, held: { there: Held, back: Held }, digest: string, verified: string }} Done
 */

/** @param {Done} done */
export function summary({ through, name, out, seconds, bytes, held, digest, verified }) {
  const where = out ?? "a temporary file, checked and removed; --out keeps it";
  return [
    `${through}: ${name} in ${seconds.toFixed(2)} s`,
    `  in        ${count(bytes.in)}, ${megabytes(bytes.in / seconds)}/s`,
    `  out       ${count(bytes.out)}${share(bytes)}, ${megabytes(bytes.out / seconds)}/s, to ${where}`,
    `  buffered  to the worker ${most(held.there)}`,
    `            and back ${most(held.back)}`,
    `  sha256    ${digest}`,
    `  verified  ${verified}`,
  ].join("\n");
}

/**
 * One of several.
 * @param {Done} done
 */
export function line({ through, name, out, seconds, bytes, digest }) {
  const became = `${count(bytes.in)} to ${count(bytes.out)}${share(bytes)} in ${seconds.toFixed(2)} s`;
  return `${through}: ${name}: ${became}, sha256 ${digest} verified, ${out === undefined ? "not kept" : `to ${out}`}`;
}

/**
 * All of several.
 * @param {Done[]} done
 * @param {{ inputs: readonly unknown[], through: string, workers: number }} request
 * @param {number} seconds
 */
export function total(done, { inputs, through, workers }, seconds) {
  const bytes = { in: 0, out: 0 };
  for (const each of done) {
    bytes.in += each.bytes.in;
    bytes.out += each.bytes.out;
  }
  const crew = `${workers} worker${workers === 1 ? "" : "s"}`;
  const became = `${count(bytes.in)} to ${count(bytes.out)}${share(bytes)}`;
  const speed = `${megabytes(bytes.in / seconds)}/s`;
  return `${through}: ${done.length} of ${inputs.length} inputs by ${crew}: ${became} in ${seconds.toFixed(2)} s, ${speed}`;
}

/**
 * A chunk may start while the window is not full, so that one of them reaches beyond it.
 * @param {Held} held
 */
function most({ peak, highWaterMark, unit }) {
  const [held, window] = unit === "bytes" ? [kibibytes(peak), kibibytes(highWaterMark)] : [peak, highWaterMark];
  return `at most ${held}, window ${window} and a chunk`;
}
