/** The contract of links that stay on a worker's own channel, as in browsers. */
import { carried } from "./pairs/carried.ts";
import { linkContract } from "./suite.ts";

const trusted = "a worker of one's own is always trusted";

linkContract("a worker's own channel, which others use as well", carried, {
  "a stack does not cross where the remote is not trusted": trusted,
  "without any strategy the raw codec may have 64 KiB on its way from a remote that is not trusted": trusted,
});
