/** The contract of links over worker_threads, streams share the port. */
import { inWorker } from "./pairs/worker.ts";
import { workerGaps } from "./pairs/worker-gaps.ts";
import { linkContract } from "./suite.ts";

linkContract("worker_threads, streams share the port", inWorker({ fork: false }), workerGaps);
