// The contract suite as a realm runs it: bundled, vitest replaced, and the built package taken by its public names, as
// that runtime would find it.
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ensureInstalled } from "../runtimes/ensure.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What each runtime asks for in the package's `exports`. */
const conditions = { deno: ["deno"], bun: ["bun"], workerd: ["workerd"], node: ["node"], browser: ["browser"] };

/** Writes `main.mjs`, `far.mjs` and what they share to `folder`. */
export async function bundleContract(folder, kind) {
  // The harness.
  ensureInstalled(here("../../wpt-style-tests"));
  await build({
    entryPoints: { main: here("contract/main.ts"), far: here("../fixtures/web-worker.mjs") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: conditions[kind],
    target: "es2022",
    // The harness takes its global scope by this name, which Node has not.
    banner: { js: "globalThis.self ??= globalThis;" },
    external: ["node:*", ...builtinModules],
    alias: { vitest: here("contract/vitest.ts") },
    // The names mean the source to the type checker; here they mean what was built.
    tsconfigRaw: {},
    logLevel: "error",
  });
}
