// @ts-check
// The input as a ReadableStream: a URL is fetched, a local file is served on loopback and fetched likewise,
// so that real bytes cross a real socket. Knows nothing of workers.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import { fetch } from "undici";
import { cannotFetch, cannotRead, Failure, refused } from "./failure.mjs";
import { Tally } from "./tally.mjs";

/**
 * @typedef {object} Source
 * @property {string} name as the user gave it
 * @property {number | undefined} total bytes to expect, where that is known
 * @property {ReadableStream<Uint8Array>} body
 * @property {Tally} tally what has passed so far
 * @property {() => Promise<void>} close
 */

/**
 * @param {import("./args.mjs").Input} input
 * @param {{ signal: AbortSignal, onBytes?: (bytes: number) => void }} options
 * @returns {Promise<Source>}
 */
export async function openSource(input, { signal, onBytes }) {
  const tally = new Tally(onBytes);
  if (input.kind === "url") {
    const name = input.url.href;
    const why = (/** @type {unknown} */ error) => (signal.aborted ? error : cannotFetch(name, error));
    const { body, total } = await get(input.url, signal, why);
    return { name, total, body: tallied(body, tally, why), tally, close: async () => {} };
  }
  const served = await serve(input.path);
  // the client only notices that the connection broke: why is known to the server, and that is ours
  const why = (/** @type {unknown} */ error) =>
    signal.aborted ? error : cannotRead(input.path, served.error ?? error);
  try {
    const { body, total } = await get(served.url, signal, why);
    return { name: input.path, total, body: tallied(body, tally, why), tally, close: served.close };
  } catch (error) {
    await served.close();
    throw error;
  }
}

/**
 * @param {URL} url
 * @param {AbortSignal} signal
 * @param {(error: unknown) => unknown} explain
 */
async function get(url, signal, explain) {
  // identity: fetch would undo a content encoding, and the bytes and their number would not be the server's
  const response = await fetch(url, { signal, headers: { "accept-encoding": "identity" } }).catch((error) => {
    throw explain(error);
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw refused(url, response.status, response.statusText);
  }
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  return {
    body: /** @type {ReadableStream<Uint8Array>} */ (response.body ?? new Blob([]).stream()),
    total: length === null ? undefined : Number(length),
  };
}

/**
 * The same body, counted and digested on its way, with errors that say what failed.
 * @param {ReadableStream<Uint8Array>} body
 * @param {Tally} tally
 * @param {(error: unknown) => unknown} explain
 * @returns {ReadableStream<Uint8Array>}
 */
function tallied(body, tally, explain) {
  const reader = body.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((error) => {
          throw explain(error);
        });
        if (done) return controller.close();
        tally.add(value);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * Serves one file on loopback, under an address that no other program can guess.
 * @param {string} path
 */
async function serve(path) {
  const { file, size } = await openRegular(path);
  const secret = `/${randomUUID()}`;

  /** Fails where the file turns out shorter than announced: the client would wait for the rest for ever. */
  const whole = async function* (/** @type {AsyncIterable<Buffer>} */ chunks) {
    let read = 0;
    for await (const chunk of chunks) {
      read += chunk.length;
      yield chunk;
    }
    if (read < size) throw new Failure(`cannot read ${path}: it shrank while being read; try again`);
  };

  const server = createServer(async (request, response) => {
    if (request.url !== secret) return void response.writeHead(404).end();
    // a size of 0 may mean an unknown size, as in /proc: then the end is where reading ends
    if (size > 0) response.setHeader("content-length", size);
    const bytes = file.createReadStream({ start: 0, highWaterMark: 256 * 1024, ...(size > 0 && { end: size - 1 }) });
    await pipeline(bytes, whole, response).catch((error) => {
      served.error = error;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const served = {
    url: new URL(`http://127.0.0.1:${port}${secret}`),
    /** why the file could not be served to its end @type {unknown} */
    error: undefined,
    async close() {
      server.close();
      server.closeAllConnections();
      await file.close();
    },
  };
  return served;
}

/** @param {string} path */
async function openRegular(path) {
  try {
    const found = await stat(path); // before open, which would wait for the other end of a named pipe
    if (found.isDirectory()) throw Object.assign(new Error("a directory"), { code: "EISDIR" });
    if (!found.isFile()) {
      throw new Failure(`cannot read ${path}: it is not a regular file; save what it gives to a file first`);
    }
    return { file: await open(path), size: found.size };
  } catch (error) {
    throw cannotRead(path, error);
  }
}
