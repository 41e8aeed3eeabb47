/** Moving streams and iterables: order, backpressure and ends, for every pair of implementations. */
import { describe, expect, it } from "vitest";
import * as ponyfill from "web-streams-polyfill";
import { pump } from "../../../src/rpc/pump.ts";
import type { StreamClasses } from "../../../src/stream/strategy.ts";

const foreign = ponyfill as unknown as StreamClasses;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

interface Source {
  readonly value: ReadableStream | AsyncIterable<unknown>;
  pulled: number;
  stopped?: { reason: unknown };
}

function readable({ ReadableStream }: StreamClasses, count: number, error?: unknown): Source {
  const self: Source = {
    pulled: 0,
    value: new ReadableStream(
      {
        pull(controller) {
          const at = self.pulled++;
          if (at < count) controller.enqueue(at);
          else if (error === undefined) controller.close();
          else controller.error(error);
        },
        cancel(reason) {
          self.stopped = { reason };
        },
      },
      { highWaterMark: 0 },
    ),
  };
  return self;
}

function iterable(count: number, error?: unknown): Source {
  async function* generate(): AsyncGenerator<number> {
    try {
      while (self.pulled < count) yield self.pulled++;
      self.pulled++;
      if (error !== undefined) throw error;
    } finally {
      self.stopped = { reason: undefined };
    }
  }
  const self: Source = { pulled: 0, value: generate() };
  return self;
}

const sources: Record<string, (count: number, error?: unknown) => Source> = {
  "a stream": (count, error) => readable(globalThis, count, error),
  "a foreign stream": (count, error) => readable(foreign, count, error),
  "an iterable": iterable,
};

const cases = Object.keys(sources).flatMap((from) => ["a stream", "a foreign stream"].map((to) => [from, to] as const));

describe.each(cases)("from %s into %s", (from, to) => {
  const make = sources[from] as (count: number, error?: unknown) => Source;
  const { WritableStream } = to === "a stream" ? globalThis : foreign;

  it("moves every chunk and closes", async () => {
    const chunks: unknown[] = [];
    let closed = false;
    const sink = new WritableStream({
      write: (chunk) => void chunks.push(chunk),
      close: () => {
        closed = true;
      },
    });
    await pump(make(100).value, sink, globalThis);
    expect(chunks).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(closed).toBe(true);
  });

  it("takes at most one chunk ahead of a slow sink", async () => {
    const source = make(20);
    let written = 0;
    let most = 0;
    const sink = new WritableStream({
      async write() {
        await turn();
        written++;
        most = Math.max(most, source.pulled - written);
      },
    });
    await pump(source.value, sink, globalThis);
    expect(written).toBe(20);
    expect(most).toBeLessThanOrEqual(1);
  });

  it("hands an error of the source to the sink", async () => {
    const reasons: unknown[] = [];
    const error = new RangeError("out of range");
    const sink = new WritableStream({ abort: (reason) => void reasons.push(reason) });
    await pump(make(3, error).value, sink, globalThis);
    expect(reasons).toEqual([error]);
  });

  it("stops the source when the sink fails, also while it waits for the source", async () => {
    const source = make(Number.POSITIVE_INFINITY);
    const error = new RangeError("out of range");
    const sink = new WritableStream({
      write(chunk) {
        if (chunk === 3) throw error;
      },
    });
    await pump(source.value, sink, globalThis);
    await turn();
    expect(source.stopped).toBeDefined();
    expect(source.pulled).toBeLessThanOrEqual(6);

    const cancelled: unknown[] = [];
    const waiting = new (from === "a foreign stream" ? foreign : globalThis).ReadableStream({
      cancel: (reason) => void cancelled.push(reason),
    });
    let controller!: WritableStreamDefaultController;
    const failing = new WritableStream({
      start(given) {
        controller = given;
      },
    });
    void pump(waiting, failing, globalThis);
    await turn();
    controller.error(error);
    await turn();
    expect(cancelled).toEqual([error]);
  });

  it("ends the other end if one of them was locked meanwhile", async () => {
    const reasons: unknown[] = [];
    const sink = new WritableStream({ abort: (reason) => void reasons.push(reason) });
    const locked = make(3).value;
    if ("getReader" in locked) {
      locked.getReader();
      await pump(locked, sink, globalThis);
      expect(reasons).toEqual([expect.any(Error)]);
    }
    const source = make(3);
    const taken = new WritableStream();
    taken.getWriter();
    await pump(source.value, taken, globalThis);
    if ("getReader" in source.value) expect(source.stopped?.reason).toBeInstanceOf(TypeError);
  });
});

describe("iterables", () => {
  const aborted = async (source: AsyncIterable<unknown>): Promise<unknown> => {
    const reasons: unknown[] = [];
    await pump(source, new WritableStream({ abort: (reason) => void reasons.push(reason) }), globalThis);
    return reasons[0];
  };

  it("need no return", async () => {
    let next = 0;
    const source = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: next++ }) }) };
    const sink = new WritableStream({
      write(chunk) {
        if (chunk === 5) throw new Error("enough");
      },
    });
    await pump(source, sink, globalThis);
    const pulled = next;
    await turn();
    expect(next).toBe(pulled);
  });

  it("that give no iterator, or an iterator that gives no step, or that throws at once, fail the sink", async () => {
    const give = (iterator: unknown) => ({ [Symbol.asyncIterator]: () => iterator }) as AsyncIterable<unknown>;
    expect(await aborted(give(undefined))).toBeInstanceOf(TypeError);
    expect(await aborted(give({}))).toBeInstanceOf(TypeError);
    expect(await aborted(give({ next: async () => undefined }))).toBeInstanceOf(TypeError);
    const error = new RangeError("at once");
    const thrower = {
      next() {
        throw error;
      },
    };
    expect(await aborted(give(thrower))).toBe(error);
  });

  it("whose return fails are left at that", async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: async () => {
          throw new Error("no return");
        },
      }),
    };
    const sink = new WritableStream({
      write() {
        throw new Error("no write");
      },
    });
    await pump(source as never, sink, globalThis);
    await turn();
  });
});
