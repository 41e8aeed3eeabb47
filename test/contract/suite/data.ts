/** The default stream: its order against calls, its two ways to take chunks, its credit and its ends. */
import { type Channel, StreamError } from "sluice";
import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import type { Contract, FarSpec, Pair } from "./pair.ts";
import {
  eventually,
  failure,
  flood,
  isPending,
  noStreamsLeft,
  numbers,
  quiet,
  readAll,
  rejection,
  through,
  withCode,
} from "./tools.ts";

const MISUSE = withCode("BAD_DATA_USE");

/** Far sides that take only what their window allows, from the first chunk on. */
function windowed(highWaterMark: number): FarSpec {
  return { data: { highWaterMark }, initialCredit: { chunks: 0, bytes: 0 } };
}

/** Sends without waiting; failures show where they are awaited. */
function send(channel: Channel, chunks: Iterable<unknown>): Promise<void>[] {
  return Array.from(chunks, (chunk) => {
    const sent = channel.sendData(chunk);
    sent.catch(() => {});
    return sent;
  });
}

/** What the far side's function was given, once nothing moves any more. */
async function seenAtRest(pair: Pair): Promise<unknown[]> {
  await quiet(pair);
  return pair.far.dataSeen();
}

export function defaultStream({ test }: Contract): void {
  test("a call is handled after the chunks that were sent before it", async (make) => {
    const { near, far } = make({});
    await far.data("onData", "note");
    for (let i = 1; i <= 50; i++) {
      await near.sendData({ i });
      expect(await near.call("dataState")).toEqual({ seen: i, settled: i, dataComplete: true });
    }
    expect(await far.dataSeen()).toEqual(numbers(50).map((i) => ({ i: i + 1 })));
  });

  test("so are the far side's calls", async (make) => {
    const seen: unknown[] = [];
    const { near, far } = make({ near: { methods: { count: () => seen.length } } });
    near.onData((chunk) => void seen.push(chunk));
    for (let i = 1; i <= 20; i++) {
      await far.data("sendData", i);
      expect((await far.call("count")).result).toBe(i);
    }
  });

  test("an answer is given after the chunks that were sent before it", async (make) => {
    const { near } = make({});
    const seen: unknown[] = [];
    near.onData((chunk) => void seen.push(chunk));
    for (let i = 1; i <= 20; i++) {
      expect(await near.call("sendDataFirst", { count: 3 })).toBe("sent");
      expect(seen.length).toBe(3 * i);
    }
  });

  test("a notification is handled after the chunks that were sent before it", async (make) => {
    const { near, far } = make({});
    await far.data("onData", "note");
    for (let i = 0; i < 20; i++) {
      await near.sendData(i);
      near.notify("noteData");
    }
    const { result } = await eventually(
      () => far.data("dataNotes"),
      (notes) => (notes.result as unknown[]).length === 20,
    );
    for (const [i, count] of (result as number[]).entries()) expect(count).toBeGreaterThan(i);
  });

  test("a message waits for arrival, never for a reader", async (make) => {
    const { near, far } = make({});
    await near.sendData("nobody takes it");
    expect(await near.call("dataState")).toEqual({ seen: 0, settled: 0, dataComplete: true });
    await far.data("takeData");
    for (const chunk of numbers(100)) await near.sendData(chunk);
    expect(await near.call("dataState")).toMatchObject({ dataComplete: true });
    expect(await far.data("readData")).toEqual({ result: { done: false, chunk: "nobody takes it" } });
  });

  test("a message waits for arrival, not for what onData gave", async (make) => {
    const { near, far } = make({});
    await far.data("onData", "hold");
    for (const chunk of numbers(10)) await near.sendData(chunk);
    expect(await near.call("dataState")).toEqual({ seen: 10, settled: 0, dataComplete: true });
  });

  test("dataHandled() waits for all promises of onData before the call, and no later ones", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await far.data("onData", "hold");
    for (const chunk of numbers(3)) await near.sendData(chunk);
    const handled = near.call("dataHandled");
    await near.sendData(3);
    await near.call("ping");
    for (const at of [2, 0]) await far.data("settleData", at);
    expect(await isPending(pair, handled)).toBe(true);
    await far.data("settleData", 1);
    expect(await handled).toEqual({ seen: 4, settled: 3, dataComplete: true });
  });

  test("dataHandled() with data.readable waits until the chunks were read", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await far.data("takeData");
    for (const chunk of numbers(3)) await near.sendData(chunk);
    await near.data.writable.close();
    const handled = near.call("dataHandled");
    for (const chunk of [0, 1]) expect((await far.data("readData")).result).toEqual({ done: false, chunk });
    expect(await isPending(pair, handled)).toBe(true);
    await far.data("readData");
    expect(await handled).toMatchObject({ dataComplete: true });
  });

  test("dataHandled() does not wait for what a cancelled data.readable has thrown away", async (make) => {
    const { near, far } = make({});
    await far.data("takeData");
    for (const chunk of numbers(3)) await near.sendData(chunk);
    const handled = near.call("dataHandled");
    await near.call("ping");
    await far.data("cancelData", "coded");
    expect(await handled).toMatchObject({ dataComplete: true });
    const later = await eventually(
      () =>
        near.sendData(4).then(
          () => undefined,
          (error: unknown) => error,
        ),
      (error) => error !== undefined,
    );
    expect(later).toEqual(withCode("E_MINE"));
    expect(await near.call("ping")).toBe("pong");
  });

  test("onData and data.readable exclude each other, and onData twice", async (make) => {
    const { near } = make({});
    near.onData(() => {});
    expect(() => near.data.readable).toThrow(MISUSE as Error);
    expect(() => near.onData(() => {})).toThrow(TypeError);
    expect(() => near.onData(() => {})).toThrow(MISUSE as Error);
    const { near: other } = make({});
    expect(other.data.readable).toBe(other.data.readable);
    expect(() => other.onData(() => {})).toThrow(MISUSE as Error);
    expect(() => other.onData("no function" as never)).toThrow(MISUSE as Error);
  });

  test("sendData while a writer of data.writable is held is a TypeError", async (make) => {
    const { near, far } = make({});
    await far.data("onData", "note");
    const writer = near.data.writable.getWriter();
    const error = await rejection(near.sendData(1));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toEqual(MISUSE);
    await writer.write("by the writer");
    writer.releaseLock();
    await near.sendData("by sendData");
    await near.call("ping");
    expect(await far.dataSeen()).toEqual(["by the writer", "by sendData"]);
  });

  test("data.readable gives the chunks, and the end", async (make) => {
    const { near, far } = make({});
    const all = readAll(near.data.readable);
    for (const chunk of numbers(10)) await far.data("sendData", chunk);
    await far.data("endData");
    expect(await all).toEqual(numbers(10));
    expect((await far.data("sendData", "late")).error).toMatchObject({ class: "TypeError", code: "BAD_DATA_USE" });
  });

  test("data.readable ends with the error of the far side, also one from before it was asked for", async (make) => {
    const pair = make({});
    await pair.far.data("sendData", "first");
    await pair.far.data("abortData", "coded");
    await quiet(pair);
    expect(await rejection(readAll(pair.near.data.readable))).toEqual(withCode("E_MINE"));
    expect(await pair.near.call("ping")).toBe("pong");
    await noStreamsLeft(pair);
  });

  test("data.readable that is asked for after the channel has ended, ends", async (make) => {
    const { near } = make({});
    await near.ready;
    await near.close();
    expect(await readAll(near.data.readable)).toEqual([]);
    const { near: other } = make({});
    other.abort(makeReason("coded"));
    expect(await rejection(readAll(other.data.readable))).toEqual(withCode("E_MINE"));
  });

  test("data.readable may be cancelled before the far side has sent anything", async (make) => {
    const { near, far } = make({});
    await near.data.readable.cancel(makeReason("coded"));
    const { error } = await eventually(
      () => far.data("sendData", 1),
      (outcome) => outcome.error !== undefined,
    );
    expect(error).toMatchObject({ code: "E_MINE" });
    expect((await far.call("never", {})).error).toMatchObject({ class: "RpcError" });
  });

  for (const [highWaterMark, initial] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [4, 0],
  ] as const) {
    test(`onData that never settles stops the sender at ${highWaterMark}, initial credit ${initial}`, async (make) => {
      const credit = { initialCredit: { chunks: initial, bytes: 1_000 } };
      const pair = make({ far: { ...windowed(highWaterMark), ...credit } });
      const { near, far } = pair;
      await far.data("onData", "hold");
      const sent = send(near, numbers(20));
      const window = Math.max(1, highWaterMark);
      expect(await seenAtRest(pair)).toEqual(numbers(window));
      // Whichever settles first: its place is free.
      const order = window === 4 ? [2, 3, 0, 5, 1] : numbers(5);
      for (const [done, at] of order.entries()) {
        await far.data("settleData", at);
        expect(await seenAtRest(pair)).toEqual(numbers(window + done + 1));
      }
      expect(await isPending(pair, sent.at(-1) as Promise<void>)).toBe(true);
    });
  }

  test("onData is called in order with all that is sent, whatever the window", async (make) => {
    for (const highWaterMark of [0, 1, 3, 1000]) {
      const { near, far } = make({ far: windowed(highWaterMark) });
      await far.data("onData", highWaterMark === 3 ? "note" : "slow");
      await Promise.all(send(near, numbers(40)));
      await near.call("ping");
      expect(await far.dataSeen()).toEqual(numbers(40));
    }
  });

  for (const how of ["throws", "rejects"]) {
    test(`onData that ${how} ends that direction at both sides, and nothing else`, async (make) => {
      const { near, far } = make({ near: { methods: { ping: () => "pong" } } });
      const seen: unknown[] = [];
      near.onData((chunk) => void seen.push(chunk));
      await far.data("onData", how);
      const error = await eventually(
        () =>
          near.sendData(1).then(
            () => undefined,
            (reason: unknown) => reason,
          ),
        (reason) => reason !== undefined,
      );
      expect(error).toEqual(withCode("E_MINE"));
      expect(await near.call("dataState")).toMatchObject({ seen: 1 });
      await far.data("sendData", "the other way");
      expect((await far.call("ping")).result).toBe("pong");
      expect(seen).toEqual(["the other way"]);
      expect(await through(near.openStream("echo"), [1, 2])).toEqual([1, 2]);
    });
  }

  test("once onData has thrown it is not called again", async (make) => {
    const pair = make({ far: { data: { highWaterMark: 100 } } });
    await pair.far.data("onData", "throws");
    send(pair.near, numbers(50));
    expect(await seenAtRest(pair)).toEqual([0]);
  });

  test("codec raw(Float32Array) gives aligned views", async (make) => {
    const { near, far } = make({
      near: { data: { codec: raw(Float32Array) } },
      far: { data: { codec: "Float32Array" } },
    });
    const seen: unknown[] = [];
    near.onData((chunk) => void seen.push(chunk));
    await far.data("onData", "note");
    await near.sendData(new Float32Array([1, 2.5, -3]));
    await near.call("ping");
    expect(await far.dataSeen()).toEqual([expect.objectContaining({ type: "Float32Array", byteLength: 12 })]);
  });

  test("codec raw: bytes that are no bytes reject in sendData", async (make) => {
    const { near, far } = make({ near: { data: { codec: raw() } }, far: { data: { codec: "raw" } } });
    await far.data("onData", "note");
    await near.sendData(new Uint8Array([1, 2, 3]));
    expect(await rejection(near.sendData("text"))).toEqual(withCode("BAD_CHUNK"));
    expect(await near.call("dataState")).toMatchObject({ seen: 1, dataComplete: true });
  });

  test("two codecs that differ error the direction, and calls go on", async (make) => {
    const { near, far } = make({
      near: { data: { codec: raw() } },
      far: { initialCredit: { chunks: 4, bytes: 1_000 } },
    });
    await far.data("onData", "note");
    const other = make({ far: { data: { codec: "raw" }, initialCredit: { chunks: 4, bytes: 1_000 } } });
    await other.far.data("takeData");
    const sent = send(other.near, numbers(4));
    expect(await rejection(Promise.all([...sent, other.near.sendData(5)]))).toEqual(withCode("CODEC_MISMATCH"));
    expect(await other.near.call("dataState")).toMatchObject({ dataComplete: false });
    expect((await other.far.data("readData")).error).toMatchObject({ code: "CODEC_MISMATCH" });
    // Raw is what both sides have: an onData without a codec takes it.
    await near.sendData(new Uint8Array([7]));
    expect(await near.call("dataState")).toMatchObject({ seen: 1 });
  });

  test("options of the default stream are checked by connect", async (make) => {
    expect(() => make({ near: { data: { highWaterMark: -1 } } })).toThrow(RangeError);
    expect(() => make({ near: { data: { nonsense: 1 } as never } })).toThrow(TypeError);
  });

  test("data that nobody takes stops at the initial credit, and close() still ends", async (make) => {
    const pair = make({});
    const { near } = pair;
    const sent = send(near, numbers(5));
    await sent[0];
    expect(await isPending(pair, sent[1] as Promise<void>)).toBe(true);
    expect(near.stats().streams).toMatchObject([{ outgoing: { chunks: 1 } }]);
    const rest = sent.slice(1).map((each) => rejection(each));
    await near.close();
    for (const error of await Promise.all(rest)) {
      expect(error).toBeInstanceOf(StreamError);
      expect(error).toEqual(withCode("CHANNEL_CLOSED"));
    }
    expect(await rejection(near.sendData("late"))).toEqual(withCode("CHANNEL_CLOSED"));
  });

  test("data that nobody takes keeps no other stream waiting, however few are allowed", async (make) => {
    const { near } = make({ far: { limits: { streams: 1, unaccepted: 1 } } });
    send(near, numbers(2));
    expect(await through(near.openStream("echo"), [1, 2, 3])).toEqual([1, 2, 3]);
    expect(await through(near.openStream("echo"), [4])).toEqual([4]);
  });

  test("close() delivers all chunks that are under way, and waits for onData's promises", async (make) => {
    for (const highWaterMark of [0, 1, 16]) {
      const { near, far } = make({ far: windowed(highWaterMark) });
      await far.data("onData", "slow");
      send(near, numbers(30));
      await near.close();
      expect(await far.dataSeen()).toEqual(numbers(30));
      expect(await far.closed()).toEqual({});
    }
  });

  test("closed waits for onData's promises, at the side that closes and at the other", async (make) => {
    const pair = make({});
    await pair.far.data("onData", "hold");
    await pair.near.sendData(1);
    // The far side has it in hand: there questions overtake the channel.
    await pair.near.call("ping");
    const closed = pair.near.close();
    expect(await isPending(pair, closed)).toBe(true);
    await pair.far.data("settleData", 0);
    await closed;
    const other = make({});
    await other.far.data("onData", "hold");
    await other.near.sendData(1);
    await other.near.call("ping");
    let isClosed = false;
    const farClosed = other.far.close().finally(() => {
      isClosed = true;
    });
    for (const _ of numbers(10)) await other.far.ping();
    expect(isClosed).toBe(false);
    await other.far.data("settleData", 0);
    expect(await farClosed).toEqual({});
    await other.near.closed;
  });

  test("a direction that has ended: messages count it as complete, or say that it is not", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await far.data("onData", "note");
    await near.sendData(1);
    await near.data.writable.close();
    expect(await near.call("dataState")).toEqual({ seen: 1, settled: 1, dataComplete: true });
    const other = make({});
    await other.far.data("onData", "note");
    // Chunks that were started and never got there.
    const writes = flood(other.near.data.writable.getWriter(), [1, 2, { f() {} }]);
    await Promise.allSettled(writes);
    const { seen, dataComplete } = (await other.near.call("dataState")) as { seen: number; dataComplete: boolean };
    expect([2, 3]).toContain(seen);
    expect(typeof dataComplete).toBe("boolean");
  });

  test("onData and data.readable learn of the loss of the channel", async (make) => {
    const { near, far, kill } = make({ freshFar: true, far: windowed(1) });
    await far.data("onData", "hold");
    const sent = send(near, numbers(3));
    const read = rejection(near.data.readable.getReader().read());
    await sent[0];
    await near.call("ping");
    const call = failure(near.call("never"));
    await kill();
    expect(await rejection(sent[2] as Promise<void>)).toEqual(withCode("CONNECTION_LOST"));
    expect(await call).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await read).toEqual(withCode("CONNECTION_LOST"));
    expect(await rejection(near.closed)).toEqual(withCode("CONNECTION_LOST"));
  });

  test("a channel without data pays nothing: no count in messages, no streams", async (make) => {
    const messages: unknown[] = [];
    const pair = make({ near: { trace: { calls: ({ message }) => void messages.push(message) } } });
    pair.near.onData(() => {});
    await pair.far.data("onData", "note");
    await pair.near.call("echo", { a: 1 });
    await pair.far.call("none");
    expect(messages.length).toBeGreaterThan(2);
    for (const message of messages) expect(message).not.toHaveProperty("data");
    await noStreamsLeft(pair);
  });
}
