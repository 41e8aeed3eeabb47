// Sluice with its defaults: the source is piped into a stream's writable, the worker reads its readable.
import { importSluice } from "../lib/sluice.mjs";
import { consume, source } from "./ends.mjs";

const { connect, define } = await importSluice("sluice");
const { parentLink, workerLink } = await importSluice("sluice/worker");

export async function produce(worker, payload, { transfer }) {
  const channel = connect(workerLink(worker));
  await channel.ready;
  return {
    async send(count, started) {
      const { readable, writable } = channel.openStream("sink", transfer ? { transfer: true } : {});
      await Promise.all([source(payload, count, started).pipeTo(writable), readable.cancel()]);
    },
    close: () => channel.close(),
  };
}

export function receive(payload) {
  let arrived;
  const sink = async ({ readable, writable }) => {
    const closed = writable.close().catch(() => {});
    arrived(await consume(readable, payload));
    await closed;
  };
  connect(parentLink(), define({ streams: { sink } }));
  return () =>
    new Promise((resolve) => {
      arrived = resolve;
    });
}
