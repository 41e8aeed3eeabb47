// A subject of the threads benchmark for the harness: this thread produces, a worker consumes. The worker lives as
// long as the subject and is told of each run over a port of its own, so that its parentPort is all the subject's.
//
// A subject module has both sides:
//   produce(worker, payload, options)   in the main thread, once: `{ send(count, started), close?() }`
//   receive(payload, options)           in the worker, once: a function that gets ready to consume one run and
//                                       returns the promise of the sum of what it touched
import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { payloads } from "./payloads.mjs";

/** The harness's subject `{ subject, open }` for the module `./NAME.mjs`. */
export function pair(subject, { module, payload: payloadName, count, ...options }) {
  const url = new URL(`./${module}.mjs`, import.meta.url).href;
  const payload = payloads[payloadName];

  const open = async () => {
    const { port1: control, port2 } = new MessageChannel();
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), {
      workerData: { control: port2, url, payload: payloadName, options },
      transferList: [port2],
    });
    const died = Promise.race([
      once(worker, "error").then(([error]) => Promise.reject(error)),
      once(worker, "exit").then(([code]) => Promise.reject(new Error(`the worker exited with ${code}`))),
    ]);
    died.catch(() => {});
    const { produce } = await import(url);
    const { send, close } = await produce(worker, payload, options);

    const measure = async () => {
      control.postMessage("prepare");
      await once(control, "message");
      globalThis.gc();
      let start = 0;
      const sent = send(count, () => {
        start = performance.now();
      });
      const [sum] = await once(control, "message");
      const seconds = (performance.now() - start) / 1000;
      await sent;
      if (sum !== payload.expected(count)) throw new Error(`the sum is ${sum}, not ${payload.expected(count)}`);
      return payload.rate(count, seconds);
    };
    return {
      once: () => Promise.race([measure(), died]),
      close: async () => {
        await close?.();
        control.close();
        await worker.terminate();
      },
    };
  };
  return { subject, open };
}
