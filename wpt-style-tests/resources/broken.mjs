// Three subjects that are wrong on purpose, one fault each. They are what shows that a test file can fail;
// nothing else uses them.

import { localDirection, localSubject } from "./local-pair.mjs";

const hand = (controller, chunk) => controller.enqueue(chunk);
const close = (controller) => controller.close();
const keep = (reason) => reason;

/** Every chunk is taken over at once, however much lies unread. */
const noBackpressure = (options) =>
  localDirection({ ...options, strategy: { highWaterMark: Number.POSITIVE_INFINITY } });

/** The far side learns that the stream failed, but not why. */
const lostReason = (options) =>
  localDirection(options, { chunk: hand, end: close, reason: () => new Error("the stream failed") });

/** The end overtakes the chunks before it; those that come after it are lost. */
const closeBeforeDrain = (options) => {
  let over = false;
  return localDirection(options, {
    chunk: (controller, chunk) => setTimeout(() => over || hand(controller, chunk)),
    end: (controller) => {
      over = true;
      close(controller);
    },
    reason: (reason) => {
      over = true;
      return keep(reason);
    },
  });
};

export const broken = {
  "no-backpressure": () => localSubject(noBackpressure),
  "lost-reason": () => localSubject(lostReason),
  "close-before-drain": () => localSubject(closeBeforeDrain),
};
