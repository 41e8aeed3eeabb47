// Cap'n Web: the source is passed as a parameter of a call and read at the far side. Its MessagePort transport has no
// transfer lists, so chunks are always copied.
import { RpcTarget } from "capnweb";
import { serveSession, sessionTo } from "./capnweb-session.mjs";
import { consume, source } from "./ends.mjs";

export function produce(worker, payload) {
  const { remote, close } = sessionTo(worker);
  return { send: (count, started) => remote.take(source(payload, count, started)), close };
}

export function receive(payload) {
  let arrived;
  class Sink extends RpcTarget {
    async take(readable) {
      arrived(await consume(readable, payload));
    }
  }
  serveSession(new Sink());
  return () =>
    new Promise((resolve) => {
      arrived = resolve;
    });
}
