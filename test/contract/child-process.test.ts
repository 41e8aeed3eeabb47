/** The contract of links to child processes. */
import { afterAll, beforeEach } from "vitest";
import { bytesGaps } from "./pairs/bytes-gaps.ts";
import { Children } from "./pairs/process.ts";
import { linkContract } from "./suite.ts";

const trusted = "a process of one's own is always trusted";
const children = new Children();

beforeEach(() => children.ready());
afterAll(() => children.end());
linkContract("child process", children.makePair, {
  ...bytesGaps,
  "a far side that dies before it connected settles all that waits for it":
    "spawn rejects then, with EXITED_EARLY: test/process/life.test.ts",
  "a stack does not cross where the remote is not trusted": trusted,
  "without any strategy the raw codec may have 64 KiB on its way from a remote that is not trusted": trusted,
});
