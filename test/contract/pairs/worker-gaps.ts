/** What links to workers do otherwise than those over ports, by title. */
import type { Gaps } from "../suite/pair.ts";

const trusted = "a worker of one's own is always trusted";

export const workerGaps: Gaps = {
  "a stack does not cross where the remote is not trusted": trusted,
  "without any strategy the raw codec may have 64 KiB on its way from a remote that is not trusted": trusted,
};
