import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Stderr } from "../../../../adapters/process/stderr.ts";

const KEPT = 64 * 1024;
const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function made(): { source: PassThrough; stderr: Stderr } {
  const source = new PassThrough();
  return { source, stderr: new Stderr(source) };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** Bytes that tell where they were. */
const numbered = (count: number): Uint8Array => new Uint8Array(new Uint32Array(count).map((_, index) => index).buffer);

describe("The stream of a child's stderr", () => {
  it("gives what comes", async () => {
    const { source, stderr } = made();
    source.write("a");
    await turn();
    const reader = stderr.readable.getReader();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe("a");
    const next = reader.read();
    source.end("b");
    expect(Buffer.from((await next).value as Uint8Array).toString()).toBe("b");
    expect((await reader.read()).done).toBe(true);
  });

  it("keeps the last 64 KiB while nobody reads, and never holds the child up", async () => {
    const { source, stderr } = made();
    const all = numbered(1_000_000);
    for (let at = 0; at < all.length; at += 10_001) {
      source.write(all.subarray(at, at + 10_001));
      await turn();
      expect(source.isPaused()).toBe(false);
    }
    source.end();
    await stderr.ended;
    expect(Buffer.compare(await readAll(stderr.readable), all.subarray(-KEPT))).toBe(0);
  });

  it("holds the child up while a reader is behind, and loses nothing", async () => {
    const { source, stderr } = made();
    const reader = stderr.readable.getReader();
    const all = numbered(500_000);
    let written = 0;
    let full = false;
    while (!full && written < all.length) {
      full = !source.write(all.subarray(written, written + 16_384));
      written += 16_384;
      await turn();
    }
    expect(full).toBe(true);
    expect(written).toBeLessThan(400_000);
    source.end(all.subarray(written));
    reader.releaseLock();
    expect(Buffer.compare(await readAll(stderr.readable), all)).toBe(0);
  });

  it("lets the child go on when that reader has left", async () => {
    const { source, stderr } = made();
    const reader = stderr.readable.getReader();
    while (source.write(new Uint8Array(16_384))) await turn();
    reader.releaseLock();
    await new Promise((resolve) => source.once("drain", resolve));
  });

  it("lets the child go on when it was cancelled", async () => {
    const { source, stderr } = made();
    const reader = stderr.readable.getReader();
    while (source.write(new Uint8Array(16_384))) await turn();
    await reader.cancel();
    await new Promise((resolve) => source.once("drain", resolve));
    for (let count = 0; count < 50; count += 1) source.write(new Uint8Array(16_384));
    source.end();
    await stderr.ended;
  });

  it("drops the oldest of what is passed on while a reader is behind, and nothing else", async () => {
    const { source, stderr } = made();
    const reader = stderr.readable.getReader();
    for (let count = 0; count < 1_000; count += 1) stderr.pass(Buffer.from(`${"p".repeat(1_000)}\n`));
    source.write("own");
    await turn();
    const parts: Uint8Array[] = [];
    for (let bytes = 0; bytes < KEPT; bytes += parts.at(-1)?.length ?? 0) {
      parts.push((await reader.read()).value as Uint8Array);
    }
    expect(Buffer.concat(parts).length).toBeLessThanOrEqual(KEPT + 3);
    source.end();
    for (let read = await reader.read(); !read.done; read = await reader.read()) parts.push(read.value);
    const text = Buffer.concat(parts).toString();
    expect(text.length).toBeLessThanOrEqual(KEPT + 3);
    expect(text.replace("own", "").replaceAll(/p+\n/g, "")).toBe("");
    expect(text).toContain("own");
  });

  it("loses nothing of its own while a reader is behind, whatever is passed on", async () => {
    const { source, stderr } = made();
    const reader = stderr.readable.getReader();
    let written = 0;
    for (let full = false; !full; written += 16_384) {
      full = !source.write(new Uint8Array(16_384).fill(1));
      stderr.pass(new Uint8Array(16_384));
      await turn();
    }
    expect(written).toBeLessThan(400_000);
    source.end();
    let own = 0;
    let passed = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const byte of read.value) own += byte;
      passed += read.value.length;
    }
    passed -= own;
    expect(own).toBe(written);
    expect(passed).toBeLessThanOrEqual(KEPT);
  });

  it("has the last lines for errors", async () => {
    const { source, stderr } = made();
    expect(stderr.lastWords).toBe("");
    for (let line = 0; line < 1_000; line += 1) source.write(`line ${line}\n`);
    source.end();
    await stderr.ended;
    expect(stderr.lastWords).toMatch(/last that it has printed:\nline 940\n(.*\n)*line 999$/);
  });

  it("has stray lines, too", async () => {
    const { source, stderr } = made();
    stderr.pass(Buffer.from("stray\n"));
    source.end("x");
    expect(Buffer.from(await readAll(stderr.readable)).toString()).toBe("stray\nx");
  });

  it("is empty where the child prints to ours", async () => {
    const stderr = new Stderr(null);
    expect((await readAll(stderr.readable)).length).toBe(0);
  });
});
