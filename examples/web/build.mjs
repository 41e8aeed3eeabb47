// @ts-check
// The page as it is served: its scripts, bundled from their sources and Sluice's, and the files beside them. In memory.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { entries } from "../../scripts/entries.mjs";

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** The sources of the package's entries: in an application of its own, bundlers find the entries by themselves. */
const alias = Object.fromEntries(entries.map(({ name, browser }) => [name, here(`../../${browser}`)]));

/** @returns {Promise<Record<string, { type: string, body: string | Uint8Array }>>} by path */
export async function buildPage() {
  const { outputFiles } = await bundle({
    entryPoints: [here("page.ts"), here("worker.ts")],
    outdir: "/",
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    sourcemap: "inline",
    write: false,
    alias,
    logLevel: "silent",
  });
  const routes = Object.fromEntries(
    outputFiles.map(({ path, contents }) => [
      `/${path.split(/[/\\]/).at(-1)}`,
      { type: "text/javascript; charset=utf-8", body: contents },
    ]),
  );
  const html = { type: "text/html; charset=utf-8", body: await readFile(here("index.html")) };
  return {
    ...routes,
    "/": html,
    "/index.html": html,
    "/style.css": { type: "text/css; charset=utf-8", body: await readFile(here("style.css")) },
    "/icon.svg": { type: "image/svg+xml", body: await readFile(here("icon.svg")) },
  };
}
