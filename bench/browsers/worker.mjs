// In the worker: the far side of a row, told over a port of its own which it is.
import { expose } from "comlink";
import { Receiver, sender } from "./side.mjs";

let receiver;
let run;

const far = {
  receive(spec) {
    receiver = new Receiver(globalThis, spec);
  },
  prepare: () => receiver.prepare(),
  sum: () => receiver.sum(),
  send(spec, window) {
    run = sender(globalThis, spec, window);
  },
  run: (count) => run(count),
};

addEventListener("message", ({ data: control }) => expose(far, control), { once: true });
