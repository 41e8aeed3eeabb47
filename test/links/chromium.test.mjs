// Every link that a browser has, in this one.
import { chunks } from "./chunks.mjs";
import { inBrowser } from "./places.mjs";
import { serviceWorkers } from "./service-worker.mjs";
import { sharedWorkers } from "./shared-worker.mjs";
import { windows } from "./window.mjs";
import { workers } from "./worker.mjs";

inBrowser("chromium", workers, windows, sharedWorkers, serviceWorkers, chunks);
