// Many streams at once. All are open, and met at the far side, before the first chunk goes; each then carries the same
// number. Measured is what all carry together, or each one's share of it.
//
// Who carries them: concurrent/sluice.mjs, one channel; concurrent/ports.mjs, a port for each by hand.
//   opener(worker, streams)   in the main thread, once: `{ open(), met(), close() }`; `open` gives the writable of another stream,
//                             `met` resolves once the worker has all that were opened
//   serve(take, allMet)       in the worker, once: calls `take(readable)` for each; `allMet()` resolves once all were taken
import { payloads } from "./payloads.mjs";
import { checkSum, threaded } from "./thread.mjs";

const carriers = { sluice: () => import("./concurrent/sluice.mjs"), ports: () => import("./concurrent/ports.mjs") };

/** The harness's subject: about `count` chunks over `streams` streams, transferred; `figure` is one of those below. */
export function concurrent(subject, { streams, count, figure, by = "sluice" }) {
  const payloadName = "64 KiB";
  const payload = payloads[payloadName];
  const each = Math.ceil(count / streams);

  const begin = async (worker) => {
    const { opener } = await carriers[by]();
    const { open, met, close } = await opener(worker, streams);
    const measure = async (far) => {
      const { promise: gate, resolve: start } = Promise.withResolvers();
      const done = Array.from({ length: streams }, () => gated(payload, each, gate).pipeTo(open()));
      await met();
      const from = performance.now();
      start();
      const { result } = await far();
      const seconds = (performance.now() - from) / 1000;
      await Promise.all(done);
      checkSum(result.sum, payload.expected(each) * streams);
      return figures[figure](result, payload.rate(each * streams, seconds));
    };
    return { measure, close };
  };
  return threaded(subject, { module: "concurrent", payload: payloadName, options: { streams, each, by }, begin });
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

export async function receive(payload, { streams, each, by }) {
  const { serve } = await carriers[by]();
  let run;
  const take = async (readable) => {
    const { reads } = run;
    const place = reads.push(0) - 1;
    if (reads.length === streams) run.met.resolve();
    for await (const chunk of readable) {
      run.sum += payload.touch(chunk);
      reads[place]++;
      if (++run.total === (streams * each) >> 1) run.halfway = reads.slice();
      if (run.total === streams * each) run.end.resolve({ sum: run.sum, halfway: run.halfway });
    }
  };
  serve(take, () => run.met.promise);
  return () => {
    run = { sum: 0, total: 0, reads: [], met: Promise.withResolvers(), end: Promise.withResolvers() };
    return run.end.promise;
  };
}
