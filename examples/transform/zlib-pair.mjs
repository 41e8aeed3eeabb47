// @ts-check
// A node:zlib transform as a { readable, writable } pair for pipeThrough, on any Node from 20 on.
// CompressionStream and Duplex.toWeb do that in one word, but up to Node 22 count chunks against a limit meant as bytes,
// so that 16,384 chunks queue before anything waits; and each Node has its own idea of what is a broken archive.

/**
 * @param {import("node:stream").Transform & { bytesWritten: number }} zlib
 * @returns {{ readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array> }}
 */
export function zlibPair(zlib) {
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let out;
  /** @type {WritableStreamDefaultController} */
  let into;
  /** no write is answered any more */
  const over = new Promise((resolve) => zlib.once("end", resolve).once("close", resolve));

  /** @param {unknown} reason reaches both neighbours as it is */
  const fail = (reason) => {
    out.error(reason);
    into.error(reason);
    zlib.destroy();
  };

  const readable = new ReadableStream(
    {
      start(controller) {
        out = controller;
      },
      pull: () => void zlib.resume(), // one chunk for each pull: zlib stops working while nobody asks
      cancel: fail,
    },
    { highWaterMark: 0 },
  );
  /** @type {WritableStream<Uint8Array>} */
  const writable = new WritableStream({
    start(controller) {
      into = controller;
    },
    async write(chunk) {
      const before = zlib.bytesWritten;
      await Promise.race([over, new Promise((resolve) => zlib.write(chunk, resolve))]);
      // Behind a gzip member zlib ends at the first zero and takes no more: padding is fine, anything else is not
      if (chunk.subarray(zlib.bytesWritten - before).some((byte) => byte !== 0)) {
        fail(Object.assign(new Error("trailing garbage"), { code: "TRAILING_GARBAGE" }));
      }
    },
    close() {
      if (zlib.readableEnded) out.close();
      else zlib.once("end", () => out.close()).end();
    },
    abort: fail,
  });

  zlib.pause();
  zlib.on("data", (chunk) => {
    zlib.pause();
    out.enqueue(chunk);
  });
  zlib.once("error", fail);
  return { readable, writable };
}
