// A stream passed as a parameter of a call of Cap'n Web, whose result is a stream of the same chunks.
import { RpcTarget } from "capnweb";
import { serveSession, sessionTo } from "../capnweb-session.mjs";

export function opener(worker) {
  const { remote, close } = sessionTo(worker);
  const open = async () => {
    const there = new TransformStream();
    return { readable: await remote.echo(there.readable), writable: there.writable };
  };
  return { open, close };
}

export function receive() {
  class Api extends RpcTarget {
    echo(readable) {
      // Not `readable` itself: what was a parameter is disposed of when the call returns, unless it is locked.
      return readable.pipeThrough(new TransformStream());
    }
  }
  serveSession(new Api());
  return () => {};
}
