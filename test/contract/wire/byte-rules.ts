/** Bytes in → error code out: what breaks the protocol, before memory is given to it. */
import { expect, it } from "vitest";
import { frameBytes, joined, MORE, pattern, REST, text, WEIGHED } from "../../unit/support/bytes.ts";
import { BytePeer, greetedBytes } from "./byte-peer.ts";
import { OPENED } from "./peer.ts";

const MiB = 1024 * 1024;
const keep = { streams: { keep: () => new Promise(() => {}) }, initialCredit: { chunks: 2, bytes: 1000 } };
const f64 = (...numbers: number[]): Uint8Array => new Uint8Array(new Float64Array(numbers).buffer);
const u32 = (...numbers: number[]): Uint8Array => new Uint8Array(new Uint32Array(numbers).buffer);

/** What is sent to a channel that has stream 1 open, by a writer that was given 256 chunks. */
const breaches: readonly (readonly [string, string, (peer: BytePeer) => void])[] = [
  ["an unknown type", "BAD_FRAME", (peer) => peer.raw(frameBytes({ type: 11 }))],
  ["memory that was never written", "BAD_FRAME", (peer) => peer.raw(new Uint8Array(16))],
  ["flags of a frame that has none", "BAD_FRAME", (peer) => peer.raw(frameBytes({ type: 7, flags: MORE, stream: 1 }))],
  ["a count of a frame that has none", "BAD_FRAME", (peer) => peer.raw(frameBytes({ type: 7, count: 1, stream: 1 }))],
  ["a payload that is no JSON", "BAD_FRAME", (peer) => peer.frame("stream-cancel", OPENED, text("{"))],
  [
    "a payload that is no UTF-8",
    "BAD_FRAME",
    (peer) => peer.frame("stream-cancel", OPENED, Uint8Array.of(0x22, 0xff, 0x22)),
  ],
  ["a payload that is a list", "BAD_FRAME", (peer) => peer.frame("stream-cancel", OPENED, [])],
  [
    "a payload that begins with a byte order mark",
    "BAD_FRAME",
    (peer) => peer.frame("stream-cancel", OPENED, text('\ufeff{"reason":{}}')),
  ],
  ["a payload without what it must have", "BAD_FRAME", (peer) => peer.frame("stream-cancel", OPENED, {})],
  [
    "a payload nested without end",
    "BAD_FRAME",
    (peer) => peer.frame("stream-cancel", OPENED, text(`{"reason":${"[".repeat(5000)}${"]".repeat(5000)}}`)),
  ],
  ["a key __proto__", "BAD_FRAME", (peer) => peer.frame("stream-cancel", OPENED, text('{"reason":{"__proto__":{}}}'))],
  ["a port over bytes", "BAD_FRAME", (peer) => peer.open("keep", { port: {} }, 3)],
  ["credit of 8 bytes", "BAD_FRAME", (peer) => peer.frame("stream-credit", OPENED, f64(5))],
  ["credit of NaN", "BAD_FRAME", (peer) => peer.frame("stream-credit", OPENED, f64(Number.NaN, 1))],
  ["credit beyond 2^53 − 1", "BAD_FRAME", (peer) => peer.frame("stream-credit", OPENED, f64(2 ** 53, 1))],
  ["an end as JSON", "BAD_FRAME", (peer) => peer.frame("stream-end", OPENED, { chunks: 0 })],
  ["an end after another number of chunks", "BAD_FRAME", (peer) => peer.frame("stream-end", OPENED, f64(1))],
  ["a table that does not fit", "BAD_FRAME", (peer) => peer.data(u32(8, 8), { count: 2 })],
  ["more chunks than a frame may have", "BAD_FRAME", (peer) => peer.data(new Uint8Array(4 * 5000), { count: 5000 })],
  ["a rest without a first fragment", "BAD_FRAME", (peer) => peer.data(pattern(8), { flags: REST })],
  [
    "a chunk of more than maxChunk, before it comes",
    "CHUNK_TOO_LARGE",
    (peer) => peer.raw(frameBytes({ type: 5, stream: 1, length: 17 * MiB })),
  ],
  [
    "a length of 0xFFFFFFFF",
    "CHUNK_TOO_LARGE",
    (peer) => peer.raw(frameBytes({ type: 5, stream: 1, length: 0xffff_ffff })),
  ],
  ["a total of 0xFFFFFFFF", "CHUNK_TOO_LARGE", (peer) => peer.data(pattern(8), { flags: MORE, total: 0xffff_ffff })],
  [
    "chunks together of more than 256 KiB",
    "CHUNK_TOO_LARGE",
    (peer) => peer.raw(frameBytes({ type: 5, stream: 1, count: 2, length: 257 * 1024 })),
  ],
  ["metadata of more than 4 MiB", "BAD_FRAME", (peer) => peer.raw(frameBytes({ type: 2, stream: 3, length: 5 * MiB }))],
  ["data of a stream that was never opened", "BAD_STREAM_ID", (peer) => peer.data(pattern(8), {}, 99)],
  ["a stream of the other's ids", "BAD_STREAM_ID", (peer) => peer.open("keep", {}, 4)],
  ["the same stream again", "BAD_STREAM_ID", (peer) => peer.open("keep")],
  ["an id beyond 2^31", "BAD_STREAM_ID", (peer) => peer.open("keep", {}, 2 ** 31 + 1)],
  ["a second hello", "DUPLICATE_HELLO", (peer) => peer.hello()],
  [
    "weights that are not numbers",
    "BAD_FRAME",
    (peer) => {
      peer.open("keep", { writable: { unit: "weight", highWaterMark: 10 } }, 3);
      peer.data(joined(u32(1, 0), f64(Number.NaN), pattern(1)), { flags: WEIGHED }, 3);
    },
  ],
];

