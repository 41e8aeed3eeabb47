// Has a page in a browser offer many bytes to a slow worker, and watches from outside what the browser holds meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundledPage } from "../../browsers/bundled-page.mjs";
import { memoryOfTree } from "../../browsers/memory.mjs";
import { openBrowser } from "../../browsers/open.mjs";
import { serve } from "../../browsers/serve.mjs";

/** Milliseconds between two looks at memory. */
const EVERY = 250;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const alias = { sluice: here("../../../src/mod.ts"), "sluice/worker": here("../../../adapters/worker/web.ts") };

/**
 * What the page has seen, and `growth`: the most that the browser held beyond what it held before, in bytes. Each run has
 * a browser of its own, for none gives back all that it had. Throws a BrowserMissing.
 */
export async function measure(name, { stream, mib }) {
  const browser = await openBrowser(name);
  const server = await serve({ routes: await bundledPage({ folder: here("."), title: "soak", alias }) });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/`);
    // Once with little: code that is loaded and compiled is no cost of what crosses.
    await page.evaluate((spec) => globalThis.soak(spec), { stream, mib: 1 });
    const before = memoryOfTree(browser.pid);
    const running = page.evaluate((spec) => globalThis.soak(spec), { stream, mib });
    const peak = await peakUntil(running, browser.pid);
    return { ...(await running), growth: peak - before };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function peakUntil(running, pid) {
  let over = false;
  const end = () => {
    over = true;
  };
  running.then(end, end);
  let peak = 0;
  while (!over) {
    peak = Math.max(peak, memoryOfTree(pid));
    await Promise.race([sleep(EVERY), running.catch(() => {})]);
  }
  return peak;
}
