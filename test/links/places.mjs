// A browser with the pages of these tests: each test gets pages of its own, and they are closed after it.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest";
import { BrowserMissing, openBrowser } from "../browsers/open.mjs";
import { serve } from "../browsers/serve.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The package's names mean its source, as in all tests. */
const alias = {
  "sluice/message-port": here("../../adapters/message-port/mod.ts"),
  "sluice/service-worker": here("../../adapters/service-worker/mod.ts"),
  "sluice/shared-worker": here("../../adapters/shared-worker/mod.ts"),
  "sluice/window": here("../../adapters/window/mod.ts"),
  "sluice/worker": here("../../adapters/worker/web.ts"),
  sluice: here("../../src/mod.ts"),
};

/**
 * @typedef {object} Place
 * @property {string} name Of the browser.
 * @property {string} origin Where pages are opened, and another origin of the same server's.
 * @property {string} otherOrigin
 * @property {(path?: string) => Promise<import("../browsers/open.mjs").Page>} page A page with `near`, `sluice` and
 *   `state` as globals.
 */

/** What a browser cannot be driven to, by what a test needs. */
const gaps = {
  firefox: { stop: "Firefox cannot be told to stop a service worker that is busy" },
  webkit: {
    popup: "MiniBrowser opens no popups while it is driven",
    stop: "WebKit cannot be told to stop a service worker that is busy",
  },
};

/** Registers suites in one browser. One that is missing is listed, and fails where CI says so. */
export function inBrowser(name, ...suites) {
  describe(name, () => {
    /** @type {Place} */
    const place = { name, origin: "", otherOrigin: "" };
    let browser;
    let server;

    let missing;

    beforeAll(async () => {
      try {
        browser = await openBrowser(name);
      } catch (error) {
        if (!(error instanceof BrowserMissing) || process.env.CI === "true") throw error;
        missing = error.message;
        return;
      }
      const { outputFiles } = await build({
        entryPoints: [here("pages/sluice.ts")],
        alias,
        bundle: true,
        format: "esm",
        target: "es2022",
        write: false,
      });
      const routes = { "/sluice.mjs": { type: "text/javascript; charset=utf-8", body: outputFiles[0].text } };
      server = await serve({ folder: here("pages"), routes });
      place.origin = server.origin;
      place.otherOrigin = `http://localhost:${server.port}`;
      place.page = async (path = "/page.html") => {
        const page = await browser.newPage();
        onTestFinished(() => page.close());
        await page.goto(server.origin + path);
        await page.evaluate(() => globalThis.loaded);
        return page;
      };
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    for (const suite of suites) {
      suite({
        place,
        it(title, body, needs) {
          const gap = gaps[name]?.[needs];
          if (gap !== undefined) return it.skip(`${title} (${gap})`);
          return it(title, async (context) => {
            if (missing !== undefined) context.skip(missing);
            await body();
          });
        },
      });
    }
  });
}

/** A death is noticed within so many milliseconds, where a goodbye or a Web Lock tells. */
export const SOON = 2_000;
