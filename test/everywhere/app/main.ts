// The same file in a browser, Deno, Bun and Node: bytes of a response go through a worker, and calls beside them.
import { connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";
import type { Api } from "./worker.ts";

/** What the page, or program, reports; `digest` is of the bytes that came back, gunzipped. */
export interface Report {
  readonly sent: string;
  readonly digest: string;
  readonly inserted: number;
  readonly hits: readonly string[];
  readonly total: number;
  readonly late: string;
}

export async function run(url: string): Promise<Report> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const channel = connect<Api>(workerLink(worker));
  try {
    const { readable, writable } = channel.openStream("gzip", { transfer: true }); // at once: no await
    const response = await fetch(url);
    const zipped = collect(readable.pipeThrough(new DecompressionStream("gzip") as ReadableWritablePair));
    await (response.body as ReadableStream).pipeTo(writable);

    const inserted = await channel.call("insert", { count: 1000 }, { timeout: 5_000 });
    const hits: string[] = [];
    const reader = channel.stream("search", { q: "99" }).getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) hits.push(step.value.text);
    const total = await channel.call("total", { numbers: numbers() });
    const late = await channel.call("insert", { count: 1 }, { signal: AbortSignal.abort("too late") }).catch(String);
    const sent = response.headers.get("digest") ?? "";
    return {
      sent,
      digest: await sha256(await zipped),
      inserted: Number(inserted),
      hits,
      total: Number(total),
      late: String(late),
    };
  } finally {
    await channel.close();
  }
}

async function* numbers(): AsyncGenerator<number> {
  for (let n = 1; n <= 100; n++) yield n;
}

async function collect(readable: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const reader = readable.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) parts.push(step.value);
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
