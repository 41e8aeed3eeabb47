// The page of a browser in which subjects run, seen from the harness: Sluice as it was built and the scripts of this
// folder are bundled, served, and told what to run.
import { fileURLToPath } from "node:url";
import { bundledPage } from "../../test/browsers/bundled-page.mjs";
import { serve } from "../../test/browsers/serve.mjs";
import { scaled } from "../lib/scale.mjs";
import { payloads } from "../threads/payloads.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A file in bench/ cannot import "sluice" itself, as bench/ is a package of its own. */
const alias = { sluice: here("../../dist/src/mod.js"), "sluice/worker": here("../../dist/adapters/worker/web.js") };

/** `{ subject(name, row), close() }` of a page in `browser`. A row: `{ module, from, payload, count, ...options }`. */
export async function openPage(browser) {
  const server = await serve({ routes: await bundledPage({ folder: here("."), title: "bench", alias }) });
  const page = await browser.newPage();
  await page.goto(`${server.origin}/`);
  let rows = 0;
  return {
    subject: (subject, { module, from, payload, count: full, ...options }) => ({
      subject,
      async open() {
        const row = rows++;
        const count = scaled(full);
        const { expected, rate } = payloads[payload];
        await page.evaluate((...given) => globalThis.bench.open(...given), row, { module, from, payload, options });
        return {
          async once() {
            const { sum, seconds } = await page.evaluate((...given) => globalThis.bench.run(...given), row, count);
            if (sum !== expected(count)) throw new Error(`the sum is ${sum}, not ${expected(count)}`);
            return rate(count, seconds);
          },
          close: () => page.evaluate((given) => globalThis.bench.close(given), row),
        };
      },
    }),
    async close() {
      await page.close();
      await server.close();
    },
  };
}
