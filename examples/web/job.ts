/**
 * One stream through the worker, from its source to its result: the whole of Sluice in this page is here, in `engine.ts`
 * and in `worker.ts`. Shows nothing: whoever draws it asks for a sample now and then.
 */
import type { Channel, ChannelStream, StreamStats } from "sluice";
import { type Keep, openKeep } from "./keep.ts";
import { described, type Operation } from "./operations.ts";
import { Pace } from "./pace.ts";
import { cancelled, explain, type Problem } from "./problem.ts";
import type { Source } from "./source.ts";
import { WINDOW } from "./window.ts";
import type { WorkerApi } from "./worker.ts";

/**
 *     opening ──▶ flowing ◀──▶ paused ──▶ draining ──▶ done
 *                         any of them ──▶ failed | cancelled
 *
 * `paused`: the source could give more and is not asked, for there is no credit. `draining`: it has given everything.
 */
export type JobState = "opening" | "flowing" | "paused" | "draining" | "done" | "failed" | "cancelled";

/** What came of it: a file, or the text of a digest; `undefined` if it was too much to be kept. */
export type Result = { readonly name: string; readonly blob: Blob | undefined } | { readonly digest: string };

/** Without a pull for so long, the source stands still, in milliseconds. */
const STILL = 300;

type Bytes = Uint8Array<ArrayBuffer>;

export class Job {
  readonly key: number;
  readonly source: Source;
  readonly operation: Operation;
  /** Settles when the job is over, however it ended; never rejects. */
  readonly over: Promise<void>;
  /** Bytes that came back, and were taken. */
  taken = 0;
  result: Result | undefined = undefined;
  problem: Problem | undefined = undefined;
  readonly #channel: Channel<WorkerApi>;
  readonly #pace: Pace;
  readonly #cancel = new AbortController();
  #state: JobState = "opening";
  #stream: ChannelStream<Bytes, Bytes> | undefined = undefined;
  #keep: Keep | undefined = undefined;
  #lastPull = { pulls: 0, at: 0 };

  constructor(
    channel: Channel<WorkerApi>,
    job: { readonly key: number; readonly source: Source; readonly operation: Operation; readonly rate: number },
  ) {
    this.#channel = channel;
    this.key = job.key;
    this.source = job.source;
    this.operation = job.operation;
    this.#pace = new Pace(job.rate);
    this.over = this.#run();
  }

  get state(): JobState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === "done" || this.#state === "failed" || this.#state === "cancelled";
  }

  /** What the stream tells of itself, as long as there is one, and after its end. */
  get stats(): StreamStats | undefined {
    return this.#stream?.stats();
  }

  /** How fast the reader takes what comes, in bytes a second. */
  get rate(): number {
    return this.#pace.rate;
  }

  set rate(rate: number) {
    this.#pace.rate = rate;
    if (described[this.operation].reader === "page" || this.isOver) return;
    // If the worker is gone, its stream says so.
    this.#channel.call("pace", { key: this.key, rate: wireRate(rate) }).catch(() => {});
  }

  cancel(): void {
    this.#cancel.abort(cancelled);
  }

  /** Gives back what the result takes. */
  async forget(): Promise<void> {
    this.cancel();
    await this.over;
    await this.#keep?.discard();
  }

  /** Looks whether the source stands still. */
  observe(now: number): void {
    if (this.isOver || this.#stream === undefined) return;
    const { pulls, pulling, ended } = this.source;
    if (pulls !== this.#lastPull.pulls) this.#lastPull = { pulls, at: now };
    const stands = !pulling && now - this.#lastPull.at > STILL && this.#stream.stats().outgoing.credit === 0;
    this.#state = ended ? "draining" : stands ? "paused" : "flowing";
  }

  async #run(): Promise<void> {
    try {
      this.result = described[this.operation].reader === "page" ? await this.#toFile() : await this.#toDigest();
      this.#state = "done";
    } catch (error) {
      // If it was never read: else the pipe has done so, and this says that it is locked.
      await this.source.readable.cancel(error).catch(() => {});
      await this.#keep?.discard();
      this.problem = explain(error, this.operation);
      this.#state = this.problem === cancelled ? "cancelled" : "failed";
    }
  }

  /** The page reads the result, as slowly as it is told. */
  async #toFile(): Promise<Result> {
    const keep = await openKeep();
    this.#keep = keep;
    await this.#through(async (chunk, signal) => {
      await this.#pace.take(chunk.byteLength, signal);
      await keep.add(chunk);
    });
    return { name: described[this.operation].resultName(this.source.name), blob: await keep.finish() };
  }

  /** The worker reads, as slowly as it is told, and gives a line of text in the end. */
  async #toDigest(): Promise<Result> {
    let digest = "";
    await this.#through((chunk) => {
      digest += new TextDecoder().decode(chunk);
    });
    return { digest };
  }

  async #through(take: (chunk: Bytes, signal: AbortSignal) => void | Promise<void>): Promise<void> {
    const stream = this.#channel.openStream(this.operation, {
      transfer: true,
      readableStrategy: WINDOW,
      signal: this.#cancel.signal,
      metadata: { key: this.key, rate: wireRate(this.#pace.rate) },
    });
    this.#stream = stream;
    const { source } = this;
    const output = new WritableStream<Bytes>({
      write: async (chunk, { signal }) => {
        await take(chunk, signal);
        this.taken += chunk.byteLength;
      },
    });
    try {
      const input = this.operation === "gunzip" && source.isMade ? source.packed() : source.readable;
      await Promise.all([input.pipeTo(stream.writable), stream.readable.pipeTo(output)]);
    } catch (error) {
      stream.abort(error);
      throw error;
    }
  }
}

/** As the worker takes it: JSON has no Infinity. */
function wireRate(rate: number): number {
  return rate === Number.POSITIVE_INFINITY ? -1 : rate;
}
