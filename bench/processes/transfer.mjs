// The driver of whatever moves many chunks one way, in either direction. Which clock runs is told in clock.mjs, what
// happens outside of it in payloads.mjs.

import { scaled } from "../lib/scale.mjs";
import { forked } from "./forked.mjs";
import { payloadOf, receiver, sender } from "./payloads.mjs";

/** Where the chunks go to, as the rows name it. */
export const TO_CHILD = "to the child";
export const TO_PARENT = "to the parent";

/** The harness's subject for the peer `./peers/PEER.mjs`: how much of `payload` crosses in a second. */
export function transfer(subject, { peer, to, payload: name, count: full, ...options }) {
  const count = scaled(full);
  const toChild = to === TO_CHILD;

  const measure = async (end, ask) => {
    const payload = await payloadOf(name);
    await ask({ request: "prepare", role: toChild ? "receive" : "send", payload: name, count });
    globalThis.gc();
    const own = toChild ? sender(payload, count) : receiver(payload, count);
    // The receiver is there before the sender begins.
    if (toChild) await ask({ request: "start" });
    const done = toChild ? end.send(own) : end.receive(own);
    // It is awaited below, unless the child fails first.
    done.catch(() => {});
    if (!toChild) await ask({ request: "start" });
    const [far] = await Promise.all([ask({ request: "outcome" }), done]);
    const near = own.outcome();
    const [first, last] = toChild ? [near, far] : [far, near];
    if (first.sum !== last.sum) throw new Error(`the checksum is ${last.sum}, not ${first.sum}`);
    return payload.rate(count, (last.at - first.at) / 1000);
  };
  return forked(subject, { peer, options: { ...options, payload: name, toChild, mode: "stream" }, measure });
}
