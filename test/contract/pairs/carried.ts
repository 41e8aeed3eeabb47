/**
 * Pairs on a channel that others use as well and that carries all that the two say, as a worker's own does in browsers.
 * Both ends are in the test's own process; the channel is a MessageChannel, and somebody else talks on it all the time.
 */
import { connect, LinkError } from "sluice";
import { DoorLink } from "../../../adapters/message-port/door-link.ts";
import type { Doorway } from "../../../adapters/message-port/doorway.ts";
import { TOLD } from "../../../adapters/message-port/presence.ts";
import type { MakePair } from "../suite/pair.ts";
import { farHere } from "./far-here.ts";
import { native } from "./in-process.ts";

/** What others say: nothing that a link says, and things that look like it. */
const FOREIGN = [
  "hello",
  null,
  { sluice: "carried", from: "somebody else", message: { jsonrpc: "2.0", method: "$/abort", params: {} } },
  { jsonrpc: "2.0", method: "$/abort", params: {} },
];

export const carried: MakePair = (options) => {
  const { port1, port2 } = new MessageChannel();
  const makeLink = () => new DoorLink(door(port2), { role: "guest", bond: TOLD });
  const far = farHere(options, { makeLink, classes: native });
  const near = connect(new DoorLink(door(port1), { role: "host", bond: TOLD }), options.near);
  const talk = setInterval(() => {
    for (const port of [port1, port2]) for (const message of FOREIGN) port.postMessage(message);
  }, 5);
  return {
    near,
    far,
    classes: native,
    kill: () => port2.close(),
    async dispose() {
      clearInterval(talk);
      near.abort();
      port1.close();
      port2.close();
    },
  };
};

function door(port: MessagePort): Doorway {
  return {
    name: "the channel",
    tellsDeath: true,
    carries: true,
    post: (message, transfer) => port.postMessage(message, transfer),
    open({ message, unreadable, lost }) {
      port.onmessage = ({ data }) => void message(data);
      port.onmessageerror = unreadable;
      port.addEventListener("close", () => lost(new LinkError("CONNECTION_LOST", "The other end is gone")));
      return () => {
        port.onmessage = null;
        port.onmessageerror = null;
      };
    },
    keepAlive() {},
  };
}
