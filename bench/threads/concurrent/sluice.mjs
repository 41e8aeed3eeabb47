// Streams of one channel of Sluice, with its defaults.
import { channelTo, serve as serveChannel, sink } from "../channel.mjs";

export async function opener(worker) {
  const channel = await channelTo(worker);
  const open = () => {
    const { readable, writable } = channel.openStream("sink", { transfer: true });
    readable.cancel().catch(() => {});
    return writable;
  };
  return { open, met: () => channel.call("met"), close: () => channel.close() };
}

export function serve(take, allMet) {
  serveChannel({ methods: { met: allMet }, streams: { sink: sink(take) } });
}
