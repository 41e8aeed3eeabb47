// Calls of Sluice while a stream of the same channel moves as much as it can, in their direction, or while nothing does.
// There is a pause before each call: one right after the other would mostly meet the moments when the stream waits too.
import { setTimeout as sleep } from "node:timers/promises";
import { medianAndP99 } from "../lib/times.mjs";
import { channelTo, serve, sink } from "./channel.mjs";
import { consume } from "./ends.mjs";
import { payloads } from "./payloads.mjs";
import { checkSum, threaded } from "./thread.mjs";

/** Chunks that have gone before the first call is timed, and that must at least have gone during all of them. */
const SATURATED = 100;
const PAUSE_MS = 1;

/** The harness's subject: `{ median, p99 }` of `count` calls in µs, beside a stream of `load` (none: beside nothing). */
export function latency(subject, { load, count, transfer = false }) {
  const begin = async (worker) => {
    const channel = await channelTo(worker);
    const measure = async (far) => {
      const stream = load ? flood(channel, payloads[load], transfer) : undefined;
      await stream?.saturated;
      const before = stream?.made();
      const times = [];
      for (let value = 0; value < count; value++) {
        await sleep(PAUSE_MS);
        const start = performance.now();
        const answer = await channel.call("next", { value });
        times.push(performance.now() - start);
        if (answer !== value + 1) throw new Error(`the answer to ${value} is ${answer}`);
      }
      if (stream) {
        if (stream.made() - before < SATURATED) throw new Error("the stream stood still");
        const made = await stream.end();
        checkSum((await far()).result, payloads[load].expected(made));
      }
      return medianAndP99(times);
    };
    return { measure, close: () => channel.close() };
  };
  return threaded(subject, { module: "latency", payload: load, begin });
}

/** A stream that takes chunks as fast as they go, until it is told to end. */
function flood(channel, payload, transfer) {
  const { readable, writable } = channel.openStream("sink", { transfer });
  const { promise: saturated, resolve } = Promise.withResolvers();
  let index = 0;
  let ending = false;
  const source = new ReadableStream({
    pull(controller) {
      if (ending) return controller.close();
      controller.enqueue(payload.make(index++));
      if (index === SATURATED) resolve();
    },
  });
  const done = Promise.all([source.pipeTo(writable), readable.cancel()]);
  const end = async () => {
    ending = true;
    await done;
    return index;
  };
  return { saturated, made: () => index, end };
}

export function receive(payload) {
  let arrived;
  const take = async (readable) => arrived(await consume(readable, payload));
  serve({ methods: { next: ({ value }) => value + 1 }, streams: { sink: sink(take) } });
  return () => {
    if (!payload) return undefined;
    return new Promise((resolve) => {
      arrived = resolve;
    });
  };
}
