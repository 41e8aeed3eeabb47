// The loop that only encodes, sends on a bare socket and decodes, with the very codec that Sluice's row uses: a length of
// 4 bytes before each chunk, gathered into writes of 64 KiB that honour `drain`, and read into one and the same memory
// (so it is only for chunks that keep nothing of it). No streams, no credit, no errors. With `web`, the same has WHATWG ends:
// the platform's pipe at the sender, a loop of reads at the receiver.
import { codecOf } from "../codecs.mjs";
import { overSocket } from "../socket-pair.mjs";
import { consume, source } from "../web-ends.mjs";

const WRITE = 65_536;
const LENGTH = 4;

const codec = await codecOf("msgpack");

export const { parent, child } = overSocket({ send, receiving });

async function send(socket, sender, { web }) {
  const { write, flush } = batches(socket);
  if (web) {
    await source(sender).pipeTo(new WritableStream({ write, close: flush }));
    return;
  }
  for (let chunk = sender.next(); chunk !== undefined; chunk = sender.next()) {
    const full = write(chunk);
    if (full !== undefined) await full;
  }
  await flush();
}

/** `write(chunk)` gives a promise when there is something to wait for. */
function batches(socket) {
  let batch = Buffer.allocUnsafeSlow(WRITE);
  let filled = 0;
  const flush = () => {
    const goesOn = socket.write(batch.subarray(0, filled));
    batch = Buffer.allocUnsafeSlow(WRITE);
    filled = 0;
    return goesOn ? undefined : new Promise((resolve) => socket.once("drain", resolve));
  };
  const write = (chunk) => {
    const bytes = codec.encode(chunk);
    const full = filled + LENGTH + bytes.byteLength > WRITE ? flush() : undefined;
    batch.writeUInt32LE(bytes.byteLength, filled);
    batch.set(bytes, filled + LENGTH);
    filled += LENGTH + bytes.byteLength;
    return full;
  };
  return { write, flush };
}

function receiving({ web }) {
  let take;
  const memory = Buffer.allocUnsafeSlow(2 * WRITE);
  let held = 0;
  return {
    async receive(receiver) {
      take = receiver.take;
      if (!web) return receiver.whole;
      const readable = new ReadableStream({
        start(controller) {
          take = (chunk) => controller.enqueue(chunk);
        },
      });
      await Promise.race([receiver.whole, consume(readable, receiver.take)]);
    },
    onread: {
      buffer: () => memory.subarray(held),
      callback(length) {
        const end = held + length;
        let at = 0;
        while (end - at >= LENGTH) {
          const size = memory.readUInt32LE(at);
          if (end - at < LENGTH + size) break;
          take(codec.decode(memory.subarray(at + LENGTH, at + LENGTH + size), 0));
          at += LENGTH + size;
        }
        memory.copyWithin(0, at, end);
        held = end - at;
        return true;
      },
    },
  };
}
