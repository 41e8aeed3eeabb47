// Sluice, with its defaults unless the row says otherwise: the source is piped into a stream's writable, the other side
// reads its readable.
import { connect, define } from "sluice";
import { parentLink, workerLink } from "sluice/worker";
import { consume, source } from "../threads/ends.mjs";

const linkOf = (scope) => (scope === globalThis ? parentLink() : workerLink(scope));

export function send(scope, payload, { transfer = false }) {
  const channel = connect(linkOf(scope));
  return async (count, started) => {
    await channel.ready;
    const { readable, writable } = channel.openStream("sink", { transfer });
    await Promise.all([source(payload, count, started).pipeTo(writable), readable.cancel()]);
  };
}

export function receive(scope, payload) {
  let arrived;
  const sink = async ({ readable, writable }) => {
    const closed = writable.close().catch(() => {});
    arrived(await consume(readable, payload));
    await closed;
  };
  connect(linkOf(scope), define({ streams: { sink } }));
  return () =>
    new Promise((resolve) => {
      arrived = resolve;
    });
}
