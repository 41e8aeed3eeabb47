/** A call whose result is read at once, against calls that are answered by hand. */
import { describe, expect, it } from "vitest";
import { type StreamCallOptions, streamOf } from "../../../src/rpc/stream-call.ts";

interface Bench {
  readonly stream: ReadableStream<unknown>;
  readonly signals: (AbortSignal | undefined)[];
  answer(result: unknown): void;
  refuse(error: unknown): void;
}

function bench(options: StreamCallOptions = {}): Bench {
  let answer!: (result: unknown) => void;
  let refuse!: (error: unknown) => void;
  const signals: (AbortSignal | undefined)[] = [];
  const result = new Promise((resolve, reject) => {
    answer = resolve;
    refuse = reject;
  });
  const call = (signal: AbortSignal | undefined): Promise<unknown> => {
    signals.push(signal);
    return result;
  };
  return { stream: streamOf(call, "m", options, globalThis), signals, answer, refuse };
}

/** A stream that tells how far it was pulled, and why it was cancelled. */
function source(count: number = Number.POSITIVE_INFINITY): {
  readable: ReadableStream;
  pulled: number;
  cancelled: unknown[];
} {
  const self = {
    pulled: 0,
    cancelled: [] as unknown[],
    readable: new ReadableStream(
      {
        pull(controller) {
          if (self.pulled === count) controller.close();
          else controller.enqueue(self.pulled++);
        },
        cancel: (reason) => void self.cancelled.push(reason),
      },
      { highWaterMark: 0 },
    ),
  };
  return self;
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function readAll(stream: ReadableStream): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** A controller, and how many listen to its signal. */
function counted(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const listeners = new Set<unknown>();
  const { signal } = controller;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<AbortSignal["addEventListener"]>) => {
    listeners.add(args[1]);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<AbortSignal["removeEventListener"]>) => {
    listeners.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  return { controller, listeners: () => listeners.size };
}

describe("streamOf()", () => {
  it("pulls the result only as it is read itself", async () => {
    const { stream, answer } = bench();
    const given = source();
    answer(given.readable);
    await settle();
    expect(given.pulled).toBe(0);
    const reader = stream.getReader();
    expect(await reader.read()).toEqual({ done: false, value: 0 });
    await settle();
    expect(given.pulled).toBe(1);
  });

  it("gives the items of a list, and ends the streams among those that are not read", async () => {
    const whole = bench();
    whole.answer([1, "two", null]);
    expect(await readAll(whole.stream)).toEqual([1, "two", null]);
    const left = bench();
    const given = source();
    left.answer([1, { deep: given.readable }]);
    const reader = left.stream.getReader();
    await reader.read();
    await reader.cancel("why");
    expect(given.cancelled).toEqual(["why"]);
  });

  it("cancels the call that was not answered, and the result of one that was", async () => {
    const early = bench();
    void early.stream.cancel("why");
    expect(early.signals[0]?.reason).toBe("why");
    const late = bench();
    const given = source();
    late.answer(given.readable);
    await settle();
    await late.stream.cancel("why");
    expect(given.cancelled).toEqual(["why"]);
  });

  it("cancels a result that comes in the very moment of the cancel", async () => {
    for (const order of ["answer first", "cancel first"]) {
      const { stream, answer } = bench();
      const given = source();
      if (order === "answer first") answer(given.readable);
      const cancelled = stream.cancel("why");
      if (order === "cancel first") answer(given.readable);
      await cancelled;
      expect(given.cancelled).toEqual(["why"]);
    }
  });

  it("follows the signal before and after the answer, and lets go of it at the end", async () => {
    const reason = new RangeError("out of range");
    const before = counted();
    const waiting = bench({ signal: before.controller.signal });
    before.controller.abort(reason);
    await expect(readAll(waiting.stream)).rejects.toBe(reason);
    expect(waiting.signals[0]?.reason).toBe(reason);

    const middle = counted();
    const reading = bench({ signal: middle.controller.signal });
    const given = source();
    reading.answer(given.readable);
    const reader = reading.stream.getReader();
    await reader.read();
    middle.controller.abort(reason);
    await expect(reader.read()).rejects.toBe(reason);
    await settle();
    expect(given.cancelled).toEqual([reason]);
  });

  it.each(["read to the end", "cancelled", "failed", "refused"])("leaves no listener when %s", async (end) => {
    const { controller, listeners } = counted();
    const { stream, answer, refuse } = bench({ signal: controller.signal });
    expect(listeners()).toBe(1);
    if (end === "refused") {
      refuse(new Error("refused"));
      await expect(readAll(stream)).rejects.toThrow("refused");
    } else if (end === "failed") {
      answer(new ReadableStream({ start: (each) => each.error(new Error("failed")) }));
      await expect(readAll(stream)).rejects.toThrow("failed");
    } else {
      answer(source(3).readable);
      if (end === "cancelled") await stream.cancel();
      else expect(await readAll(stream)).toEqual([0, 1, 2]);
    }
    expect(listeners()).toBe(0);
  });

  it("fails with NO_STREAM for anything else, and ends the streams in it", async () => {
    for (const result of [null, 5, "text", {}, { a: 1 }]) {
      const { stream, answer } = bench();
      answer(result);
      await expect(readAll(stream)).rejects.toMatchObject({ name: "TypeError", code: "NO_STREAM" });
    }
    const { stream, answer } = bench();
    const given = source();
    answer({ list: [given.readable] });
    await expect(readAll(stream)).rejects.toMatchObject({ code: "NO_STREAM" });
    expect(given.cancelled).toEqual([expect.objectContaining({ code: "NO_STREAM" })]);
  });
});
