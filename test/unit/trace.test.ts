/** A link that is watched: what the sinks see, and that nothing else changes. */
import { connect, type TraceEvent } from "sluice";
import { framed } from "sluice/bytes";
import { messagePortLink } from "sluice/message-port";
import { describe, expect, it, onTestFinished } from "vitest";
import { MockByteLink } from "./support/byte-link.ts";
import { HELLO } from "./support/hand-link.ts";
import { settle } from "./support/scheduler.ts";

interface Watched {
  readonly calls: TraceEvent[];
  readonly streams: TraceEvent[];
}

/** Calls and streams both ways over a channel that is watched by the given sinks; what it carried. */
async function run(fork: boolean, sinks: (watched: Watched) => object): Promise<Watched & { chunks: unknown[] }> {
  const { port1, port2 } = new MessageChannel();
  const watched: Watched = { calls: [], streams: [] };
  const near = connect(messagePortLink(port1, { fork }), { trace: sinks(watched) });
  const far = connect(messagePortLink(port2, { fork }), {
    methods: { double: ({ n }: { n: number }) => n * 2 },
    streams: { echo: ({ readable, writable }) => readable.pipeTo(writable) },
  });
  onTestFinished(() => {
    for (const channel of [near, far]) channel.abort();
  });
  expect(await near.call("double", { n: 21 })).toBe(42);
  near.notify("double", { n: 1 });
  const { readable, writable } = near.openStream("echo");
  const writer = writable.getWriter();
  for (const chunk of ["a", "b"]) await writer.write(chunk);
  void writer.close();
  const chunks: unknown[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  await near.close();
  return { ...watched, chunks };
}

const keep = (events: TraceEvent[]) => (event: TraceEvent) => void events.push(event);
const both = (watched: Watched): object => ({ calls: keep(watched.calls), streams: keep(watched.streams) });

/** "sent $/hello", "received result", "sent stream-data". */
function say({ direction, message }: TraceEvent): string {
  const { method, type } = message as { method?: string; type?: string };
  return `${direction} ${method ?? type ?? "answer"}`;
}

describe.each([true, false])("trace, streams with ports of their own: %s", (fork) => {
  it("shows every message and every frame, in both directions, each to its own sink", async () => {
    const { calls, streams, chunks } = await run(fork, both);
    expect(chunks).toEqual(["a", "b"]);
    const said = calls.map(say);
    for (const each of ["$/hello", "double"]) expect(said).toContain(`sent ${each}`);
    expect(said.filter((each) => each === "sent double")).toHaveLength(2);
    expect(said).toContain("received $/hello");
    expect(said).toContain("received answer");
    expect(said).toContain("sent $/shutdown");
    const frames = streams.map(say);
    for (const each of [
      "sent stream-open",
      "received stream-accept",
      "sent stream-data",
      "received stream-data",
      "sent stream-end",
      "received stream-ended",
      "received stream-end",
      "sent stream-ended",
    ]) {
      expect(frames).toContain(each);
    }
    expect(calls.every(({ message }) => (message as { jsonrpc?: unknown }).jsonrpc === "2.0")).toBe(true);
  });

  it("may have one sink only", async () => {
    const { calls, streams } = await run(fork, (watched) => ({ calls: keep(watched.calls) }));
    expect(calls.length).toBeGreaterThan(4);
    expect(streams).toEqual([]);
  });

  it("is not disturbed by sinks that throw", async () => {
    const throws = (): never => {
      throw new Error("a sink's own");
    };
    expect((await run(fork, () => ({ calls: throws, streams: throws }))).chunks).toEqual(["a", "b"]);
  });
});

describe("trace, over bytes with a path of control beside them", () => {
  it("changes nothing of how a channel closes: the calls before it are asked for on that path first", async () => {
    for (const options of [{}, { trace: { calls: () => {} } }]) {
      const link = new MockByteLink(true);
      const channel = connect(framed(link), options);
      onTestFinished(() => channel.abort());
      link.receiver.met(true);
      link.receiver.connected();
      link.receiver.text(JSON.stringify({ jsonrpc: "2.0", method: "$/hello", params: HELLO }));
      await channel.ready;
      channel.close().catch(() => {});
      await settle();
      expect(link.lines.map((line) => JSON.parse(line).method)).toEqual(["$/hello", "$/ping"]);
    }
  });
});
