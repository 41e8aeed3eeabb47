/** A readable with a schema: what its reader gets, how a chunk that fails ends it, and that the account does not care. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { resolveLimits } from "../../../src/limits.ts";
import { OptionsReader } from "../../../src/stream/options.ts";
import { StrategyReader } from "../../../src/stream/strategy.ts";
import type { ChannelStream } from "../../../src/stream/stream.ts";
import { rejectedBy, thrownBy } from "../support/error-of.ts";
import { MockPeer } from "../support/mock-peer.ts";

/** A stream of the remote's, taken with these options. */
async function taken(options: object) {
  let stream: ChannelStream | undefined;
  const handler = (given: ChannelStream): Promise<void> => {
    stream = given;
    return new Promise(() => {});
  };
  const peer = new MockPeer({ streams: { s: { ...options, handler }, free: handler } });
  peer.open(2);
  await peer.rest();
  const { readable, writable } = stream as unknown as ChannelStream;
  writable.getWriter().closed.catch(() => {});
  const reader = readable.getReader();
  reader.closed.catch(() => {});
  return { peer, reader, stream: stream as unknown as ChannelStream };
}

const Row = v.object({ tags: v.array(v.string()) });

describe("A readable with a schema", () => {
  it("gives what the schema makes of each chunk", async () => {
    const { peer, reader } = await taken({
      chunks: v.pipe(
        v.number(),
        v.transform((n) => `${n}!`),
      ),
    });
    peer.data(2, [1, 2]);
    expect((await reader.read()).value).toBe("1!");
    expect((await reader.read()).value).toBe("2!");
  });

  it("is errored by a chunk that fails with CHUNK_INVALID, which names stream, path and issue; the remote is told", async () => {
    const { peer, reader, stream } = await taken({ chunks: Row });
    peer.data(2, [{ tags: ["a", 5] }]);
    const { error, code } = await rejectedBy(reader.read());
    expect(code).toBe("CHUNK_INVALID");
    expect(error).toMatchObject({ name: "StreamError", message: expect.stringMatching(/stream "s": tags\[1\]: .*5/) });
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 2, reason: { name: "StreamError", code: "CHUNK_INVALID" } }]);
    expect(stream.signal.reason).toBe(error);
    expect(stream.stats().outgoing.state).toBe("open");
    expect(peer.codes).toEqual([]);
  });

  it("takes nothing of what comes behind such a chunk, without blame", async () => {
    const { peer, reader } = await taken({ chunks: v.number() });
    peer.data(2, [1, "two", 3]);
    peer.data(2, [4], 3);
    peer.receive({ type: "stream-end", id: 2, chunks: 4 });
    await peer.rest();
    expect((await rejectedBy(reader.read())).code).toBe("CHUNK_INVALID");
    expect(peer.of("stream-cancel")).toHaveLength(1);
    expect(peer.codes).toEqual([]);
  });

  it("leaves other streams alone", async () => {
    const { peer } = await taken({ chunks: v.number() });
    peer.open(4, "free");
    await peer.rest();
    peer.data(2, ["no number"]);
    peer.data(4, ["anything"]);
    await peer.rest();
    expect(peer.of("stream-cancel").map(({ id }) => id)).toEqual([2]);
    expect(peer.codes).toEqual([]);
  });

  it("is errored with a TypeError by a schema that is asynchronous, even if that then rejects", async () => {
    const chunks = v.pipeAsync(
      v.number(),
      v.checkAsync(async () => Promise.reject(new Error("late"))),
    );
    const { peer, reader } = await taken({ chunks });
    peer.data(2, [1]);
    const { error, code } = await rejectedBy(reader.read());
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('"s"');
    expect(code).toBe("BAD_OPTION");
    expect(peer.of("stream-cancel")).toMatchObject([{ reason: { name: "TypeError", code: "BAD_OPTION" } }]);
  });

  it("is errored with what the schema itself throws", async () => {
    const chunks = v.pipe(
      v.number(),
      v.transform(() => {
        throw new RangeError("broken schema");
      }),
    );
    const { peer, reader } = await taken({ chunks });
    peer.data(2, [1]);
    expect((await rejectedBy(reader.read())).error).toMatchObject({ name: "RangeError", message: "broken schema" });
  });

  it("charges and grants for what came, not for what the schema made of it", async () => {
    const bytes = new Uint8Array(1_000);
    const chunks = v.pipe(
      v.instance(Uint8Array),
      v.transform(() => null),
    );
    const readableStrategy = new ByteLengthQueuingStrategy({ highWaterMark: 4_000 });
    const { peer, reader, stream } = await taken({ chunks, readableStrategy });
    peer.receive({ type: "stream-data", id: 2, chunks: [bytes, bytes], charged: 2_128 });
    expect(stream.stats().incoming).toMatchObject({ unit: "bytes", bytes: 2_128, inFlight: 2_000, queued: 2 });
    for (let n = 0; n < 2; n++) expect((await reader.read()).value).toBe(null);
    await peer.rest();
    expect(peer.of("stream-credit").map(({ limit }) => limit)).toEqual([6_000]);
    expect(peer.codes).toEqual([]);
  });

  it("weighs by size() the chunk that came", async () => {
    const seen: unknown[] = [];
    const size = (chunk: unknown): number => {
      seen.push(chunk);
      return 1;
    };
    const { peer, reader } = await taken({ chunks: v.pipe(v.number(), v.transform(String)), highWaterMark: 5, size });
    peer.data(2, [7]);
    expect((await reader.read()).value).toBe("7");
    expect(seen).toEqual([7]);
  });

  it("may be cancelled by its schema", async () => {
    let cancel: () => void = () => {};
    const chunks = v.pipe(
      v.number(),
      v.check(() => {
        cancel();
        return true;
      }),
    );
    const { peer, reader } = await taken({ chunks });
    cancel = () => void reader.cancel(new Error("enough"));
    peer.data(2, [1, 2]);
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    expect(peer.of("stream-cancel")).toMatchObject([{ reason: { message: "enough" } }]);
    expect(peer.codes).toEqual([]);
  });

  it("may be one that we open", async () => {
    const peer = new MockPeer();
    const { readable, writable } = peer.streams.open("s", { chunks: v.number() });
    writable.getWriter().closed.catch(() => {});
    peer.accept(1);
    peer.data(1, ["text"]);
    expect((await rejectedBy(readable.getReader().read())).code).toBe("CHUNK_INVALID");
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 1, reason: { code: "CHUNK_INVALID" } }]);
  });

  it("keeps its schema under the window that the sender suggests", async () => {
    const peer = new MockPeer();
    const { readable, writable } = peer.streams.open("s", { chunks: v.pipe(v.number(), v.transform(String)) });
    writable.getWriter().closed.catch(() => {});
    peer.accept(1, { writable: { unit: "chunks", highWaterMark: 3 } });
    peer.data(1, [1]);
    expect((await readable.getReader().read()).value).toBe("1");
  });
});

describe("OptionsReader.read(), of a schema", () => {
  const options = new OptionsReader(new StrategyReader(globalThis), resolveLimits({}, true), true);

  it("hands it to the incoming direction, with the default window", () => {
    const { incoming } = options.read({ chunks: Row });
    expect(incoming.schema).toBe(Row);
    expect(incoming.fixed).toBe(false);
    expect(incoming.strategy).toEqual(options.read({}).incoming.strategy);
    expect(options.read({}).incoming.schema).toBe(undefined);
  });

  it("keeps it where the sender's strategy applies", () => {
    const resolved = options.read({ chunks: Row });
    expect(options.suggested(resolved, { unit: "chunks", highWaterMark: 3 }).schema).toBe(Row);
  });

  it.each([5, null, {}, { parse: () => 1 }])("refuses %o with a TypeError", (chunks) => {
    const { error, code } = thrownBy(() => options.read({ chunks: chunks as never }));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_OPTION");
  });

  it('refuses one with readable: "bytes", which has no chunks', () => {
    const { error, code } = thrownBy(() => options.read({ chunks: Row, readable: "bytes" }));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_OPTION");
  });
});
