// The two ends of a channel of Sluice, for the subjects that use one.
import { importSluice } from "../lib/sluice.mjs";

const { connect, define } = await importSluice("sluice");
const { parentLink, workerLink } = await importSluice("sluice/worker");

/** In the main thread: a channel to `worker`, ready. */
export async function channelTo(worker) {
  const channel = connect(workerLink(worker));
  await channel.ready;
  return channel;
}

/** In the worker: answers with these methods and streams. */
export function serve(definition, limits) {
  connect(parentLink(), { ...define(definition), limits });
}

/** A handler of streams that are only read: by `take(readable)`. */
export function sink(take) {
  return async ({ readable, writable }) => {
    const closed = writable.close().catch(() => {});
    await take(readable);
    await closed;
  };
}
