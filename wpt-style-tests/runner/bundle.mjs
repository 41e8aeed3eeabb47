// One self-contained module for every realm of every runtime: the built package under its public names, the subjects,
// the harness and all test files. What is done with it in a realm is in in-realm.mjs.

import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { loadSources } from "./files.mjs";

const root = new URL("../../", import.meta.url);

/** `{ file, dispose() }`. */
export async function bundle() {
  if (!isBuilt()) throw new Error("Nothing to test: run `npx tsup --no-dts` first");
  const folder = await mkdtemp(join(tmpdir(), "sluice-wpt-"));
  const file = join(folder, "realm.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("./in-realm.mjs", import.meta.url))],
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "neutral",
    logLevel: "warning",
    // Chunks of the build that are imported for nothing but their being there.
    logOverride: { "ignored-bare-import": "silent" },
    plugins: [ownPackage, sources],
  });
  return { file, dispose: () => rm(folder, { recursive: true }) };
}

/** This folder has a package.json of its own, so the package's names are looked up from the one above. */
const ownPackage = {
  name: "own package",
  setup({ onResolve }) {
    const { resolve } = createRequire(new URL("package.json", root));
    onResolve({ filter: /^sluice(\/|$)/ }, ({ path }) => ({ path: resolve(path) }));
  },
};

const sources = {
  name: "sources",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^suite:sources$/ }, ({ path }) => ({ path, namespace: "suite" }));
    onLoad({ filter: /.*/, namespace: "suite" }, async () => ({
      contents: JSON.stringify(await loadSources()),
      loader: "json",
    }));
  },
};

function isBuilt() {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  return existsSync(new URL(exports["."].default, root));
}
