/**
 * A chunk that was posted, and cannot be read where it comes to, as a WebAssembly.Module in another process: its stream ends,
 * and nothing else. Node reads all that it posts, so its ports are taken for a browser's, and told by hand; test/links has real ones.
 */
import { type Channel, connect } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { afterEach, expect, test, vi } from "vitest";

const made: MessageChannel[] = [];
const channels: Channel[] = [];

afterEach(() => {
  for (const each of channels.splice(0)) each.abort();
  vi.unstubAllGlobals();
});

test("a chunk that cannot be read ends its direction at both ends before anything later comes, and nothing else", async () => {
  const { port1, port2 } = new MessageChannel();
  vi.stubGlobal("MessagePort", undefined);
  vi.stubGlobal(
    "MessageChannel",
    class extends MessageChannel {
      constructor() {
        super();
        made.push(this);
      }
    },
  );
  let written: WritableStreamDefaultWriter<unknown> | undefined;
  const echo = ({ readable, writable }: ReadableWritablePair<unknown, unknown>): Promise<void> =>
    readable.pipeTo(writable);
  const source = async ({ writable }: { writable: WritableStream<unknown> }): Promise<void> => {
    written = writable.getWriter();
    await written.write(0);
    await written.closed;
  };
  channels.push(connect(messagePortLink(port1)));
  channels.push(
    connect(messagePortLink(port2), {
      methods: { add: ([a, b]: number[]) => Number(a) + Number(b) },
      streams: { echo, source },
    }),
  );
  const [near] = channels as [Channel, Channel];
  const other = near.openStream("echo");
  const stream = near.openStream("source");
  const reader = stream.readable.getReader();
  expect(await reader.read()).toEqual({ done: false, value: 0 });

  const read = reader.read();
  made.at(-1)?.port1.dispatchEvent(new Event("messageerror"));
  await written?.write("later").catch(() => {});
  await expect(read).rejects.toMatchObject({ name: "StreamError", code: "CHUNK_UNREADABLE" });
  await expect(written?.closed).rejects.toMatchObject({ code: "CHUNK_UNREADABLE" });
  expect(stream.signal.reason).toMatchObject({ code: "CHUNK_UNREADABLE" });

  const writer = other.writable.getWriter();
  await writer.write(1);
  expect((await other.readable.getReader().read()).value).toBe(1);
  expect(await near.call("add", [1, 2])).toBe(3);
});
