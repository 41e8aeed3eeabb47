// How long one small value is under way on a channel of Sluice where nothing else is: as a chunk of a stream that is
// open already, or as the params of a call. Both threads read the same clock.
import { setTimeout as sleep } from "node:timers/promises";
import { medianAndP99, now } from "../lib/times.mjs";
import { channelTo, serve, sink } from "./channel.mjs";
import { threaded } from "./thread.mjs";

const PAUSE_MS = 1;

/** The harness's subject: `{ median, p99 }` in µs from `write` or `call` until the far side has it, of `count`. */
export function delivery(subject, { by, count }) {
  const begin = async (worker) => {
    const channel = await channelTo(worker);
    const measure = async (far) => {
      await ways[by](channel, count);
      const { result: delays } = await far();
      if (delays.length !== count) throw new Error(`${delays.length} of ${count} arrived`);
      return medianAndP99(delays);
    };
    return { measure, close: () => channel.close() };
  };
  return threaded(subject, { module: "delivery", begin });
}

const ways = {
  async chunk(channel, count) {
    const { readable, writable } = channel.openStream("sink");
    const writer = writable.getWriter();
    // The first opens the stream, and is not counted.
    await writer.write({ at: undefined });
    for (let sent = 0; sent < count; sent++) {
      await sleep(PAUSE_MS);
      await writer.write({ at: now() });
    }
    await Promise.all([writer.close(), readable.cancel()]);
  },
  async call(channel, count) {
    for (let sent = 0; sent < count; sent++) {
      await sleep(PAUSE_MS);
      await channel.call("take", { at: now() });
    }
    await channel.call("end");
  },
};

export function receive() {
  let delays;
  let arrived;
  const take = ({ at }) => {
    if (at !== undefined) delays.push(now() - at);
  };
  const end = () => arrived(delays);
  const takeAll = async (readable) => {
    for await (const chunk of readable) take(chunk);
    end();
  };
  serve({ methods: { take, end }, streams: { sink: sink(takeAll) } });
  return () => {
    delays = [];
    return new Promise((resolve) => {
      arrived = resolve;
    });
  };
}
