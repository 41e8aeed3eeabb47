// @ts-check
// The worker: one handler per transform. Backpressure and errors need no word here: pipeThrough and pipeTo carry them
// from the zlib to the stream, and the stream carries them to the main thread.

import { createHash } from "node:crypto";
import { constants, createBrotliCompress, createGunzip, createGzip } from "node:zlib";
import { connect, define } from "sluice";
import { parentLink } from "sluice/worker";
import { zlibPair } from "./zlib-pair.mjs";

const chunkSize = 64 * 1024;
const quality = { [constants.BROTLI_PARAM_QUALITY]: 5 }; // 11, the default, takes far longer to save a little more

/** @type {import("sluice").ChannelStream | undefined} */
let latest;

/**
 * A handler that pipes its stream through a transform and back.
 * @param {() => ReadableWritablePair<Uint8Array, Uint8Array>} transform
 * @returns {(stream: import("sluice").ChannelStream<Uint8Array, Uint8Array>) => Promise<void>}
 */
const through = (transform) => (stream) => {
  latest = stream;
  return stream.readable.pipeThrough(transform()).pipeTo(stream.writable);
};

const api = define({
  streams: {
    gzip: through(() => zlibPair(createGzip({ chunkSize }))),
    gunzip: through(() => zlibPair(createGunzip({ chunkSize }))),
    brotli: through(() => zlibPair(createBrotliCompress({ chunkSize, params: quality }))),
    sha256: through(digest),
    identity: through(() => new TransformStream()),
  },
  methods: {
    /** What this end of the latest stream had to hold. */
    stats: () => latest?.stats(),
  },
});

/** Takes everything and gives one chunk: the digest in hex. */
function digest() {
  const hash = createHash("sha256");
  return new TransformStream({
    transform: (chunk) => void hash.update(chunk),
    flush: (controller) => controller.enqueue(Buffer.from(`${hash.digest("hex")}\n`)),
  });
}

connect(parentLink(), api);
