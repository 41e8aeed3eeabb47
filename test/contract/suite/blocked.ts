/** A stream whose window is full, and a write that waits for credit. */
import type { ChannelStream } from "sluice";
import { expect } from "vitest";
import type { MakePair, Pair, PairOptions } from "./pair.ts";
import { flood, isPending } from "./tools.ts";

export interface Blocked extends Pair {
  readonly stream: ChannelStream;
  readonly writer: WritableStreamDefaultWriter<unknown>;
  readonly controller: AbortController;
  /** The write that waits for credit. */
  readonly write: Promise<void>;
}

export async function blocked(make: MakePair, options: Pick<PairOptions, "freshFar"> = {}): Promise<Blocked> {
  const pair = make({ ...options, far: { streams: { box: { handler: "puppet", highWaterMark: 1 } } } });
  const controller = new AbortController();
  const stream = pair.near.openStream("box", { signal: controller.signal });
  const writer = stream.writable.getWriter();
  writer.closed.catch(() => {});
  await writer.write("first");
  const [write] = flood(writer, ["second"]) as [Promise<void>];
  expect(await isPending(pair, write)).toBe(true);
  return { ...pair, stream, writer, controller, write };
}
