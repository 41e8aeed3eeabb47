// @ts-check
// Progress bars on stderr, one for each input under way, if that is a terminal; nothing at all if it is none.

import cliProgress from "cli-progress";
import { clock, megabytes } from "./units.mjs";

const { Format, MultiBar, Presets } = cliProgress;

/** Columns of an input's name, where there are several. */
const NAME = 20;

/**
 * @typedef {object} Bar
 * @property {(what: string, total: number | undefined) => void} start with the bytes to come, where that is known
 * @property {(bytes: number) => void} update with the bytes in all
 * @property {() => void} stop
 */

/** @typedef {{ label: string, total: number | undefined, value: number, started: number }} Shown */

export class Bars {
  #stream;
  /** @type {Set<Shown>} */
  #live = new Set();
  /** @type {import("cli-progress").MultiBar | undefined} */
  #multi;
  /** @type {Map<Shown, import("cli-progress").SingleBar>} */
  #drawn = new Map();

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream) {
    this.#stream = stream;
  }

  /**
   * A bar with rate and remaining time; without a total, the bytes and the rate.
   * @param {string} [name] tells it from others
   * @returns {Bar}
   */
  bar(name) {
    /** @type {Shown} */
    const shown = { label: "", total: undefined, value: 0, started: 0 };
    return {
      start: (what, total) => {
        const label = name === undefined ? what : `${fitted(name)} ${what.padEnd("checking".length)}`;
        Object.assign(shown, { label, total, value: 0, started: performance.now() });
        this.#redraw(() => this.#live.add(shown));
      },
      update: (bytes) => {
        shown.value = bytes;
        this.#drawn.get(shown)?.update(bytes);
      },
      stop: () => this.#redraw(() => this.#live.delete(shown)),
    };
  }

  /**
   * Prints with no bar in the way.
   * @param {() => void} print
   */
  print(print) {
    this.#redraw(print);
  }

  /** Leaves the terminal as it was. */
  stop() {
    this.#redraw(() => this.#live.clear());
  }

  /**
   * Clears the bars, changes something, and draws them anew: the library can neither print to another stream than its
   * own in between, nor be started again after a stop.
   * @param {() => void} change
   */
  #redraw(change) {
    this.#multi?.stop();
    this.#multi = undefined;
    this.#drawn.clear();
    change();
    if (!this.#stream.isTTY || this.#live.size === 0) return;
    const { columns, rows } = { columns: this.#stream.columns || 80, rows: this.#stream.rows || 24 }; // some say 0
    const barsize = Math.max(8, Math.min(40, columns - (this.#live.size > 1 ? 60 + NAME : 60)));
    this.#multi = new MultiBar(
      { stream: this.#stream, barsize, clearOnComplete: true, format: text },
      Presets.shades_classic,
    );
    // what does not fit on the screen could not be cleared again
    for (const shown of [...this.#live].slice(0, Math.max(1, rows - 1))) {
      this.#drawn.set(shown, this.#multi.create(shown.total ?? 0, shown.value, shown));
    }
    this.#multi.update();
  }
}

/** @type {import("cli-progress").GenericFormatter} */
function text(options, { value, progress }, /** @type {Shown} */ { label, total, started }) {
  const rate = value / ((performance.now() - started) / 1000 || 1);
  const speed = `${megabytes(rate)}/s`;
  if (!total) return `${label} ${megabytes(value)}  ${speed}`;
  const left = rate > 0 ? `${clock((total - value) / rate)} left` : "";
  const bar = Format.BarFormat(progress, options);
  return `${label} ${bar} ${Math.floor(progress * 100)} % of ${megabytes(total)}  ${speed}  ${left}`;
}

/**
 * In as many columns as every other: of a long name its end, which tells more.
 * @param {string} name
 */
function fitted(name) {
  return name.length > NAME ? `…${name.slice(1 - NAME)}` : name.padEnd(NAME);
}
