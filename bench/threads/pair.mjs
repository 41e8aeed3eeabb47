// The driver of streams, and of whatever else moves many chunks: this thread produces, a worker consumes.
//
// A subject module has both sides:
//   produce(worker, payload, options)   in the main thread, once: `{ send(count, started), close?() }`
//   receive(payload, options)           in the worker, once: a function that gets ready to consume one run and
//                                       returns the promise of the sum of what it touched
import { meters } from "./meters.mjs";
import { payloads } from "./payloads.mjs";
import { checkSum, threaded } from "./thread.mjs";

/** The harness's subject for the module `./NAME.mjs`: what `meter` says of `count` chunks that cross. */
export function pair(subject, { module, payload: name, count, meter: meterName = "rate", ...options }) {
  const payload = payloads[name];
  const meter = meters[meterName];

  const begin = async (worker, { produce }) => {
    const { send, close } = await produce(worker, payload, options);
    const measure = async (far) => {
      let stop;
      const sent = send(count, () => {
        stop = meter.watch();
      });
      const { result, metered: there } = await far();
      const here = stop();
      await sent;
      checkSum(result, payload.expected(count));
      return meter.figure({ here, there, count, payload });
    };
    return { measure, close };
  };
  return threaded(subject, { module, payload: name, meter: meterName, options, begin });
}
