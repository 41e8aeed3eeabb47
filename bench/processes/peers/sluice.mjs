// Sluice, with its defaults: a pull source piped into a stream's writable on one side, a loop of reads on the other.

import { importSluice } from "../../lib/sluice.mjs";
import { codecOf } from "../codecs.mjs";
import { rendezvous } from "../rendezvous.mjs";

const { connect, define } = await importSluice("sluice");
const { parentLink, spawn } = await importSluice("sluice/process");

export async function parent({ args }, { codec: name = "raw" }) {
  const codec = await codecOf(name);
  const worker = await spawn(process.execPath, args);
  return {
    async send(sender) {
      const { readable, writable } = worker.openStream("push", { codec });
      await Promise.all([source(sender).pipeTo(writable), readable.cancel()]);
    },
    async receive(receiver) {
      const { readable, writable } = worker.openStream("pull", { codec });
      await Promise.all([consume(readable, receiver), writable.close().catch(() => {})]);
    },
    call: (value) => worker.call("echo", { value }),
    close: () => worker.close(),
  };
}

export async function child({ codec: name = "raw" }) {
  const codec = await codecOf(name);
  const pulls = rendezvous();
  const pushes = rendezvous();
  /** A handler that does with a run of `runs` what `work(run, stream)` says. */
  const handler = (runs, work) => ({
    codec,
    async handler(stream) {
      const { run, done, fail } = await runs.take();
      await work(run, stream).then(done, fail);
    },
  });
  const api = define({
    methods: { echo: ({ value }) => value },
    streams: {
      pull: handler(pulls, (sender, { readable, writable }) =>
        Promise.all([source(sender).pipeTo(writable), readable.cancel()]),
      ),
      push: handler(pushes, (receiver, { readable, writable }) =>
        Promise.all([consume(readable, receiver), writable.close().catch(() => {})]),
      ),
    },
  });
  connect(parentLink(), api);
  return { send: (sender) => pulls.give(sender), receive: (receiver) => pushes.give(receiver) };
}

function source({ next }) {
  return new ReadableStream({
    pull(controller) {
      const chunk = next();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

async function consume(readable, { take }) {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(value);
  }
}
