// The least that streams with backpressure between two processes can be: WHATWG ends over the bare socket, by hand. A
// header before each chunk, which is received into its place; the platform's pipe at the sender, a loop of reads at the
// receiver, who answers for each half of a window that was read. One stream, one size of chunks, no errors, no cancelling.
import { payloads } from "../payloads.mjs";
import { overSocket } from "../socket-pair.mjs";
import { consume, source } from "../web-ends.mjs";

const HEADER = 16;
/** In bytes, so that chunks of 1 MiB follow one another without a round trip. */
const WINDOW = 4 * 2 ** 20;
const ANSWERED = WINDOW / 2;

export const { parent, child } = overSocket({ send, receiving });

function send(socket, sender) {
  let credit = WINDOW;
  let goOn;
  const answered = (bytes) => {
    credit += (bytes.length / HEADER) * ANSWERED;
    resume();
  };
  const resume = () => {
    if (credit > 0 && socket.writableLength === 0) goOn?.();
  };
  socket.on("data", answered);
  socket.on("drain", resume);
  const sink = {
    write(chunk) {
      credit -= chunk.byteLength;
      const header = Buffer.alloc(HEADER);
      header.writeUInt32LE(chunk.byteLength);
      socket.cork();
      socket.write(header);
      socket.write(chunk);
      socket.uncork();
      if (credit > 0 && socket.writableLength === 0) return;
      return new Promise((resolve) => {
        goOn = resolve;
      });
    },
  };
  return source(sender)
    .pipeTo(new WritableStream(sink))
    .finally(() => {
      socket.off("data", answered);
      socket.off("drain", resume);
    });
}

function receiving({ payload }) {
  const { size } = payloads[payload];
  let enqueue;
  return {
    async receive(receiver, socket) {
      let read = 0;
      const readable = new ReadableStream({
        start(controller) {
          enqueue = (chunk) => controller.enqueue(chunk);
        },
      });
      await Promise.race([receiver.whole, consume(readable, take)]);

      function take(chunk) {
        read += chunk.byteLength;
        for (; read >= ANSWERED; read -= ANSWERED) socket.write(Buffer.alloc(HEADER));
        receiver.take(chunk);
      }
    },
    onread: intoPlace(size, (chunk) => enqueue(chunk)),
  };
}

/** Each chunk, with its header before it, into memory of its own. */
function intoPlace(size, take) {
  const make = () => Buffer.allocUnsafeSlow(HEADER + size);
  let memory = make();
  let filled = 0;
  return {
    buffer: () => (filled === 0 ? memory : memory.subarray(filled)),
    callback(length) {
      filled += length;
      if (filled < memory.length) return true;
      const chunk = memory.subarray(HEADER);
      if (memory.readUInt32LE(0) !== chunk.length) throw new Error("a chunk begins elsewhere");
      memory = make();
      filled = 0;
      take(chunk);
      return true;
    },
  };
}
