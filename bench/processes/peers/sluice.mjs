// Sluice, with its defaults: a pull source piped into a stream's writable on one side, a loop of reads on the other.
import { importSluice } from "../../lib/sluice.mjs";
import { codecOf } from "../codecs.mjs";
import { rendezvous } from "../rendezvous.mjs";
import { onlyRead, onlyWritten } from "../web-ends.mjs";

const { connect, define } = await importSluice("sluice");
const { parentLink, spawn } = await importSluice("sluice/process");

export async function parent({ args }, { codec: name = "raw" }) {
  const codec = await codecOf(name);
  const worker = await spawn(process.execPath, args);
  return {
    send: (sender) => onlyWritten(worker.openStream("push", { codec }), sender),
    receive: ({ take }) => onlyRead(worker.openStream("pull", { codec }), take),
    call: (value) => worker.call("echo", { value }),
    close: () => worker.close(),
  };
}

export async function child({ codec: name = "raw" }) {
  const codec = await codecOf(name);
  const pulls = rendezvous();
  const pushes = rendezvous();
  /** What a stream is for is a run of `runs`: `work(stream, run)` does it. */
  const handler = (runs, work) => async (stream) => {
    const { run, done, fail } = await runs.take();
    await work(stream, run).then(done, fail);
  };
  const api = define({
    methods: { echo: ({ value }) => value },
    streams: {
      pull: { codec, handler: handler(pulls, onlyWritten) },
      push: { codec, handler: handler(pushes, (stream, { take }) => onlyRead(stream, take)) },
    },
  });
  connect(parentLink(), api);
  return { send: (sender) => pulls.give(sender), receive: (receiver) => pushes.give(receiver) };
}
