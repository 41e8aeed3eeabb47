// The subjects: what can stand behind `makePair` in a test. The runner chooses one, a test never does.

import { broken } from "./broken.mjs";
import { byHandler, channelPairs, fromIncoming } from "./channel-pair.mjs";
import { makeLocalPair } from "./local-pair.mjs";

/**
 * Every file runs against each of these. The channels between them cover both directions, both ways of taking a
 * stream, and streams with a port of their own as well as on the shared one. `sluice` is a function, so that the
 * oracle runs without a build.
 */
export const subjects = {
  local: async () => makeLocalPair,
  channel: async (sluice) => channelPairs(await sluice(), { take: fromIncoming }),
  "channel-back": async (sluice) => channelPairs(await sluice(), { take: byHandler, back: true }),
  "channel-shared": async (sluice) => channelPairs(await sluice(), { take: byHandler, fork: false }),
};

/** Only for `--broken` and `--prove`. */
export const brokenSubjects = Object.fromEntries(
  Object.entries(broken).map(([name, pair]) => [name, async () => pair]),
);

/** The function that tests see: `await makePair({ highWaterMark })`, with the default of the standard's streams. */
export async function loadMakePair(name, sluice) {
  const load = subjects[name] ?? brokenSubjects[name];
  const makePair = await load(sluice);
  return (options = {}) => makePair({ highWaterMark: 1, ...options });
}
