// What must hold of bundles whatever their size: unused entries fall away, and nothing of Node's is left for browsers.
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { browserEntries, bundle } from "./bundles.mjs";

const root = new URL("../", import.meta.url);

/** The most bytes, minified, of a program that imports one error class. */
const LITTLE = 500;

/** What may never be in the bundle of an entry of that kind, by where its source is. */
const forbidden = [
  // The core works without a codec; `raw` is that of readable: "bytes", and reads as the view that was asked for.
  {
    of: /^src\/mod\.ts$/,
    sources: /^adapters\/|^src\/bytes\.ts$|^src\/codecs\/(?!(raw|view|codec)\.ts)|^src\/wire\/(framed|outbox)\.ts$/,
  },
  { of: /^src\/codecs\//, sources: /^adapters\/|^src\/(channel|mod|bytes)\.ts$|^src\/(stream|rpc)\// },
  {
    of: /^src\/bytes\.ts$/,
    sources: /^adapters\/|^src\/(channel|mod)\.ts$|^src\/rpc\/|^src\/codecs\/(?!(auto|json|view)\.ts)/,
  },
  // An extension's port carries JSON only, so that link is one of bytes and brings their wire.
  { of: /^adapters\/ports\//, sources: /^src\/(channel|mod)\.ts$|^src\/rpc\/|^src\/codecs\/(?!(auto|json|view)\.ts)/ },
  { of: /^adapters\//, sources: /^src\/(channel|mod|bytes)\.ts$|^src\/(stream|rpc|codecs|wire)\// },
];

/** Yields a message and whether it is fine, for each rule and bundle. */
export async function bundleRules(bundles) {
  const found = [];
  for (const [name, { code }] of bundles)
    found.push([`${name}: a browser's bundle names a module of Node's`, !/node:|require\(/.test(code)]);
  for (const { name, browser } of browserEntries) {
    const { sources } = bundles.get(name);
    const reached = reachedFrom(browser);
    const dragged = sources.filter((source) => !reached.has(source));
    found.push([`${name}: its bundle has ${dragged.join(", ")}, which it does not import`, dragged.length === 0]);
    const rule = forbidden.find(({ of }) => of.test(browser));
    const wrong = sources.filter((source) => rule?.sources.test(source));
    found.push([`${name}: its bundle has ${wrong.join(", ")}, which it must do without`, wrong.length === 0]);
    found.push([`${name}: no rule says what its bundle must do without`, rule !== undefined]);
  }
  const { min } = await bundle('export { RpcError } from "sluice";');
  found.push([`a program that imports RpcError alone has ${min} bytes, more than ${LITTLE}`, min <= LITTLE]);
  return found;
}

/** The sources that `source` imports, directly or not. */
function reachedFrom(source, reached = new Set()) {
  if (reached.has(source)) return reached;
  reached.add(source);
  const url = new URL(source, root);
  if (!existsSync(url)) return reached;
  for (const { fileName } of ts.preProcessFile(readFileSync(url, "utf8")).importedFiles) {
    if (fileName.startsWith(".")) reachedFrom(posix.join(posix.dirname(source), fileName), reached);
  }
  return reached;
}
