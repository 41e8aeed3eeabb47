/**
 * Close, abort and cancel crossing each other, data and credit, in every order. Whoever is first, everything settles,
 * with one of the reasons given; nothing is left of the stream, and the channel lives.
 */
import type { ChannelStream } from "sluice";
import { expect } from "vitest";
import { type DescribedError, describeError, makeReason } from "../../fixtures/values.mjs";
import type { FarStream } from "./far.ts";
import type { Contract, Pair } from "./pair.ts";
import { noStreamsLeft, quiet, reason, through } from "./tools.ts";

const NEAR = "coded";
const FAR = "numbered";

/** What the near side may do to its writable and its readable, and the far side to its own. */
const nearOutgoing = ["close", "abort"] as const;
const nearIncoming = ["cancel", "read"] as const;
const farOutgoing = ["close", "abort"] as const;
const farIncoming = ["cancel", "read"] as const;
type Act = "close" | "abort" | "cancel" | "read" | "abortStream";

async function settle(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** Closing what has been cancelled already is a TypeError by the standard; the reason is at `closed`. */
async function nearCloses(writer: WritableStreamDefaultWriter): Promise<unknown> {
  const error = await settle(writer.close());
  return (error as DescribedError | undefined)?.class === "TypeError" ? settle(writer.closed) : error;
}

async function drain(reader: ReadableStreamDefaultReader): Promise<void> {
  while (!(await reader.read()).done);
}

function nearDoes(act: Act, stream: ChannelStream, writer: WritableStreamDefaultWriter): Promise<unknown> {
  if (act === "close") return nearCloses(writer);
  if (act === "abort") return settle(writer.abort(makeReason(NEAR)));
  if (act === "cancel") return settle(stream.readable.cancel(makeReason(NEAR)));
  if (act === "abortStream") return settle(Promise.resolve(stream.abort(makeReason(NEAR))));
  return settle(drain(stream.readable.getReader()));
}

async function farDoes(act: Act, puppet: FarStream): Promise<unknown> {
  if (act === "close") {
    const { error } = await puppet.close();
    return error?.class === "TypeError" ? (await puppet.writerClosed()).error : error;
  }
  if (act === "abort") return (await puppet.abort(FAR)).error;
  if (act === "cancel") return (await puppet.cancel(FAR)).error;
  if (act === "abortStream") return puppet.abortStream(FAR).then(() => undefined);
  for (;;) {
    const { done, error } = await puppet.read();
    if (done || error) return error;
  }
}

/** How far the stream has got when both sides act. */
const moments: Readonly<Record<string, (pair: Pair, stream: ChannelStream, puppet: FarStream) => Promise<unknown>>> = {
  "at once": async ({ near }) => near.ready,
  "once accepted": async (pair, _stream, puppet) => {
    await puppet.describe();
    await quiet(pair);
  },
  "with data under way": async (_pair, stream, puppet) => {
    const writer = stream.writable.getWriter();
    const written = Array.from({ length: 300 }, (_, i) => [writer.write(i), puppet.write(i)]).flat();
    for (const each of written) each.catch(() => {});
    await puppet.read();
    writer.releaseLock();
  },
};

export function crossing({ test }: Contract): void {
  for (const [when, reach] of Object.entries(moments)) {
    for (const nearActs of nearOutgoing.flatMap((out) => nearIncoming.map((into) => [out, into] as const))) {
      test(`${nearActs.join(" and ")} here, against everything there, ${when}`, async (make) => {
        const pair = make({});
        for (const farActs of farOutgoing.flatMap((out) => farIncoming.map((into) => [out, into] as const))) {
          for (const farFirst of [false, true]) {
            const key = `${farActs.join()} ${farFirst}`;
            const stream = pair.near.openStream("puppet", { metadata: { key } });
            const puppet = pair.far.stream(key);
            await reach(pair, stream, puppet);
            const writer = stream.writable.getWriter();
            writer.closed.catch(() => {});
            const far = (): Promise<unknown>[] => farActs.map((act) => farDoes(act, puppet));
            const early = farFirst ? far() : [];
            const near = nearActs.map((act) => nearDoes(act, stream, writer));
            const results = await Promise.all([...near, ...early, ...(farFirst ? [] : far())]);
            for (const error of results) {
              if (error !== undefined) expect([reason(NEAR), reason(FAR)]).toContainEqual(error);
            }
            // Where nobody gave a reason, nobody gets one.
            const gentle = ![...nearActs, ...farActs].some((act) => act === "abort" || act === "cancel");
            if (gentle) expect(results).toEqual([undefined, undefined, undefined, undefined]);
            await puppet.letGo();
          }
        }
        await noStreamsLeft(pair);
        expect(await through(pair.near.openStream("echo"), [1, 2, 3])).toEqual([1, 2, 3]);
        await pair.near.close();
      });
    }

    test(`both sides abort the stream, ${when}`, async (make) => {
      const pair = make({});
      const stream = pair.near.openStream("puppet");
      const puppet = pair.far.stream("puppet");
      await reach(pair, stream, puppet);
      const writer = stream.writable.getWriter();
      await Promise.all([nearDoes("abortStream", stream, writer), farDoes("abortStream", puppet)]);
      expect([reason(NEAR), reason(FAR)]).toContainEqual(await settle(writer.closed));
      expect([reason(NEAR), reason(FAR)]).toContainEqual((await puppet.readerClosed()).error);
      await puppet.letGo();
      await noStreamsLeft(pair);
      await pair.near.close();
    });
  }
}
