/** Streams of one channel that are all written to as fast as they take it. */
import { connect } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { expect, it, onTestFinished } from "vitest";

const STREAMS = 200;
const CHUNKS = 64;

/** How many chunks each of the streams has had read when half of all are. */
async function halfway(): Promise<number[]> {
  const reads: number[] = [];
  let total = 0;
  let atHalf: number[] = [];
  const { port1, port2 } = new MessageChannel();
  const count = async ({ readable }: { readable: ReadableStream }): Promise<void> => {
    const place = reads.push(0) - 1;
    for await (const _ of readable) {
      reads[place] = (reads[place] as number) + 1;
      if (++total === (STREAMS * CHUNKS) / 2) atHalf = reads.slice();
    }
  };
  const near = connect(messagePortLink(port1));
  const far = connect(messagePortLink(port2), { streams: { count } });
  onTestFinished(() => far.abort());
  const all = Array.from({ length: STREAMS }, () => near.openStream("count", { transfer: true }));
  await near.ready;
  await Promise.all(all.map(({ writable }) => source().pipeTo(writable)));
  await near.close();
  return atHalf;
}

function source(): ReadableStream<Uint8Array> {
  let made = 0;
  return new ReadableStream({
    pull(controller) {
      if (made++ === CHUNKS) controller.close();
      else controller.enqueue(new Uint8Array(65_536));
    },
  });
}

it("of many streams none goes ahead, whatever their windows: the first have had larger ones", async () => {
  const shares = await halfway();
  expect(shares).toHaveLength(STREAMS);
  // In each round of turns half of a window: two chunks.
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(6);
});
