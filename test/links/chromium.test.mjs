// Every link that a browser has, in this one.
import { inBrowser } from "./places.mjs";
import { windows } from "./window.mjs";
import { workers } from "./worker.mjs";

inBrowser("chromium", workers, windows);
