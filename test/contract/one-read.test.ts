/** What links of messages never do: everything that was sent in one turn comes in one read, without a turn in between. */
import { connect, define } from "sluice";
import { framed } from "sluice/bytes";
import { expect, it, onTestFinished } from "vitest";
import { byteEnds } from "./pairs/bytes.ts";

it("dataHandled() resolves after the reader has got the chunk, also where chunk and call come in one read", async () => {
  const [one, two] = byteEnds({ ownControl: false });
  const got: unknown[] = [];
  const handled = async (_: unknown, { dataHandled }: { dataHandled(): Promise<void> }) => {
    await dataHandled();
    return got.length;
  };
  const near = connect(framed(one));
  const far = connect(framed(two), define({ methods: { handled } }));
  onTestFinished(() => {
    near.abort();
    far.abort();
  });
  void (async () => {
    const reader = far.data.readable.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) got.push(next.value);
  })().catch(() => {});
  await near.ready;
  await near.sendData("a chunk");
  expect(await near.call("handled")).toBe(1);
});
