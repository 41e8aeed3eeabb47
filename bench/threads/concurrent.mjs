// Many streams of one channel of Sluice at once. All are open, and met at the far side, before the first chunk goes; each
// then carries the same number. Measured is what all carry together, or each one's share of it.
import { channelTo, serve, sink } from "./channel.mjs";
import { payloads } from "./payloads.mjs";
import { checkSum, threaded } from "./thread.mjs";

/** The harness's subject: about `count` chunks over `streams` streams, transferred; `figure` is one of those below. */
export function concurrent(subject, { streams, count, figure }) {
  const payloadName = "64 KiB";
  const payload = payloads[payloadName];
  const each = Math.ceil(count / streams);

  const begin = async (worker) => {
    const channel = await channelTo(worker);
    const measure = async (far) => {
      const { promise: gate, resolve: start } = Promise.withResolvers();
      const done = Array.from({ length: streams }, () => {
        const { readable, writable } = channel.openStream("sink", { transfer: true });
        return Promise.all([gated(payload, each, gate).pipeTo(writable), readable.cancel()]);
      });
      await channel.call("met");
      const from = performance.now();
      start();
      const { result } = await far();
      const seconds = (performance.now() - from) / 1000;
      await Promise.all(done);
      checkSum(result.sum, payload.expected(each) * streams);
      return figures[figure](result, payload.rate(each * streams, seconds));
    };
    return { measure, close: () => channel.close() };
  };
  return threaded(subject, { module: "concurrent", payload: payloadName, options: { streams, each }, begin });
}

const figures = {
  throughput: (_, rate) => rate,
  /** How far each stream had come when half of everything was read, 1 being the mean. */
  shares: ({ halfway }) => {
    const mean = halfway.reduce((sum, read) => sum + read, 0) / halfway.length;
    return { least: Math.min(...halfway) / mean, most: Math.max(...halfway) / mean };
  },
};

/** A ReadableStream of `count` chunks from when `gate` opens. */
function gated(payload, count, gate) {
  let index = 0;
  return new ReadableStream({
    start: () => gate,
    pull(controller) {
      if (index === count) controller.close();
      else controller.enqueue(payload.make(index++));
    },
  });
}

export function receive(payload, { streams, each }) {
  let run;
  const take = async (readable) => {
    const { reads } = run;
    const place = reads.push(0) - 1;
    if (reads.length === streams) run.allMet.resolve();
    for await (const chunk of readable) {
      run.sum += payload.touch(chunk);
      reads[place]++;
      if (++run.total === (streams * each) >> 1) run.halfway = reads.slice();
      if (run.total === streams * each) run.end.resolve({ sum: run.sum, halfway: run.halfway });
    }
  };
  const met = () => run.allMet.promise;
  serve({ methods: { met }, streams: { sink: sink(take) } });
  return () => {
    run = { sum: 0, total: 0, reads: [], allMet: Promise.withResolvers(), end: Promise.withResolvers() };
    return run.end.promise;
  };
}
