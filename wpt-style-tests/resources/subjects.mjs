// The subjects: what can stand behind `makePair` and `transferred` in a test. The runner chooses one, a test never does.
//
//   makePair({ highWaterMark, size, strategy, readable, started })
//     resolves with { readable, writable, other }: the two ends of one direction, and the direction back. `highWaterMark`
//     and `size` make a strategy, or it is given whole; `readable: "bytes"` makes the readable ends byte streams. With
//     `started: false` the far side has not taken the stream yet: { writable, start }, and start() resolves with the pair.
//   transferred(value)
//     resolves with what arrives at the other side of a stream, or of an object with streams in it.

import { broken } from "./broken.mjs";
import { byHandler, channelSubject, fromIncoming } from "./channel-pair.mjs";
import { localDirection, localSubject } from "./local-pair.mjs";

/**
 * The channels cover both directions, both ways of taking a stream, values in params and in results, and streams with a
 * port of their own as well as on the shared one.
 */
const subjects = {
  local: () => localSubject(localDirection),
  channel: () => channelSubject({ take: fromIncoming }),
  "channel-back": () => channelSubject({ take: byHandler, back: true }),
  "channel-shared": () => channelSubject({ take: byHandler, fork: false }),
  ...broken,
};

/** What tests see as globals; a pair has the default of the standard's streams. */
export function loadSubject(name) {
  const { makePair, transferred } = subjects[name]();
  return { makePair: async (options = {}) => makePair({ highWaterMark: 1, ...options }), transferred };
}
