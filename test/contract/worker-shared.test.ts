/** The contract of links over worker_threads, streams share the port. */
import { inWorker } from "./pairs/worker.ts";
import { linkContract } from "./suite.ts";

const trusted = "a worker of one's own is always trusted";

linkContract("worker_threads, streams share the port", inWorker({ fork: false }), {
  "a stack does not cross where the remote is not trusted": trusted,
  "without any strategy the raw codec may have 64 KiB on its way from a remote that is not trusted": trusted,
});
