// @ts-check
// What a person sees: a progress bar on stderr, if that is a terminal, and the summary for stdout.

import cliProgress from "cli-progress";

const { Format, Presets, SingleBar } = cliProgress;

const MEGA = 1e6;

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / MEGA).toFixed(1)} MB`;

/** @param {number} bytes */
const kibibytes = (bytes) => `${Math.ceil(bytes / 1024)} KiB`;

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * A bar with rate and remaining time; without a total, the bytes and the rate. Nothing where stderr is no terminal.
 * @param {NodeJS.WriteStream} stream
 */
export function progress(stream) {
  /** @type {import("cli-progress").SingleBar | undefined} */
  let bar;
  let started = 0;

  return {
    /**
     * @param {string} what
     * @param {number | undefined} total bytes to come, where that is known
     */
    start(what, total) {
      this.stop();
      if (!stream.isTTY) return;
      started = performance.now();
      const barsize = Math.max(8, Math.min(40, (stream.columns || 80) - 60));
      bar = new SingleBar(
        {
          stream,
          barsize,
          clearOnComplete: true,
          format: (options, { value, progress: part }) => {
            const rate = value / ((performance.now() - started) / 1000 || 1);
            const speed = `${megabytes(rate)}/s`;
            if (!total) return `${what} ${megabytes(value)}  ${speed}`;
            const left = rate > 0 ? `${clock((total - value) / rate)} left` : "";
            return `${what} ${Format.BarFormat(part, options)} ${Math.floor(part * 100)} % of ${megabytes(total)}  ${speed}  ${left}`;
          },
        },
        Presets.shades_classic,
      );
      bar.start(total ?? 0, 0);
    },
    /** @param {number} bytes in all */
    update(bytes) {
      bar?.update(bytes);
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** @typedef {{ peak: number, highWaterMark: number, unit: string }} Held what the end of one direction held at most */

/**
 * @param {{ through: string, name: string, out: string | undefined, seconds: number, bytes: { in: number, out: number },
 *   held: { there: Held, back: Held }, digest: string, verified: string }} done
 */
export function summary({ through, name, out, seconds, bytes, held, digest, verified }) {
  const count = (/** @type {number} */ n) => `${n.toLocaleString("en-US")} byte${n === 1 ? "" : "s"}`;
  const share = bytes.in > 0 ? ` (${((100 * bytes.out) / bytes.in).toFixed(1)} %)` : "";
  const where = out === undefined ? "a temporary file, checked and removed; --out keeps it" : out;
  return [
    `${through}: ${name} in ${seconds.toFixed(2)} s`,
    `  in        ${count(bytes.in)}, ${megabytes(bytes.in / seconds)}/s`,
    `  out       ${count(bytes.out)}${share}, ${megabytes(bytes.out / seconds)}/s, to ${where}`,
    `  buffered  to the worker ${most(held.there)}`,
    `            and back ${most(held.back)}`,
    `  sha256    ${digest}`,
    `  verified  ${verified}`,
  ].join("\n");
}

/**
 * A chunk may start while the window is not full, so that one of them reaches beyond it.
 * @param {Held} held
 */
function most({ peak, highWaterMark, unit }) {
  const [held, window] = unit === "bytes" ? [kibibytes(peak), kibibytes(highWaterMark)] : [peak, highWaterMark];
  return `at most ${held}, window ${window} and a chunk`;
}
