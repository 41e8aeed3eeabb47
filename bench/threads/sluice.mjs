// Sluice, with its defaults unless the row says otherwise: the source is piped into a stream's writable, the worker reads
// its readable.
import { channelTo, serve, sink } from "./channel.mjs";
import { consume, source } from "./ends.mjs";

export async function produce(worker, payload, { transfer = false, highWaterMark }) {
  const channel = await channelTo(worker);
  return {
    async send(count, started) {
      const { readable, writable } = channel.openStream("sink", { transfer, highWaterMark });
      await Promise.all([source(payload, count, started).pipeTo(writable), readable.cancel()]);
    },
    close: () => channel.close(),
  };
}

export function receive(payload, { limits }) {
  let arrived;
  const take = async (readable) => arrived(await consume(readable, payload));
  serve({ streams: { sink: sink(take) } }, limits);
  return () =>
    new Promise((resolve) => {
      arrived = resolve;
    });
}
