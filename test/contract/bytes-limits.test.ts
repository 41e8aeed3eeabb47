/** What an honest user may do over bytes ends at most what it belongs to. */
import { type ConnectOptions, connect, define, RpcError } from "sluice";
import { framed } from "sluice/bytes";
import { expect, it, onTestFinished } from "vitest";
import { byteEnds } from "./pairs/bytes.ts";

const MiB = 1024 * 1024;

function pair(ownControl: boolean, near: ConnectOptions, far: ConnectOptions) {
  const [one, two] = byteEnds({ ownControl });
  const channels = { near: connect(framed(one), near), far: connect(framed(two), far) };
  onTestFinished(() => {
    channels.near.abort();
    channels.far.abort();
  });
  return channels;
}

const echo = define({
  methods: { length: ({ text }: { text: string }) => text.length, long: () => "x".repeat(2 * MiB) },
});
const sink = { streams: { sink: () => new Promise(() => {}) } };

for (const ownControl of [true, false]) {
  const where = ownControl ? "control beside the data" : "control among the data";

  it(`limits without an end are told and kept, ${where}`, async () => {
    const limits = { streams: Infinity, maxChunk: Infinity, calls: Infinity, message: Infinity, unaccepted: Infinity };
    const { near, far } = pair(ownControl, { limits }, { limits });
    await Promise.all([near.ready, far.ready]);
    await expect(near.call("nothing")).rejects.toMatchObject({ code: -32_601 });
  });

  it(`a message of more than 4 MiB crosses where limits.message allows it, ${where}`, async () => {
    const { near } = pair(ownControl, {}, { ...echo, limits: { message: 6 * MiB } });
    expect(await near.call("length", { text: "ä".repeat(5 * MiB) })).toBe(5 * MiB);
  });

  it(`a call whose params are too long rejects with MESSAGE_TOO_LARGE, and the channel lives on, ${where}`, async () => {
    const { near } = pair(ownControl, {}, echo);
    await near.ready;
    await expect(near.call("length", { text: "x".repeat(2 * MiB) })).rejects.toMatchObject({
      code: "MESSAGE_TOO_LARGE",
    });
    expect(await near.call("length", { text: "x" })).toBe(1);
  });

  it(`a result that is too long rejects its call, and the channel lives on, ${where}`, async () => {
    const { near } = pair(ownControl, {}, echo);
    await expect(near.call("long")).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
    expect(await near.call("length", { text: "x" })).toBe(1);
  });

  it(`a stream in params or a result that are too long ends, at both sides, ${where}`, async () => {
    const cancelled: unknown[] = [];
    const source = (): ReadableStream => new ReadableStream({ cancel: (reason) => void cancelled.push(reason) });
    const give = () => ({ text: "x".repeat(2 * MiB), source: source() });
    const { near, far } = pair(ownControl, {}, { methods: { give } });
    await near.ready;
    const tooLong = { code: "MESSAGE_TOO_LARGE" };
    await expect(near.call("take", give())).rejects.toMatchObject(tooLong);
    await expect(near.call("give")).rejects.toMatchObject(tooLong);
    expect(() => near.notify("take", give())).toThrow(expect.objectContaining(tooLong));
    expect(cancelled).toEqual([1, 2, 3].map(() => expect.objectContaining(tooLong)));
    await near.call("nothing").catch(() => {});
    expect([near.stats().streams, far.stats().streams]).toEqual([[], []]);
    await near.close();
  });

  it(`an error, or a name, that is too long to be told is told as far as it can be, ${where}`, async () => {
    const fails = (): never => {
      throw new RpcError(42, "x".repeat(2 * MiB));
    };
    const { near } = pair(ownControl, {}, { methods: { fails } });
    await near.ready;
    await expect(near.call("fails")).rejects.toMatchObject({ code: 42, message: expect.stringMatching(/^x+/) });
    // The request is just short enough, and what answers it is longer.
    await expect(near.call("n".repeat(MiB - 100))).rejects.toMatchObject({ code: -32_601 });
    await near.close();
  });

  it(`metadata that is too long fails its stream with MESSAGE_TOO_LARGE, and no other, ${where}`, async () => {
    const { near, far } = pair(ownControl, {}, sink);
    await near.ready;
    const stream = near.openStream("sink", { metadata: "x".repeat(5 * MiB) });
    await expect(stream.readable.getReader().read()).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
    await near.openStream("sink").writable.getWriter().write({});
    expect([near.stats().state, far.stats().state]).toEqual(["open", "open"]);
  });

  it(`whatever reason a stream is aborted with, no other ends, ${where}`, async () => {
    let deep: unknown = 1;
    for (let i = 0; i < 200; i++) deep = [deep];
    const reasons = [
      deep,
      JSON.parse('{"__proto__":{"a":1}}'),
      Infinity,
      1n,
      Symbol("s"),
      () => {},
      "x".repeat(MiB),
      new Error("\ud800"),
    ];
    const { near, far } = pair(ownControl, {}, sink);
    for (const reason of reasons) {
      const stream = near.openStream("sink");
      await stream.writable.getWriter().write({});
      stream.abort(reason);
      await expect(near.call("nothing")).rejects.toMatchObject({ code: -32_601 });
    }
    expect([near.stats().state, far.stats().state]).toEqual(["open", "open"]);
  });
}
