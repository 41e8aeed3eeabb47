/**
 * The worker: one handler for each thing that can be done with a stream. Backpressure and errors need no word here:
 * `pipeThrough` and `pipeTo` carry them to the stream, and the stream carries them to the page.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type ChannelStream, connect, define } from "sluice";
import { parentLink } from "sluice/worker";
import { Pace } from "./pace.ts";
import { inPieces } from "./pieces.ts";
import { CHUNK, WINDOW } from "./window.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type ByteStream = ChannelStream<Bytes, Bytes>;

/** What the page says of a stream whose reader is here. */
export interface Reading {
  /** The page's number of the stream. */
  readonly key: number;
  /** Bytes a second; −1 stands for no limit, which JSON cannot say. */
  readonly rate: number;
}

/** Of streams that are read here, by their number: how fast. */
const paces = new Map<number, Pace>();

const options = { transfer: true, readableStrategy: WINDOW };

const api = define({
  streams: {
    gzip: {
      ...options,
      handler: ({ readable, writable }: ByteStream) =>
        readable.pipeThrough(new CompressionStream("gzip")).pipeTo(writable),
    },
    gunzip: {
      ...options,
      // Small pieces in, for one of them may become a thousand times as large; and pieces of a chunk's size out.
      handler: ({ readable, writable }: ByteStream) =>
        inPieces(inPieces(readable, CHUNK / 4).pipeThrough(new DecompressionStream("gzip")), CHUNK).pipeTo(writable),
    },
    sha256: { ...options, handler: digest },
  },
  methods: {
    /** Sets how fast a stream is read here. */
    pace({ key, rate }: Reading): void {
      const pace = paces.get(key);
      if (pace) pace.rate = rateOf(rate);
    },
  },
});

export type WorkerApi = typeof api;

/** Takes everything, as fast as the page allows, and gives one chunk: the digest in hex. */
async function digest({ readable, writable, metadata }: ByteStream): Promise<void> {
  const { key, rate } = metadata as Reading;
  const pace = new Pace(rateOf(rate));
  paces.set(key, pace);
  try {
    const hash = sha256.create();
    await readable.pipeTo(
      new WritableStream({
        async write(chunk, { signal }) {
          await pace.take(chunk.byteLength, signal);
          hash.update(chunk);
        },
      }),
    );
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode(bytesToHex(hash.digest())));
    await writer.close();
  } finally {
    paces.delete(key);
  }
}

function rateOf(rate: number): number {
  return rate < 0 ? Number.POSITIVE_INFINITY : rate;
}

connect(parentLink(), api);
