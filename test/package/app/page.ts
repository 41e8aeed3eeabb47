// A page, as Vite's documentation has it: the worker is found by the bundler.
import { connect } from "sluice";
import { workerLink } from "sluice/worker";
import type { Api } from "./offers.ts";
import { type Used, use } from "./use.ts";

declare global {
  interface Window {
    used: Promise<Used>;
  }
}

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
window.used = use(connect<Api>(workerLink(worker)));
