/** The contract of links over worker_threads. */
import { inWorker } from "./pairs/worker.ts";
import { workerGaps } from "./pairs/worker-gaps.ts";
import { linkContract } from "./suite.ts";

linkContract("worker_threads", inWorker(), workerGaps);
