/** The far side of a pair, as the tests ask it: a typed face over questions and plain answers. */
import type { StreamStats } from "sluice";
import type { FarStreamOptions } from "../../fixtures/far.mjs";
import type { DescribedError } from "../../fixtures/values.mjs";

export type Ask = (question: string, ...args: unknown[]) => Promise<unknown>;

/** What became of something that the far side did. */
export interface Outcome {
  readonly error?: DescribedError;
}
export interface ReadOutcome extends Outcome {
  readonly done?: boolean;
  readonly chunk?: unknown;
}
export interface Collected extends Outcome {
  readonly count: number;
  readonly bytes: number;
  readonly hash: number;
  readonly chunks: readonly unknown[];
  readonly done: boolean;
}

/** What a method notes of the streams that it was given, or gave. */
export interface Note extends Outcome {
  readonly pulled?: number;
  readonly finished?: boolean;
  readonly aborted?: DescribedError;
  readonly cancelled?: DescribedError;
  readonly chunks?: readonly unknown[];
  readonly done?: boolean;
}

export class Far {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Connects, if the far side was made `late`. */
  start(): Promise<void> {
    return this.#ask("start") as Promise<void>;
  }
  /** Has it connected, or begun to? */
  started(): Promise<boolean> {
    return this.#ask("started") as Promise<boolean>;
  }
  /** The stream that the far side's puppet has, or will have. */
  stream(key: string): FarStream {
    return new FarStream(this.#ask, key);
  }
  open(key: string, name: string, options?: FarStreamOptions): FarStream {
    void this.tryOpen(key, name, options);
    return this.stream(key);
  }
  tryOpen(key: string, name: string, options?: FarStreamOptions): Promise<Outcome> {
    return this.#ask("open", key, name, options) as Promise<Outcome>;
  }
  /** Keys of all streams that puppets have had. */
  taken(): Promise<string[]> {
    return this.#ask("taken") as Promise<string[]>;
  }
  /** Aborts all streams that puppets still have, and lets go of them. */
  endAll(): Promise<void> {
    return this.#ask("endAll") as Promise<void>;
  }
  report<T = Collected>(key: string): Promise<T> {
    return this.#ask("report", key) as Promise<T>;
  }
  /** What a method of the far side has noted until now; `null` if it was not called. */
  note<T = Note>(key: string): Promise<T> {
    return this.#ask("note", key) as Promise<T>;
  }
  takeIncoming(key?: string): Promise<{ done: boolean; name?: string; metadata?: unknown }> {
    return this.#ask("takeIncoming", key) as Promise<{ done: boolean }>;
  }
  cancelIncoming(reason: string): Promise<void> {
    return this.#ask("cancelIncoming", reason) as Promise<void>;
  }
  /** A question about the default stream, of those in `test/fixtures/data.mjs`. */
  data(question: string, ...args: unknown[]): Promise<Outcome & { result?: unknown }> {
    return this.#ask(question, ...args) as Promise<Outcome>;
  }
  async dataSeen(): Promise<unknown[]> {
    return (await this.data("dataSeen")).result as unknown[];
  }
  call(method: string, params?: unknown): Promise<Outcome & { result?: unknown }> {
    return this.#ask("call", method, params) as Promise<Outcome>;
  }
  channelStats(): Promise<{ state: string; calls: number; streams: StreamStats[] }> {
    return this.#ask("channelStats") as ReturnType<Far["channelStats"]>;
  }
  close(): Promise<Outcome> {
    return this.#ask("channelClose") as Promise<Outcome>;
  }
  abort(reason: string): Promise<void> {
    return this.#ask("channelAbort", reason) as Promise<void>;
  }
  ready(): Promise<Outcome> {
    return this.#ask("channelReady") as Promise<Outcome>;
  }
  closed(): Promise<Outcome> {
    return this.#ask("channelClosed") as Promise<Outcome>;
  }
  sizeCalls(): Promise<number> {
    return this.#ask("sizeCalls") as Promise<number>;
  }
  poolWorks(): Promise<boolean> {
    return this.#ask("poolWorks") as Promise<boolean>;
  }
  ping(): Promise<unknown> {
    return this.#ask("ping");
  }
}

/** A stream in the far side's hands. */
export class FarStream {
  readonly #ask: Ask;
  readonly key: string;

  constructor(ask: Ask, key: string) {
    this.#ask = ask;
    this.key = key;
  }

  read(): Promise<ReadOutcome> {
    return this.#ask("read", this.key) as Promise<ReadOutcome>;
  }
  /** `count` reads one after the other: the chunks. */
  async readMany(count: number): Promise<unknown[]> {
    const chunks: unknown[] = [];
    for (let i = 0; i < count; i++) chunks.push((await this.read()).chunk);
    return chunks;
  }
  /** Resolves once `count` reads wait at the far side; `seen` with what became of them. */
  async readAtOnce(count: number): Promise<{ seen: Promise<ReadOutcome[]> }> {
    await this.describe();
    const seen = this.#ask("readAtOnce", this.key, count) as Promise<ReadOutcome[]>;
    // Answers come in the order of the questions.
    await this.#ask("ping");
    return { seen };
  }
  write(chunk: unknown): Promise<Outcome> {
    return this.#ask("write", this.key, chunk) as Promise<Outcome>;
  }
  writeMade(maker: string, ...args: unknown[]): Promise<Outcome> {
    return this.#ask("writeMade", this.key, maker, ...args) as Promise<Outcome>;
  }
  close(): Promise<Outcome> {
    return this.#ask("close", this.key) as Promise<Outcome>;
  }
  abort(reason: string): Promise<Outcome> {
    return this.#ask("abort", this.key, reason) as Promise<Outcome>;
  }
  cancel(reason: string): Promise<Outcome> {
    return this.#ask("cancel", this.key, reason) as Promise<Outcome>;
  }
  readerClosed(): Promise<Outcome> {
    return this.#ask("readerClosed", this.key) as Promise<Outcome>;
  }
  writerClosed(): Promise<Outcome> {
    return this.#ask("writerClosed", this.key) as Promise<Outcome>;
  }
  abortStream(reason: string): Promise<void> {
    return this.#ask("abortStream", this.key, reason) as Promise<void>;
  }
  /** Gives reader and writer back. */
  unlock(): Promise<void> {
    return this.#ask("unlock", this.key) as Promise<void>;
  }
  /** The handler's promise resolves. */
  letGo(): Promise<void> {
    return this.#ask("letGo", this.key) as Promise<void>;
  }
  /** The handler's promise rejects. */
  failWith(reason: string): Promise<void> {
    return this.#ask("failWith", this.key, reason) as Promise<void>;
  }
  stats(): Promise<StreamStats> {
    return this.#ask("stats", this.key) as Promise<StreamStats>;
  }
  describe(): Promise<{ id: number; name: string; metadata: unknown }> {
    return this.#ask("describe", this.key) as Promise<{ id: number; name: string; metadata: unknown }>;
  }
}
