// The loop that only encodes, sends on a bare socket and decodes, with the very codec that Sluice's row uses: a length of
// 4 bytes before each chunk, gathered into writes of 64 KiB that honour `drain`, and read into one and the same memory
// (so it is only for chunks that keep nothing of it). No streams, no credit, no errors.
import { codecOf } from "../codecs.mjs";
import { overSocket } from "../socket-pair.mjs";

const WRITE = 65_536;
const LENGTH = 4;

const codec = await codecOf("msgpack");

export const { parent, child } = overSocket({ send, receiving });

async function send(socket, { next }) {
  let batch = Buffer.allocUnsafeSlow(WRITE);
  let filled = 0;
  const flush = async () => {
    const goesOn = socket.write(batch.subarray(0, filled));
    batch = Buffer.allocUnsafeSlow(WRITE);
    filled = 0;
    if (!goesOn) await new Promise((resolve) => socket.once("drain", resolve));
  };
  for (let chunk = next(); chunk !== undefined; chunk = next()) {
    const bytes = codec.encode(chunk);
    if (filled + LENGTH + bytes.byteLength > WRITE) await flush();
    batch.writeUInt32LE(bytes.byteLength, filled);
    batch.set(bytes, filled + LENGTH);
    filled += LENGTH + bytes.byteLength;
  }
  await flush();
}

function receiving() {
  let current;
  const memory = Buffer.allocUnsafeSlow(2 * WRITE);
  let held = 0;
  return {
    receive(receiver) {
      current = receiver;
      return receiver.whole;
    },
    onread: {
      buffer: () => memory.subarray(held),
      callback(length) {
        const end = held + length;
        let at = 0;
        while (end - at >= LENGTH) {
          const size = memory.readUInt32LE(at);
          if (end - at < LENGTH + size) break;
          current.take(codec.decode(memory.subarray(at + LENGTH, at + LENGTH + size), 0));
          at += LENGTH + size;
        }
        memory.copyWithin(0, at, end);
        held = end - at;
        return true;
      },
    },
  };
}
