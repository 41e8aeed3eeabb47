/**
 * Pairs whose two ends are in the test's own process, joined by bytes: what one writes comes to the other in pieces cut
 * anywhere, in later turns, as from a socket; control has a path of its own, or shares that of the data.
 */
import { connect, LinkError } from "sluice";
import { type ByteLink, type ByteLinkReceiver, framed, type Scheduler } from "sluice/bytes";
import type { MakePair } from "../suite/pair.ts";
import { farHere } from "./far-here.ts";
import { native } from "./in-process.ts";

/** Bytes that come in one piece at the most: a prime, so that frames are cut everywhere. */
const PIECE = 49_999;

interface BytesOptions {
  /** Control messages as lines beside the data, as with a child process. */
  readonly ownControl: boolean;
  readonly trusted?: boolean;
}

/** One end of a pair: what is written here comes out at the other. */
class End implements ByteLink {
  readonly kind = "bytes";
  readonly trusted: boolean;
  readonly heartbeat = 0;
  readonly scheduler: Scheduler = {
    defer: (task: () => void) => queueMicrotask(() => process.nextTick(task)),
    yield: (task: () => void) => void setImmediate(task),
    after: (ms: number, task: () => void) => {
      const timer = setTimeout(task, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
  readonly post?: (line: string) => void;
  other: End | undefined = undefined;
  #receiver: ByteLinkReceiver | undefined = undefined;
  /** What is on its way to this end, in order: bytes, and the end of the link. */
  #coming: (Uint8Array | Error)[] = [];
  #lines: string[] = [];
  #writing = 0;
  #scheduled = false;
  #ended = false;
  #met = false;
  readonly #first: boolean;

  constructor(first: boolean, { ownControl, trusted = true }: BytesOptions) {
    this.#first = first;
    this.trusted = trusted;
    if (ownControl) this.post = (line) => this.other?.bring(line);
  }

  listen(receiver: ByteLinkReceiver): void {
    this.#receiver = receiver;
    this.other?.meet();
    this.meet();
  }

  meet(): void {
    if (this.#met || this.#receiver === undefined || this.other?.isListening !== true) return;
    this.#met = true;
    queueMicrotask(() => {
      this.#receiver?.met(this.#first);
      this.#receiver?.connected();
      this.#schedule();
    });
  }

  get isListening(): boolean {
    return this.#receiver !== undefined;
  }

  write(parts: readonly Uint8Array[], taken: () => void): boolean {
    if (this.#ended) return false;
    this.other?.bring(...parts.map((part) => part.slice()));
    this.#writing++;
    setImmediate(() => {
      this.#writing--;
      if (!this.#ended) taken();
    });
    return false;
  }

  /** Has all that was written here been taken, and all that came been delivered? */
  get isIdle(): boolean {
    return this.#ended || (this.#writing === 0 && this.#coming.length === 0 && this.#lines.length === 0);
  }

  keepAlive(): void {}

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.other?.bring(new LinkError("CONNECTION_LOST", "The other end has closed"));
  }

  /** Dies without a word to either side. */
  kill(): void {
    this.#ended = true;
    this.#coming = [];
    this.other?.bring(new LinkError("CONNECTION_LOST", "The other end was killed"));
  }

  bring(...what: (Uint8Array | Error | string)[]): void {
    for (const each of what) {
      if (typeof each === "string") this.#lines.push(each);
      else this.#coming.push(each);
    }
    this.#schedule();
  }

  #schedule(): void {
    const isOver = this.#coming.at(-1) instanceof Error;
    if (this.#scheduled || this.#receiver === undefined || !(this.#met || isOver)) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const lines = this.#lines;
    this.#lines = [];
    for (const line of lines) if (!this.#ended) this.#receiver?.text(line);
    let left = PIECE * 20;
    while (left > 0 && this.#coming.length > 0 && !this.#ended) {
      const next = this.#coming[0] as Uint8Array | Error;
      if (next instanceof Error) {
        this.#coming = [];
        this.#ended = true;
        this.#receiver?.lost(next);
        return;
      }
      const into = (this.#receiver as ByteLinkReceiver).space();
      const count = Math.min(into.length, next.length, PIECE);
      into.set(next.subarray(0, count));
      if (count === next.length) this.#coming.shift();
      else this.#coming[0] = next.subarray(count);
      left -= count;
      if (count > 0) this.#receiver?.filled(count);
    }
    if (this.#coming.length > 0 || this.#lines.length > 0) this.#schedule();
  }
}

/** Two ends that are joined. */
export function byteEnds(options: BytesOptions): [End, End] {
  const [one, two] = [new End(true, options), new End(false, options)];
  one.other = two;
  two.other = one;
  return [one, two];
}

export function overBytes(given: BytesOptions): MakePair {
  return (options) => {
    const [one, two] = byteEnds({ ...given, ...(options.untrusted && { trusted: false }) });
    const far = farHere(options, { makeLink: () => framed(two), classes: native });
    const near = connect(framed(one), options.near);
    return {
      near,
      far,
      classes: native,
      kill: () => two.kill(),
      async idle() {
        // A turn in which nothing moves may be followed by one in which somebody reacts.
        for (let still = 0; still < 5; still = one.isIdle && two.isIdle ? still + 1 : 0)
          await new Promise((resolve) => setImmediate(resolve));
      },
      async dispose() {
        near.abort();
        one.close();
        two.close();
      },
    };
  };
}
