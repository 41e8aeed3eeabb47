// The child of every subject: loads its peer's other side, and does what the driver asks of it. Ends with its parent.
import { serveParent } from "./control.mjs";
import { payloadOf, receiver, sender } from "./payloads.mjs";

const { path, url, options } = JSON.parse(process.argv.at(-1));
const { child } = await import(url);
const end = await child(options);
let run;

const requests = {
  /** Everything that a run needs and that is not to be timed. */
  async prepare({ role, payload: name, count }) {
    run = undefined;
    const payload = await payloadOf(name);
    globalThis.gc();
    const own = role === "send" ? sender(payload, count) : receiver(payload, count);
    run = { own, done: undefined, start: () => end[role](own) };
  },
  /** Begins, and answers as soon as it has. */
  async start() {
    run.done = run.start();
    run.done.catch(() => {});
  },
  async outcome() {
    await run.done;
    const outcome = run.own.outcome();
    run = undefined;
    return outcome;
  },
};

await serveParent(path, ({ request, ...params }) => requests[request](params));
