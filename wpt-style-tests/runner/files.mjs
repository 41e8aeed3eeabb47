// Finds the test files and what their META lines ask for. It reads files and judges nothing.

import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const notTests = new Set(["node_modules", "resources", "runner"]);

/** Paths of all `*.any.js` files below this suite's folder, sorted, with `/` on every platform. */
export async function findFiles(filter = "") {
  const found = [];
  for (const folder of await readdir(root, { withFileTypes: true })) {
    if (!folder.isDirectory() || notTests.has(folder.name)) continue;
    for (const name of await readdir(new URL(`${folder.name}/`, root), { recursive: true })) {
      if (name.endsWith(".any.js")) found.push(`${folder.name}/${name.replaceAll("\\", "/")}`);
    }
  }
  return found.filter((file) => file.includes(filter)).sort();
}

/** The sources to evaluate for `file`, in order: the harness, the scripts its META lines name, the file itself. */
export async function loadFile(file) {
  const source = await readFile(new URL(file, root), "utf8");
  const scripts = [...source.matchAll(/^\/\/ META: script=(.+)$/gm)].map(([, script]) =>
    posix.join(posix.dirname(file), script.trim()),
  );
  return {
    harness: await load("node_modules/wpt-runner/testharness/testharness.js"),
    scripts: await Promise.all(scripts.map(load)),
    test: { url: fileURLToPath(new URL(file, root)), source },
  };
}

async function load(path) {
  const url = new URL(path, root);
  return { url: fileURLToPath(url), source: await readFile(url, "utf8") };
}