export function byteBreaches(): void {
  for (const [what, code, send] of breaches) {
    it(`${what} → ${code}, and nothing is read after it`, async () => {
      const peer = await greetedBytes(keep);
      peer.open("keep");
      await peer.got("stream-accept");
      send(peer);
      await peer.accused(code);
    });
  }

  it("a large chunk without credit → CREDIT_OVERRUN from its header, before there is memory for it", async () => {
    const peer = await greetedBytes({ streams: { keep: { handler: () => new Promise(() => {}), highWaterMark: 1 } } });
    peer.open("keep");
    await peer.got("stream-accept");
    peer.data(pattern(10));
    await peer.unmoved();
    const before = process.memoryUsage().arrayBuffers;
    peer.raw(frameBytes({ type: 5, stream: OPENED, length: 15 * MiB }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MiB);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("a large chunk for a stream that nobody has taken, beyond initialCredit → CREDIT_OVERRUN", async () => {
    const peer = await greetedBytes({ initialCredit: { chunks: 1, bytes: 100 } });
    void peer.channel.incomingStreams;
    peer.open("waits");
    peer.data(pattern(10));
    peer.raw(frameBytes({ type: 5, stream: OPENED, length: MiB }));
    await peer.accused("CREDIT_OVERRUN");
  });

  for (const [what, send] of [
    ["data", (peer: BytePeer) => peer.data(pattern(8))],
    ["stream-open", (peer: BytePeer) => peer.open("keep")],
    ["a call", (peer: BytePeer) => peer.message({ id: 1, method: "work" })],
  ] as const) {
    it(`${what} before $/hello → HELLO_EXPECTED`, async () => {
      const peer = new BytePeer(keep);
      await peer.seen(({ method }) => method === "$/hello");
      send(peer);
      await expect(peer.channel.closed).rejects.toMatchObject({ code: "HELLO_EXPECTED" });
    });
  }

  it("a window of null is without a limit", async () => {
    const peer = await greetedBytes({
      streams: {
        all: {
          handler: ({ writable }) => {
            const writer = writable.getWriter();
            for (let i = 0; i < 1000; i++) void writer.write(new Uint8Array([i]));
            return new Promise(() => {});
          },
        },
      },
    });
    peer.open("all", { readable: { unit: "chunks", limit: null, bytes: null, fixed: true } });
    const count = (): number => peer.messages.reduce((sum, { count = 0 }) => sum + (count as number), 0);
    await peer.seen(() => count() === 1000);
  });
}
