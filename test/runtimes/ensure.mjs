// Where the executable of a pinned runtime is, installing it first when it is missing. Each runtime has a
// package.json and lock of its own, so that one can be had without the others. Not a version manager.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BINARIES = { node22: "node", node24: "node", node26: "node", workerd: "workerd", deno: "deno", bun: "bun" };

/** Packages that npm could not fetch. */
export class NotInstalled extends Error {
  name = "NotInstalled";
}

const version = (file) => JSON.parse(readFileSync(file, "utf8")).version;

/** `ensureInstalled(folder)`: the locked packages of `folder`, by `npm ci` unless they are there already. */
export function ensureInstalled(folder) {
  const lock = JSON.parse(readFileSync(`${folder}/package-lock.json`, "utf8"));
  const missing = Object.entries(lock.packages).some(([path, entry]) => {
    if (path === "" || entry.optional) return false;
    const manifest = `${folder}/${path}/package.json`;
    return !existsSync(manifest) || version(manifest) !== entry.version;
  });
  if (!missing) return;
  const args = ["ci", "--prefix", folder, "--no-fund", "--no-audit", "--loglevel=error"];
  const { status, error } = spawnSync("npm", args, {
    stdio: ["ignore", process.stderr.fd, process.stderr.fd],
    // There it is a script.
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0) throw new NotInstalled(`Cannot install ${folder}: npm ci exited with ${status}`);
}

/** `ensureRuntime("node24")`: the absolute path of that runtime's executable. */
export function ensureRuntime(name) {
  const binary = BINARIES[name];
  if (!binary) throw new TypeError(`Cannot find runtime ${name}: known are ${Object.keys(BINARIES).join(", ")}`);
  const folder = fileURLToPath(new URL(name, import.meta.url));
  ensureInstalled(folder);
  return `${folder}/node_modules/.bin/${binary}`;
}
