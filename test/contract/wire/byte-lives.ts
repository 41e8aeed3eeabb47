/** What ends one stream only, or nothing at all, and what comes out. */
import { json } from "sluice/codecs/json";
import { raw } from "sluice/codecs/raw";
import { expect, it } from "vitest";
import { frameBytes, MORE, pattern, REST, text } from "../../unit/support/bytes.ts";
import { greetedBytes } from "./byte-peer.ts";
import { OPENED, OURS, WINDOW } from "./peer.ts";

const KiB = 1024;
const f64 = (...numbers: number[]): Uint8Array => new Uint8Array(new Float64Array(numbers).buffer);

/** Collects what comes on streams of any name, and how each ends. */
function collecting(codec?: ReturnType<typeof raw> | ReturnType<typeof json>): {
  readonly options: object;
  readonly got: unknown[];
  readonly ends: unknown[];
} {
  const got: unknown[] = [];
  const ends: unknown[] = [];
  const handler = async ({ readable }: { readable: ReadableStream<unknown> }): Promise<void> => {
    try {
      for await (const chunk of readable) got.push(chunk);
      ends.push("end");
    } catch (error) {
      ends.push(error);
    }
  };
  return { options: { streams: { keep: codec ? { handler, codec } : handler } }, got, ends };
}

/** Texts that are no messages, and what each is answered with. */
const texts: readonly (readonly [string, string, number])[] = [
  ["a log line", "Listening on port 3000", -32_700],
  ["half of a message", '{"jsonrpc":"2.0","id":1', -32_700],
  ["an empty text", "", -32_700],
  ["a number", "5", -32_600],
  ["null", "null", -32_600],
  ["an object that is no message", '{"level":"info"}', -32_600],
  ["a frame as text", '{"type":"stream-open","id":1}', -32_600],
  ["an empty batch", "[]", -32_600],
  ["another version", '{"jsonrpc":"1.0","id":1,"method":"work"}', -32_600],
  ["a key __proto__", '{"jsonrpc":"2.0","id":1,"method":"work","params":{"__proto__":1}}', -32_600],
  ["a text nested without end", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, -32_600],
  ["a text of more than 1 Mi characters", JSON.stringify("x".repeat(1024 * KiB)), -32_600],
];

