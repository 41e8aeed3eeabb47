// In the window: each row has a worker of its own, which lives as long as the row.
import { proxy, wrap } from "comlink";
import { Receiver, sender } from "./side.mjs";

const rows = new Map();

globalThis.bench = {
  async open(row, { from, ...spec }) {
    const worker = new Worker("/worker.mjs", { type: "module" });
    const died = new Promise((_, reject) => {
      worker.addEventListener("error", ({ message }) => reject(new Error(`the worker failed: ${message}`)));
    });
    died.catch(() => {});
    // A port of its own: what the worker itself is posted is all the subject's.
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    const far = wrap(port1);

    const open = async () => {
      if (from === "worker") {
        const receiver = new Receiver(worker, spec);
        await far.send(spec, proxy(receiver));
        return (count) => far.run(count);
      }
      await far.receive(spec);
      return sender(worker, spec, far);
    };
    const run = await Promise.race([open(), died]);
    rows.set(row, { worker, run: (count) => Promise.race([run(count), died]) });
  },

  run: (row, count) => rows.get(row).run(count),

  close(row) {
    rows.get(row).worker.terminate();
    rows.delete(row);
  },
};
