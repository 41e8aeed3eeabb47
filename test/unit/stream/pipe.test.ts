/** The pipe of our own does what the platform's does: every scenario runs with both, and what is seen must be equal. */
import { describe, expect, it } from "vitest";
import { pipe } from "../../../src/stream/pipe.ts";

type Pipe = (source: ReadableStream, sink: WritableStream, options?: StreamPipeOptions) => Promise<void>;
const platform: Pipe = (source, sink, options) => source.pipeTo(sink, options);

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Two ends, moved by hand, and what happens to them. */
class Ends {
  readonly log: unknown[] = [];
  source!: ReadableStreamDefaultController;
  sink!: WritableStreamDefaultController;
  readonly abort: AbortController = new AbortController();
  readonly signal: AbortSignal = this.abort.signal;
  readonly readable: ReadableStream;
  readonly writable: WritableStream;
  /** Lets go of the writes that are held back. */
  release!: () => void;
  readonly #held: Promise<void> = new Promise((resolve) => {
    this.release = resolve;
  });

  constructor(options: { from?: number; into?: number; slow?: boolean; bad?: string } = {}) {
    const { from = 0, into = 1, slow = false, bad } = options;
    const failing = (where: string): void => {
      if (bad === where) throw new Error(`bad ${where}`);
    };
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.source = controller;
        },
        cancel: (reason) => {
          this.log.push(["cancel", reason]);
          failing("cancel");
        },
      },
      { highWaterMark: from },
    );
    this.writable = new WritableStream(
      {
        start: (controller) => {
          this.sink = controller;
        },
        write: async (chunk) => {
          this.log.push(["write", chunk]);
          failing("write");
          if (slow) await this.#held;
        },
        close: () => {
          this.log.push(["close"]);
          failing("close");
        },
        abort: (reason) => {
          this.log.push(["abort", reason]);
          failing("abort");
        },
      },
      { highWaterMark: into },
    );
  }
}

const fill = ({ source }: Ends): void => {
  for (const chunk of [1, 2, 3]) source.enqueue(chunk);
};

interface Scenario {
  readonly ends?: ConstructorParameters<typeof Ends>[0];
  readonly options?: (ends: Ends) => StreamPipeOptions;
  readonly before?: (ends: Ends) => unknown;
  readonly during?: (ends: Ends) => unknown;
  /** Once everything else has settled. */
  readonly after?: (ends: Ends) => unknown;
}

const withSignal = ({ signal }: Ends): StreamPipeOptions => ({ signal });

