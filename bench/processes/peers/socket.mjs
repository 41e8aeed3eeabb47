// The bare socket: plain `node:net`, and chunks of a size that both sides know. With `onread` the receiver asks for
// exactly what is missing of a chunk, into fresh memory; without it keeps the buffers that Node gives. No frames, no
// credit, no errors: what nothing between two processes can do without.
import { payloads } from "../payloads.mjs";
import { pump } from "../pump.mjs";
import { overSocket } from "../socket-pair.mjs";

export const { parent, child } = overSocket({
  send: (socket, { next }) => pump(socket, next),
  receiving({ payload, onread }) {
    let current;
    const receive = (receiver) => {
      current = receiver;
      return receiver.whole;
    };
    if (!onread) return { receive, onData: (bytes) => current.take(bytes) };
    return { receive, onread: intoChunks(payloads[payload].size, (chunk) => current.take(chunk)) };
  },
});

function intoChunks(size, take) {
  let chunk = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  return {
    buffer: () => (filled === 0 ? chunk : chunk.subarray(filled)),
    callback(length) {
      filled += length;
      if (filled < size) return true;
      take(chunk);
      chunk = Buffer.allocUnsafeSlow(size);
      filled = 0;
      return true;
    },
  };
}
