/** Pairs whose two ends are in the test's own process, at the two ports of a MessageChannel. */
import { connect, type StreamClasses } from "sluice";
import { type MessagePortOptions, messagePortLink } from "sluice/message-port";
import type { MakePair } from "../suite/pair.ts";
import { journey, turn } from "../suite/realm.ts";
import { farHere } from "./far-here.ts";

/** What the runtime has itself. */
export const native: Required<StreamClasses> = {
  ReadableStream,
  WritableStream,
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
};

/** Node, Bun and workerd tell a port that its other end was closed. */
const tellsClose = typeof process === "object" && process.versions?.["node"] !== undefined && !("Deno" in globalThis);

/** As many as there are answers to answers. */
async function journeys(isShared: boolean): Promise<void> {
  for (let i = 0; i < 4; i++) await (isShared ? turn() : journey());
}

export function inProcess(link: MessagePortOptions = {}, ponyfill?: Required<StreamClasses>): MakePair {
  return (options) => {
    const { port1, port2 } = new MessageChannel();
    const linkOptions = {
      ...link,
      // The pair tells of a death itself: the link need not find out.
      ...(!tellsClose && { heartbeat: 0 }),
      ...(options.untrusted && { trusted: false }),
    };
    const classes = ponyfill ?? native;
    const makeLink = () => messagePortLink(port2, linkOptions);
    const far = farHere(options, { makeLink, classes, ponyfill: ponyfill !== undefined });
    const near = connect(messagePortLink(port1, linkOptions), { ...options.near, ...(ponyfill && { ponyfill }) });
    return {
      near,
      far,
      classes,
      async kill() {
        port2.close();
        if (tellsClose) return;
        // What is under way still arrives, as it does where the runtime tells.
        await journeys(link.fork === false);
        port1.dispatchEvent(new Event("close"));
      },
      ...(!tellsClose && { idle: () => journeys(link.fork === false) }),
      async dispose() {
        near.abort();
        port1.close();
        port2.close();
      },
    };
  };
}
