// The built package by its public names. A file in bench/ cannot import "sluice" itself, as bench/ is a package of
// its own; resolving from the root goes through the exports map like any user's import.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(new URL("../../package.json", import.meta.url));

/** `importSluice("sluice/worker")`: what a user would get from `import("sluice/worker")`. */
export function importSluice(name) {
  return import(pathToFileURL(resolve(name)).href);
}
