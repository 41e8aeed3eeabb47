/**
 * Where the bytes come from: a file, an address, or nowhere at all. Each is a stream that reads a piece when it is
 * pulled, and counts its pulls, so that one sees it stand still. Knows nothing of workers.
 */
import { generated } from "./generated.ts";
import { inPieces } from "./pieces.ts";
import { Problem } from "./problem.ts";
import { CHUNK } from "./window.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Read from a file at a time: how much `file.stream()` reads ahead is up to the browser. */
const FILE_PART = 1024 * 1024;

export class Source {
  readonly name: string;
  /** Bytes to expect, where that is known. */
  readonly total: number | undefined;
  /** Generated: no file has it. */
  readonly isMade: boolean;
  /** As often as it was asked for a piece. */
  pulls = 0;
  /** Bytes given. */
  bytes = 0;
  /** Whether it is asked for a piece just now: else it waits to be. */
  pulling = false;
  ended = false;
  readonly readable: ReadableStream<Bytes>;

  constructor(name: string, total: number | undefined, pieces: ReadableStream<Bytes>, isMade = false) {
    this.name = name;
    this.isMade = isMade;
    this.total = total;
    const reader = pieces.getReader();
    this.readable = new ReadableStream<Bytes>(
      {
        pull: async (controller) => {
          this.pulls++;
          this.pulling = true;
          const { done, value } = await reader.read().finally(() => {
            this.pulling = false;
          });
          if (done) {
            this.ended = true;
            return controller.close();
          }
          this.bytes += value.byteLength;
          controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** The same, packed by this page on its way: there is no archive to be had otherwise. */
  packed(): ReadableStream<Bytes> {
    return inPieces(this.readable.pipeThrough(new CompressionStream("gzip")), CHUNK);
  }
}

export function fileSource(file: File): Source {
  let at = 0;
  const parts = new ReadableStream<Bytes>(
    {
      async pull(controller) {
        if (at >= file.size) return controller.close();
        const part = await file
          .slice(at, at + FILE_PART)
          .arrayBuffer()
          .catch((cause) => {
            const message = `${file.name} cannot be read: it was changed or removed meanwhile. Choose it again.`;
            throw new Problem("FILE_UNREADABLE", message, { cause });
          });
        at += part.byteLength;
        controller.enqueue(new Uint8Array(part));
      },
    },
    { highWaterMark: 0 },
  );
  return new Source(file.name, file.size, inPieces(parts, CHUNK));
}

export function generatedSource(size: number, seed: number): Source {
  return new Source(`generated-${seed}.bin`, size, generated(size, seed), true);
}

/** Rejects with a Problem. What breaks off later errors the stream with one. */
export async function urlSource(text: string, signal: AbortSignal): Promise<Source> {
  const url = parsed(text);
  const response = await fetch(url, { signal }).catch(async (cause) => {
    signal.throwIfAborted();
    throw await whyNot(url, cause);
  });
  if (!response.ok) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new Problem(`HTTP_${response.status}`, `${url.host} answers "${status}". Check the address.`);
  }
  // With a content encoding, the length is that of what crossed the network.
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  const body = response.body ?? new Blob([]).stream();
  return new Source(nameOf(url), length === null ? undefined : Number(length), inPieces(explained(body, url), CHUNK));
}

function parsed(text: string): URL {
  const given = text.trim();
  if (given === "") throw new Problem("BAD_URL", "Give an address, such as https://example.org/data.bin.");
  let url: URL;
  try {
    url = new URL(given, location.href);
  } catch {
    throw new Problem("BAD_URL", `"${given}" is no address. Write it as https://host/path.`);
  }
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  throw new Problem("BAD_URL", `A page cannot fetch ${url.protocol} addresses. Use http or https, or choose a file.`);
}

/** A page is not told why a fetch has failed; but an answer that it must not read tells that there is a server. */
async function whyNot(url: URL, cause: unknown): Promise<Problem> {
  const isThere = await fetch(url, { mode: "no-cors", method: "HEAD" }).then(
    () => true,
    () => false,
  );
  return isThere
    ? new Problem(
        "CORS",
        `${url.host} answers, but does not let other pages read this (CORS). Download it, then choose the file here.`,
        { cause },
      )
    : new Problem("UNREACHABLE", `${url.host} cannot be reached. Check the address and the network.`, { cause });
}

function explained(body: ReadableStream<Uint8Array>, url: URL): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((cause) => {
          throw new Problem("BROKEN_OFF", `${url.host} broke off before the end. Try again.`, { cause });
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function nameOf(url: URL): string {
  const last = url.pathname.split("/").findLast((part) => part !== "");
  if (last === undefined) return url.host;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
