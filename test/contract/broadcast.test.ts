/** The contract of links over BroadcastChannel. */
import { overBroadcast } from "./pairs/ports.ts";
import { copiesGaps } from "./pairs/ports-gaps.ts";
import { linkContract } from "./suite.ts";

const unmet = "nothing tells of somebody who was never met: a heartbeat begins with the meeting";

linkContract("BroadcastChannel", overBroadcast, {
  ...copiesGaps,
  "close() that waits settles on loss of the channel": unmet,
  "a far side that dies before it connected settles all that waits for it": unmet,
});
