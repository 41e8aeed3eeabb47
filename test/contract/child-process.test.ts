/** The contract of links to child processes. */
import { afterAll } from "vitest";
import { realmScheduler } from "../../adapters/message-port/scheduler.ts";
import { bytesGaps } from "./pairs/bytes-gaps.ts";
import { endSpare, inProcessOfItsOwn } from "./pairs/process.ts";
import { linkContract } from "./suite.ts";

const trusted = "a process of one's own is always trusted";
const early = "a child that ends before its data are connected ends the channel with EXITED_EARLY";
const overtaken = "not yet: $/shutdown goes on the path of the data, and overtakes calls that were made before it";

linkContract("a child process", inProcessOfItsOwn(realmScheduler()), {
  ...bytesGaps,
  "a stack does not cross where the remote is not trusted": trusted,
  "without any strategy the raw codec may have 64 KiB on its way from a remote that is not trusted": trusted,
  "after a loss, nothing new is taken, and closing resolves no promise that was broken": early,
  "a far side that dies before it connected settles all that waits for it": early,
  "close() finishes what is under way at both ends, and takes nothing new": overtaken,
  "close() finishes the streams of calls that are under way, both ways": overtaken,
});
afterAll(endSpare);
