// A page that runs a bundle, with a worker's bundle beside it: the routes of a server that serves them.
import { join } from "node:path";
import { build } from "esbuild";

/** Of `window.mjs` and `worker.mjs` in `folder`, which import what `alias` says by the package's names. */
export async function bundledPage({ folder, title, alias }) {
  const { outputFiles } = await build({
    entryPoints: ["window.mjs", "worker.mjs"].map((name) => join(folder, name)),
    bundle: true,
    format: "esm",
    outdir: "/",
    outExtension: { ".js": ".mjs" },
    write: false,
    // The built files import one another for their effects alone, and have none.
    logLevel: "error",
    alias,
  });
  const scripts = outputFiles.map(({ path, text }) => [
    path.replace(/^.*[/\\]/, "/"),
    { type: "text/javascript; charset=utf-8", body: text },
  ]);
  const page = `<!doctype html><title>${title}</title><script type="module" src="/window.mjs"></script>`;
  return Object.fromEntries([["/", { type: "text/html; charset=utf-8", body: page }], ...scripts]);
}
