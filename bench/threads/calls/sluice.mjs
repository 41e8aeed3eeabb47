// Calls with Sluice.
import { channelTo, serve } from "../channel.mjs";

export async function caller(worker) {
  const channel = await channelTo(worker);
  return { call: (value) => channel.call("next", { value }), close: () => channel.close() };
}

export function receive() {
  serve({ methods: { next: ({ value }) => value + 1 } });
  return () => {};
}
