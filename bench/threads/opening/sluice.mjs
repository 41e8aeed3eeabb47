// A stream of Sluice, opened and echoed.
import { channelTo, serve } from "../channel.mjs";

export async function opener(worker) {
  const channel = await channelTo(worker);
  return { open: () => channel.openStream("echo"), close: () => channel.close() };
}

export function receive() {
  serve({ streams: { echo: ({ readable, writable }) => readable.pipeTo(writable) } });
  return () => {};
}
