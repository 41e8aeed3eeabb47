// A subject of the threads benchmark whose far side is a worker. The worker lives as long as the subject and is told of
// each run over a port of its own, so that its parentPort is all the subject's. What a run is, the drivers know.
//
//   begin(worker, module)        of a driver, once: `{ measure(far), close?() }`. `measure` does one run and resolves to
//                                what the harness takes; `far()` to `{ result, metered }` of the worker, at its end
//   receive(payload, options)    of a module, in the worker, once: a function that gets ready for one run and returns
//                                its result, or the promise of it
import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";

/** The harness's subject `{ subject, open }` whose worker loads the module `./NAME.mjs`. */
export function threaded(subject, { module, payload, meter = "rate", options = {}, begin }) {
  const url = new URL(`./${module}.mjs`, import.meta.url).href;

  const open = async () => {
    const { port1: control, port2 } = new MessageChannel();
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), {
      workerData: { control: port2, url, payload, meter, options },
      transferList: [port2],
    });
    const died = Promise.race([
      once(worker, "error").then(([error]) => Promise.reject(error)),
      once(worker, "exit").then(([code]) => Promise.reject(new Error(`the worker exited with ${code}`))),
    ]);
    died.catch(() => {});
    const { measure, close } = await Promise.race([import(url).then((loaded) => begin(worker, loaded)), died]);

    const run = async () => {
      control.postMessage("prepare");
      await once(control, "message");
      globalThis.gc();
      const far = once(control, "message").then(([message]) => message);
      const measured = await measure(() => far);
      await far;
      return measured;
    };
    return {
      once: () => Promise.race([run(), died]),
      close: async () => {
        await close?.();
        control.close();
        await worker.terminate();
      },
    };
  };
  return { subject, open };
}

/** Fails a run of which the worker did not read all that was sent. */
export function checkSum(sum, expected) {
  if (sum !== expected) throw new Error(`the sum is ${sum}, not ${expected}`);
}
