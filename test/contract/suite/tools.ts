/** Small helpers of the contract tests: waiting for what must come, and for nothing to come. */
import type { ChannelStream } from "sluice";
import { expect } from "vitest";
import { type DescribedError, describeError, EMPTY_HASH, fold, makeReason } from "../../fixtures/values.mjs";
import type { FarSpec, Pair } from "./pair.ts";
import { turn } from "./realm.ts";

/** Well below the deadline of a test, so that a failure can say what it has waited for. */
const DEADLINE = 20_000;

/** Looks in a row without a pause, and the pause from then on, in milliseconds: who looks all the time lets nothing happen. */
const LOOKS = 20;
const PAUSE = 5;

/** In place of many bytes: compared byte by byte, they take seconds. */
export const hashOf = (bytes: Uint8Array): string => `${bytes.length} bytes, ${fold(EMPTY_HASH, bytes)}`;

/** Waits until `get` gives what `holds`, for states that no event tells of. */
export async function eventually<T>(get: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = Date.now() + DEADLINE;
  for (let looks = 1; ; looks++) {
    const value = await get();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`This never came: the last value is ${JSON.stringify(value)}`);
    await (looks < LOOKS ? turn() : new Promise((resolve) => setTimeout(resolve, PAUSE)));
  }
}

/** Chunks in a window that nobody has set. */
export const DEFAULT_WINDOW = 1_024;

/** Lets everything under way on the link get through: several round trips, on the channel and beside it. */
export async function quiet({ near, far, idle }: Pair): Promise<void> {
  if (await far.started()) await near.ready.catch(() => {});
  for (let i = 0; i < 4; i++) {
    await far.ping();
    // A far side that is closing refuses it: as good a round trip.
    if (near.stats().state === "open") await near.call("ping").catch(() => {});
    await turn();
  }
  await idle?.();
}

/** Far sides whose openers may send nothing before they are accepted: what shows is the receiver's window alone. */
export const strict: FarSpec = { initialCredit: { chunks: 0, bytes: 0 } };

/** Such a far side, with a puppet "box" whose window is given. */
export function box(highWaterMark: number): FarSpec {
  return { streams: { box: { handler: "puppet", highWaterMark } }, ...strict };
}

/** How many chunks of a stream have started, once nothing moves any more. */
export async function started(pair: Pair, stream: ChannelStream): Promise<number> {
  await quiet(pair);
  return stream.stats().outgoing.chunks;
}

/** Is `promise` still unsettled, although nothing is under way any more? */
export async function isPending(pair: Pair, promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await quiet(pair);
  return !settled;
}

/** What `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`This should have rejected, and resolved with ${JSON.stringify(value)}`);
}

/** The description of what `promise` rejects with. */
export async function failure(promise: Promise<unknown>): Promise<DescribedError> {
  return describeError(await rejection(promise));
}

/** How the reason of that name is described at the end that gave it, and must be at the other. */
export function reason(name: string): DescribedError {
  return describeError(makeReason(name));
}

/** Matches an error, or a description of one, by its code. */
export function withCode(code: string): unknown {
  return expect.objectContaining({ code });
}

/** All chunks until the end. */
export async function readAll<T>(readable: ReadableStream<T>): Promise<T[]> {
  const chunks: T[] = [];
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

/** The next `count` chunks. */
export async function readSome<T>(reader: ReadableStreamDefaultReader<T>, count: number): Promise<T[]> {
  const chunks: T[] = [];
  while (chunks.length < count) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream has ended after ${chunks.length} of ${count} chunks`);
    chunks.push(value);
  }
  return chunks;
}

/** Writes chunks one by one, each once the one before was taken, and closes. */
export async function writeAll(writable: WritableStream<unknown>, chunks: Iterable<unknown>): Promise<void> {
  const writer = writable.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
}

/** The chunks come back from an echo. */
export async function through<T>({ readable, writable }: ChannelStream, chunks: Iterable<T>): Promise<T[]> {
  const [back] = await Promise.all([readAll(readable as ReadableStream<T>), writeAll(writable, chunks)]);
  return back;
}

/** Starts as many writes as given without waiting for them; their failures show where they are awaited. */
export function flood(writer: WritableStreamDefaultWriter<unknown>, chunks: Iterable<unknown>): Promise<void>[] {
  return Array.from(chunks, (chunk) => {
    const written = writer.write(chunk);
    written.catch(() => {});
    return written;
  });
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

export function bytes(length: number, seed: number = 0): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, at) => (at + seed) % 251);
}

/** Nothing is left of any stream, at either end. */
export async function noStreamsLeft({ near, far }: Pair): Promise<void> {
  await eventually(
    () => near.stats().streams,
    (streams) => streams.length === 0,
  );
  await eventually(
    async () => (await far.channelStats()).streams,
    (streams) => streams.length === 0,
  );
}
