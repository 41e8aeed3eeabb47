// The most that streams with WHATWG ends and a port each can reach: by hand, with the window in bytes that Sluice gives to
// each of so many, and acknowledged by halves. No errors, no cancelling; not a design, only a yardstick.
import { once } from "node:events";
import { MessageChannel, parentPort } from "node:worker_threads";

/** Chunks of 64 KiB: in the window of one stream at the most and at least, and in those of all together. */
const MOST = 128;
const LEAST = 4;
const TOGETHER = 1_024;

/** Chunks in the window of each of so many streams. */
function windowOf(streams) {
  let chunks = MOST;
  while (chunks > LEAST && chunks * streams > TOGETHER) chunks /= 2;
  return chunks;
}

export function opener(worker, streams) {
  const window = windowOf(streams);
  const ports = [];
  const open = () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    worker.postMessage({ port: port2, window }, [port2]);
    return writable(port1, window);
  };
  const met = async () => {
    worker.postMessage("met?");
    await once(worker, "message");
  };
  return { open, met, close: () => ports.forEach((port) => port.close()) };
}

/** Gathers what is written in one turn, up to half of the window, and posts it together. */
function writable(port, window) {
  let [sent, limit] = [0, window];
  let batch = [];
  let wake;
  const post = () => {
    if (batch.length > 0)
      port.postMessage(
        batch,
        batch.map(({ buffer }) => buffer),
      );
    batch = [];
  };
  port.on("message", (taken) => {
    limit = taken + window;
    wake?.();
  });
  return new WritableStream({
    write(chunk) {
      sent++;
      if (batch.push(chunk) === 1) queueMicrotask(() => process.nextTick(post));
      if (batch.length >= window / 2) post();
      if (sent < limit) return undefined;
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    close() {
      post();
      port.postMessage(null);
    },
  });
}

export function serve(take, allMet) {
  parentPort.on("message", async (message) => {
    if (message !== "met?") take(readable(message));
    else {
      await allMet();
      parentPort.postMessage("met");
    }
  });
}

function readable({ port, window }) {
  let [received, told] = [0, 0];
  const acknowledge = ({ desiredSize }) => {
    const taken = received - (window - desiredSize);
    if (taken - told < window / 2) return;
    told = taken;
    port.postMessage(taken);
  };
  return new ReadableStream(
    {
      start(controller) {
        port.on("message", (batch) => {
          if (batch === null) {
            port.close();
            controller.close();
            return;
          }
          received += batch.length;
          for (const chunk of batch) controller.enqueue(chunk);
        });
      },
      pull: acknowledge,
    },
    { highWaterMark: window },
  );
}
