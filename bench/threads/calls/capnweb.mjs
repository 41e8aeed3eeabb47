// Calls with Cap'n Web.
import { RpcTarget } from "capnweb";
import { serveSession, sessionTo } from "../capnweb-session.mjs";

export function caller(worker) {
  const { remote, close } = sessionTo(worker);
  return { call: (value) => remote.next({ value }), close };
}

export function receive() {
  class Api extends RpcTarget {
    next({ value }) {
      return value + 1;
    }
  }
  serveSession(new Api());
  return () => {};
}
