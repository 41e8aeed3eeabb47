// Finds the test files, what their META lines ask for, and the sources of it all. It reads files and judges nothing.

import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "../../test/runtimes/ensure.mjs";

const root = new URL("../", import.meta.url);
const notTests = new Set(["node_modules", "resources", "runner"]);
const harness = "node_modules/wpt-runner/testharness/testharness.js";

/** All `*.any.js` files below this suite's folder, sorted: `{ file, subjects }`, the path with `/` on every platform. */
export async function findFiles(filter = "") {
  const found = [];
  for (const folder of await readdir(root, { withFileTypes: true })) {
    if (!folder.isDirectory() || notTests.has(folder.name)) continue;
    for (const name of await readdir(new URL(`${folder.name}/`, root), { recursive: true })) {
      if (name.endsWith(".any.js")) found.push(`${folder.name}/${name.replaceAll("\\", "/")}`);
    }
  }
  const files = found.filter((file) => file.includes(filter)).sort();
  return Promise.all(
    files.map(async (file) => ({ file, subjects: meta(await read(file), "subjects")[0]?.split(",") })),
  );
}

/** What a realm evaluates: `{ harness, files: { [file]: { scripts, test } } }`, each source as `{ url, source }`. */
export async function loadSources() {
  ensureInstalled(fileURLToPath(root));
  const files = {};
  for (const { file } of await findFiles()) {
    const test = await load(file);
    const scripts = meta(test.source, "script").map((script) => posix.join(posix.dirname(file), script));
    files[file] = { scripts: await Promise.all(scripts.map(load)), test };
  }
  return { harness: await load(harness), files };
}

/** The values of one kind of META line. */
function meta(source, key) {
  return [...source.matchAll(new RegExp(`^// META: ${key}=(.+)$`, "gm"))].map(([, value]) => value.trim());
}

async function load(path) {
  return { url: `wpt-style-tests/${path}`, source: await read(path) };
}

function read(path) {
  return readFile(new URL(path, root), "utf8");
}