export function byteLives(): void {
  for (const ownControl of [true, false]) {
    for (const [what, line, code] of texts) {
      it(`${what}, ${ownControl ? "on a line" : "in a frame"} → ${code}, and the channel lives on`, async () => {
        const peer = await greetedBytes({}, {}, { ownControl });
        peer.line(line);
        expect(await peer.seen((message) => message["error"] !== undefined)).toMatchObject({
          id: null,
          error: { code },
        });
        await peer.unmoved();
      });
    }
  }

  it("a chunk that its codec cannot read ends its stream with CODEC_FAILED, and no other", async () => {
    const { options, ends } = collecting(json());
    const peer = await greetedBytes(options);
    peer.open("keep", { codec: "json" });
    peer.open("keep", { codec: "json" }, 3);
    peer.data(text("{"));
    const { reason } = await peer.got("stream-cancel");
    expect(reason).toMatchObject({ name: "StreamError", code: "CODEC_FAILED" });
    peer.data(text("[1]"), {}, 3);
    await peer.unmoved();
    expect(ends).toMatchObject([{ code: "CODEC_FAILED" }]);
  });

  it("an unknown form ends its stream with CODEC_FAILED, and no other", async () => {
    const { options, ends } = collecting();
    const peer = await greetedBytes(options);
    peer.open("keep", { codec: "auto" });
    peer.data(text("x"), { flags: 0xf0 });
    await peer.got("stream-cancel");
    expect(ends).toMatchObject([{ code: "CODEC_FAILED" }]);
    await peer.unmoved();
  });

  it("a codec that this side does not know refuses the stream with CODEC_MISMATCH", async () => {
    const peer = await greetedBytes(collecting().options);
    peer.open("keep", { codec: "cbor" });
    expect((await peer.got("stream-refuse"))["reason"]).toMatchObject({ code: "CODEC_MISMATCH" });
    peer.open("keep", { codec: "raw", returns: "cbor" }, 3);
    await peer.seen(({ type, id }) => type === "stream-refuse" && id === 3);
    await peer.unmoved();
  });

  it("a stream that is accepted with another codec fails with CODEC_MISMATCH, and no other", async () => {
    const peer = await greetedBytes();
    const stream = peer.channel.openStream("there", { codec: raw() });
    expect(await peer.got("stream-open")).toMatchObject({ codec: "raw", name: "there" });
    peer.frame("stream-accept", OURS, { codec: "json", readable: WINDOW });
    await expect(stream.readable.getReader().read()).rejects.toMatchObject({ code: "CODEC_MISMATCH" });
    await peer.unmoved();
  });

  it("old news: frames of a stream that has ended are ignored, large chunks of it skipped", async () => {
    const peer = await greetedBytes({ streams: { keep: () => {} } });
    peer.open("keep");
    await peer.got("stream-cancel");
    peer.frame("stream-end", OPENED, f64(0));
    peer.data(pattern(100 * KiB), { flags: MORE, total: 200 * KiB });
    peer.data(pattern(100 * KiB), { flags: REST });
    peer.frame("stream-credit", OPENED, f64(5, 5));
    peer.frame("stream-cancel", OPENED, { reason: {} });
    peer.frame("stream-credit", OPENED, f64(6, 6));
    await peer.unmoved();
  });

  it("fragments make one chunk, whatever comes in between", async () => {
    const { options, got } = collecting();
    const peer = await greetedBytes(options);
    const chunk = pattern(50_000);
    peer.open("keep");
    peer.open("keep", {}, 3);
    peer.data(chunk.subarray(0, 20_000), { flags: MORE, total: 50_000 });
    peer.data(pattern(3), {}, 3);
    peer.message({ method: "note" });
    peer.data(chunk.subarray(20_000, 20_001), { flags: MORE | REST });
    peer.raw(frameBytes({ type: 9, stream: OPENED }, f64(1000, 1e6)));
    peer.data(chunk.subarray(20_001), { flags: REST });
    await peer.unmoved();
    expect(got).toHaveLength(2);
    const [small, large] = (got as Uint8Array[]).sort((a, b) => a.length - b.length);
    expect(small).toEqual(pattern(3));
    expect(Buffer.compare(large as Uint8Array, chunk)).toBe(0);
  });

  it("a chunk that an error cuts off leaves nothing, and what came before it is read", async () => {
    const { options, got, ends } = collecting();
    const peer = await greetedBytes(options);
    peer.open("keep");
    peer.data(pattern(3));
    peer.data(pattern(100 * KiB), { flags: MORE, total: 1024 * KiB });
    peer.frame("stream-error", OPENED, { reason: { name: "RangeError", message: "that was all" } });
    await peer.unmoved();
    expect(got).toEqual([pattern(3)]);
    expect(ends).toMatchObject([{ name: "RangeError", message: "that was all" }]);
    // The other direction lives on; no chunk can go on where that one was.
    peer.data(pattern(8), { flags: REST });
    await peer.unmoved();
  });

  it("credit that is lower than before changes nothing; ∞ is a limit", async () => {
    const peer = await greetedBytes();
    const writer = peer.channel.openStream("there", { codec: raw() }).writable.getWriter();
    await peer.got("stream-open");
    peer.frame("stream-accept", OURS, {
      codec: "raw",
      readable: { unit: "chunks", limit: 2, bytes: 1e6, fixed: true },
    });
    peer.frame("stream-credit", OURS, f64(1, 1));
    await Promise.all([writer.write(new Uint8Array(1)), writer.write(new Uint8Array(1))]);
    peer.frame("stream-credit", OURS, f64(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY));
    for (let i = 0; i < 100; i++) await writer.write(new Uint8Array(1));
    await peer.unmoved();
  });

  it("$/shutdown goes on the path of the data, behind the streams that were opened before, and once the calls are there", async () => {
    const peer = await greetedBytes({}, {}, { ownControl: true });
    peer.channel.openStream("one");
    peer.channel.openStream("two");
    void peer.channel.close();
    // Calls on control are known to have come once a ping behind them is answered.
    const { id } = await peer.seen(({ method }) => method === "$/ping");
    peer.message({ id, result: null });
    await peer.seen(({ method }) => method === "$/shutdown");
    const order = peer.messages.map(({ type, method }) => type ?? method).filter((each) => each !== "$/ping");
    expect(order).toEqual(["$/hello", "stream-open", "stream-open", "$/shutdown"]);
  });

  it("a link that is lost in the middle of a chunk ends with CONNECTION_LOST, what came before is read", async () => {
    const { options, got, ends } = collecting();
    const peer = await greetedBytes(options);
    peer.open("keep");
    peer.data(pattern(3));
    peer.data(pattern(100), { length: 100 * KiB });
    await peer.got("stream-accept");
    await new Promise((resolve) => setImmediate(resolve));
    peer.lose();
    await expect(peer.channel.closed).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).toEqual([pattern(3)]);
    expect(ends).toMatchObject([{ code: "CONNECTION_LOST" }]);
  });
}
