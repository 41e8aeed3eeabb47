/** What is asked of a link holds on it: here, that nothing is moved. */
import { type Channel, connect } from "sluice";
import { type MessagePortOptions, messagePortLink } from "sluice/message-port";
import { windowLink } from "sluice/window";
import { workerLink } from "sluice/worker";
import { describe, expect, it, onTestFinished } from "vitest";
import { fakeWindows, ORIGIN } from "../unit/support/windows.ts";
import { startWorker } from "./pairs/worker.ts";
import { Far } from "./suite/far.ts";
import { bytes, through } from "./suite/tools.ts";

type Options = Pick<MessagePortOptions, "transfer" | "fork">;

const echo = ({ readable, writable }: { readable: ReadableStream; writable: WritableStream }): Promise<void> =>
  readable.pipeTo(writable);

/** A channel by a link with these options, to a far side with those of its own. */
const makers: Record<string, (near: Options, far: Options) => Channel> = {
  messagePortLink(near, far) {
    const { port1, port2 } = new MessageChannel();
    connect(messagePortLink(port2, far), { streams: { echo } });
    return connect(messagePortLink(port1, near));
  },
  workerLink(near, far) {
    const { worker, ask } = startWorker({}, far);
    onTestFinished(async () => void (await worker.terminate()));
    void new Far(ask).ping();
    return connect(workerLink(worker, near));
  },
  windowLink(near, far) {
    const [one, other] = fakeWindows();
    connect(windowLink(other, { origin: ORIGIN, ...far }), { streams: { echo } });
    return connect(windowLink(one, { origin: ORIGIN, ...near }));
  },
};

describe.each(Object.entries(makers))("%s", (_, make) => {
  const start = (near: Options, far: Options = {}): Channel => {
    const channel = make(near, far);
    onTestFinished(() => channel.abort());
    return channel;
  };

  it("moves what a stream with `transfer` names", async () => {
    const chunk = bytes(10);
    expect(await through(start({}).openStream("echo", { transfer: true }), [chunk])).toEqual([bytes(10)]);
    expect(chunk.byteLength).toBe(0);
  });

  it.each([{ transfer: false }, { transfer: false, fork: true }])("copies everything with %j", async (options) => {
    const chunk = bytes(10);
    const channel = start(options);
    expect(await through(channel.openStream("echo", { transfer: true }), [chunk])).toEqual([bytes(10)]);
    expect(chunk.byteLength).toBe(10);
  });

  it.each<[Options, boolean]>([
    [{}, true],
    [{ fork: false }, false],
    [{ transfer: false }, false],
  ])("tells a far side with %j, by whether streams may have ports of their own: %s", async (options, forks) => {
    const channel = start({}, options);
    await channel.ready;
    expect(channel.remote?.capabilities.fork).toBe(forks);
    const chunk = bytes(10);
    expect(await through(channel.openStream("echo", { transfer: true }), [chunk])).toEqual([bytes(10)]);
    expect(chunk.byteLength).toBe(0);
  });
});
