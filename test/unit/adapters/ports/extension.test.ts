/** What may come over the port of a browser extension. */
import { type ChannelStream, connect } from "sluice";
import { extensionPortLink } from "sluice/ports";
import { expect, it, onTestFinished, vi } from "vitest";
import { extensionPorts } from "../../../contract/pairs/ports.ts";

/** A channel, and the port at whose other end it is. */
function facing() {
  const [near, far] = extensionPorts();
  const channel = connect(extensionPortLink(near));
  channel.ready.catch(() => {});
  onTestFinished(() => channel.abort());
  far.postMessage({ sluice: "ready", nonce: "far", seen: null });
  const disconnected = new Promise<void>((resolve) => far.onDisconnect.addListener(() => resolve()));
  return { channel, disconnected, send: (base64: string) => far.postMessage({ sluice: "bytes", base64 }) };
}

/** Of 256 KiB. */
const MOST = 349_528;

it("refuses more base64 in a message than a sender ever puts there, and disconnects the port", async () => {
  const { channel, disconnected, send } = facing();
  send("A".repeat(MOST + 4));
  await expect(channel.closed).rejects.toMatchObject({ name: "ProtocolError", code: "BAD_MESSAGE" });
  await disconnected;
});

it("refuses what is no base64", async () => {
  const { channel, disconnected, send } = facing();
  send("no base64!");
  await expect(channel.closed).rejects.toMatchObject({ name: "ProtocolError", code: "BAD_MESSAGE" });
  await disconnected;
});

it("takes as much as a sender puts there: what it holds is a frame or none", async () => {
  const { channel, send } = facing();
  send("A".repeat(MOST));
  await expect(channel.closed).rejects.toMatchObject({ code: "BAD_FRAME" });
});

it("sends no more than that in a message, and takes it, whatever the bytes are", async () => {
  const [near, far] = extensionPorts();
  const sizes: number[] = [];
  far.onMessage.addListener((message) => void sizes.push((message as { base64?: string }).base64?.length ?? 0));
  const echo = ({ readable, writable }: ChannelStream) => readable.pipeTo(writable);
  const sender = connect(extensionPortLink(near));
  const receiver = connect(extensionPortLink(far), { streams: { echo } });
  onTestFinished(() => {
    sender.abort();
    receiver.abort();
  });
  const { readable, writable } = sender.openStream("echo");
  const sent = Uint8Array.from({ length: 300_001 }, (_, i) => i ^ (i >> 8));
  const writer = writable.getWriter();
  writer.write(sent).catch(() => {});
  const { value } = await readable.getReader().read();
  expect(Buffer.compare(value as Uint8Array, sent)).toBe(0);
  expect(Math.max(...sizes)).toBe(MOST);
});

it("refuses a second channel on a port, and the first goes on", async () => {
  const [near, far] = extensionPorts();
  const channels = [connect(extensionPortLink(near)), connect(extensionPortLink(far), { methods: { ping: () => 1 } })];
  onTestFinished(() => channels.forEach((channel) => channel.abort()));
  expect(() => connect(extensionPortLink(near))).toThrow(expect.objectContaining({ code: "BAD_LINK" }));
  expect(await channels[0]?.call("ping")).toBe(1);
});

it.each(["chrome", "browser"])(
  "says why the port was disconnected, as %s.runtime has it while it tells",
  async (api) => {
    let [isTelling, read] = [false, 0];
    const runtime = {
      // As long as nobody reads it, the browser prints that it was not checked.
      get lastError() {
        read++;
        return isTelling ? { message: "Could not establish connection. Receiving end does not exist." } : undefined;
      },
    };
    vi.stubGlobal(api, { runtime });
    onTestFinished(() => void vi.unstubAllGlobals());
    const [near] = extensionPorts();
    const channel = connect(extensionPortLink(near));
    isTelling = true;
    near.hangUp();
    isTelling = false;
    await expect(channel.closed).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("Receiving end does not exist"),
    });
    expect(read).toBe(1);
  },
);

it("answers one that says again and again that it is there a few times only", async () => {
  const [near, far] = extensionPorts();
  let answers = 0;
  far.onMessage.addListener((message) => {
    if ((message as { seen?: unknown }).seen === "far") answers++;
  });
  const channel = connect(extensionPortLink(near, { trusted: false }));
  channel.ready.catch(() => {});
  onTestFinished(() => channel.abort());
  for (let i = 0; i < 1_000; i++) near.onMessage.fire({ sluice: "ready", nonce: "far", seen: null });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answers).toBe(4);
});