const scenarios: Record<string, Scenario> = {
  "chunks and a close": {
    during: (ends) => {
      fill(ends);
      ends.source.close();
    },
  },
  "chunks that are there before, and a close": {
    before: (ends) => {
      fill(ends);
      ends.source.close();
    },
  },
  "a close behind a sink that wants nothing": { ends: { into: 0 }, during: ({ source }) => source.close() },
  "a close while a write waits": {
    ends: { slow: true },
    before: fill,
    during: ({ source }) => source.close(),
    after: ({ release }) => release(),
  },
  preventClose: { options: () => ({ preventClose: true }), during: ({ source }) => source.close() },
  "an error of the source": { before: fill, during: ({ source }) => source.error(new Error("source")) },
  "an error of the source while a write waits": {
    ends: { slow: true, into: 3 },
    before: fill,
    during: ({ source }) => source.error(new Error("source")),
    after: ({ release }) => release(),
  },
  "an error of the source before": { before: ({ source }) => source.error(new Error("source")) },
  preventAbort: {
    options: () => ({ preventAbort: true }),
    during: ({ source }) => source.error(new Error("source")),
  },
  "an error of the sink": { during: ({ sink }) => sink.error(new Error("sink")) },
  "an error of the sink before": { before: ({ sink }) => sink.error(new Error("sink")) },
  preventCancel: { options: () => ({ preventCancel: true }), during: ({ sink }) => sink.error(new Error("sink")) },
  "an error of both": {
    before: ({ source, sink }) => {
      source.error(new Error("source"));
      sink.error(new Error("sink"));
    },
  },
  "a source that was closed and a sink that failed": {
    before: ({ source, sink }) => {
      source.close();
      sink.error(new Error("sink"));
    },
  },
  "a sink that was closed": { before: ({ writable }) => writable.close() },
  "a write that fails": { ends: { bad: "write" }, before: fill },
  "a close that fails": { ends: { bad: "close" }, before: ({ source }) => source.close() },
  "an abort that fails": { ends: { bad: "abort" }, during: ({ source }) => source.error(new Error("source")) },
  "a cancel that fails": { ends: { bad: "cancel" }, during: ({ sink }) => sink.error(new Error("sink")) },
  "a signal, the source idle": { options: withSignal, during: ({ abort }) => abort.abort(new Error("signal")) },
  "a signal that was aborted before": {
    options: withSignal,
    before: (ends) => {
      fill(ends);
      ends.abort.abort(new Error("signal"));
    },
  },
  "a signal without a reason": { options: withSignal, during: ({ abort }) => abort.abort() },
  "a signal, writes waiting": {
    // Node 20 reads one more than the sink wants.
    ends: { slow: true, into: 3 },
    options: withSignal,
    before: fill,
    during: ({ abort }) => abort.abort(new Error("signal")),
    after: ({ release }) => release(),
  },
  "a signal as a chunk comes": {
    options: (ends) => ({ signal: ends.signal, preventCancel: true }),
    during: ({ source, abort }) => {
      source.enqueue(1);
      abort.abort(new Error("signal"));
    },
  },
  "a signal, nothing to be done to the ends": {
    options: ({ signal }) => ({ signal, preventAbort: true, preventCancel: true }),
    during: ({ abort }) => abort.abort(new Error("signal")),
    after: (ends) => ends.source.enqueue("still there"),
  },
  "a signal, an abort and a cancel that fail": {
    ends: { bad: "abort" },
    options: withSignal,
    during: ({ abort }) => abort.abort(new Error("signal")),
  },
  "a signal too late": {
    options: withSignal,
    before: ({ source }) => source.close(),
    after: ({ abort }) => abort.abort(new Error("signal")),
  },
  "what is no signal": { options: () => ({ signal: {} as AbortSignal }) },
  "a locked source": { before: ({ readable }) => void readable.getReader() },
  "a locked sink": { before: ({ writable }) => void writable.getWriter() },
};

/** The message of an error is whoever made it's own. */
const named = (reason: unknown): unknown =>
  reason instanceof TypeError || reason instanceof DOMException ? reason.name : String(reason);

async function run(by: Pipe, scenario: Scenario): Promise<unknown> {
  const { options = () => ({}), before, during, after } = scenario;
  const ends = new Ends(scenario.ends);
  await turn();
  await before?.(ends);
  let outcome: unknown = "pending";
  by(ends.readable, ends.writable, options(ends)).then(
    () => {
      outcome = "done";
    },
    (error) => {
      outcome = ["failed", named(error)];
    },
  );
  await turn();
  await during?.(ends);
  await turn();
  const settled = outcome;
  await after?.(ends);
  await turn();
  const log = ends.log.map((entry) => (entry as unknown[]).map((each) => (each instanceof Error ? named(each) : each)));
  const { readable, writable } = ends;
  return { log, settled, outcome, locked: [readable.locked, writable.locked] };
}

describe("pipe()", () => {
  it.each(Object.keys(scenarios))("does as pipeTo() does: %s", async (name) => {
    const scenario = scenarios[name] as Scenario;
    expect(await run(pipe, scenario)).toEqual(await run(platform, scenario));
  });

  it("lets go of its signal", async () => {
    const ends = new Ends();
    const { signal } = ends;
    let listeners = 0;
    const counted = {
      aborted: false,
      addEventListener: (...args: Parameters<AbortSignal["addEventListener"]>) => {
        listeners++;
        signal.addEventListener(...args);
      },
      removeEventListener: (...args: Parameters<AbortSignal["removeEventListener"]>) => {
        listeners--;
        signal.removeEventListener(...args);
      },
    } as unknown as AbortSignal;
    const done = pipe(ends.readable, ends.writable, { signal: counted });
    ends.source.close();
    await done;
    expect(listeners).toBe(0);
  });
});
