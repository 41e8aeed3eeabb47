/** The layers, proven on the source: who imports whom, and that the core touches no runtime. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Uses, usesOf } from "./support/imports.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => posix.join(folder, file.replaceAll("\\", "/")))
    .sort();
}

const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

const known = new Map<string, Uses>();

/** What a file of the source uses, looked at once. */
function sourceUses(file: string): Uses {
  const uses = known.get(file) ?? usesOf(file, textOf(file));
  known.set(file, uses);
  return uses;
}

const core = filesIn("src");
const adapters = filesIn("adapters");

/** What the core may take from its platform: Streams, AbortSignal, TextEncoder and TextDecoder, and DOMException; and the language's own. */
const platform = [
  "ReadableStream",
  "WritableStream",
  "TransformStream",
  "ByteLengthQueuingStrategy",
  "CountQueuingStrategy",
  "AbortController",
  "AbortSignal",
  "TextEncoder",
  "TextDecoder",
  "DOMException",
  // Moves a buffer where it cannot be moved by itself.
  "structuredClone",
];
const language =
  "undefined NaN Infinity Object Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry Promise Symbol Number String Boolean BigInt Math JSON " +
  "Reflect RegExp Date Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError ArrayBuffer " +
  "SharedArrayBuffer DataView Uint8Array Uint8ClampedArray Int8Array Uint16Array Int16Array Uint32Array Int32Array " +
  "Float32Array Float64Array BigInt64Array BigUint64Array";
const allowed: ReadonlySet<string> = new Set([...platform, ...language.split(" ")]);
/** Of these, what reads a clock or draws lots. */
const denied: ReadonlySet<string> = new Set(["Date.now", "new Date()", "Date()", "Math.random"]);

/** Uses of the global object itself, each with its reason. */
const globalObject: Readonly<Record<string, string>> = {
  "src/session.ts": "the runtime's own stream classes, where no ponyfill was given",
  "src/codecs/auto.ts": "the constructor of a view, by its number",
  "src/stream/chunk.ts": "the constructor of a view, by the name in its tag",
};

/** Packages that a codec is made with: optional peers, each imported by its codec only. */
const packages: Readonly<Record<string, string>> = {
  "src/codecs/msgpack.ts": "@msgpack/msgpack",
  "src/codecs/msgpack-views.ts": "@msgpack/msgpack",
  "src/codecs/protobuf.ts": "@bufbuild/protobuf",
  "src/codecs/arrow.ts": "apache-arrow",
};

/** How far down each part of the core is: what it imports is further down, or beside it in its own folder. */
const layers: readonly (readonly [RegExp, number])[] = [
  [/^src\/(awake|check|codes|errors|link|signals)\.ts$/, 0],
  [/^src\/(conduct|life|limits|reason|schema)\.ts$/, 1],
  [/^src\/wire\//, 2],
  [/^src\/codecs\//, 3],
  [/^src\/stream\//, 4],
  [/^src\/rpc\//, 5],
  [/^src\/(api|bytes|define|options|trace|under-way)\.ts$/, 6],
  [/^src\/session\.ts$/, 7],
  [/^src\/channel\.ts$/, 8],
  [/^src\/mod\.ts$/, 9],
];

const layerOf = (file: string): number => layers.find(([pattern]) => pattern.test(file))?.[1] ?? Number.NaN;

/** What is wrong with what a file of the core uses. */
function wrongs(file: string, { imports, globals }: Uses): string[] {
  const wrong: string[] = [];
  for (const { specifier } of imports) {
    const target = posix.join(posix.dirname(file), specifier);
    if (specifier === packages[file]) continue;
    if (!/^\.\.?\//.test(specifier)) wrong.push(`imports ${specifier}`);
    else if (!target.startsWith("src/")) wrong.push(`imports ${target}, outside of the core`);
    else if (!(layerOf(target) < layerOf(file)) && posix.dirname(target) !== posix.dirname(file))
      wrong.push(`imports upwards: ${target}`);
    else if (posix.dirname(file) === "src" && layerOf(target) > layerOf(file)) wrong.push(`imports upwards: ${target}`);
  }
  for (const name of globals) {
    const base = name.replace(/^new /, "").replace(/[.[(].*$/, "");
    const isGlobalObject = base === "globalThis" && Object.hasOwn(globalObject, file);
    if (!isGlobalObject && (!allowed.has(base) || denied.has(name))) wrong.push(`uses ${name}`);
  }
  return wrong;
}

describe("The core", () => {
  it("is where it was", () => {
    expect(core).toContain("src/mod.ts");
    expect(core.length).toBeGreaterThan(20);
    for (const file of core) expect(layerOf(file), file).not.toBeNaN();
  });

  it.each(core)("%s imports down the layers only, and touches no runtime", (file) => {
    expect(wrongs(file, sourceUses(file))).toEqual([]);
  });

  it("reaches no package from its main entry", () => {
    const reached = new Set<string>();
    const reach = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { specifier } of sourceUses(file).imports) reach(posix.join(posix.dirname(file), specifier));
    };
    reach("src/mod.ts");
    expect(Object.keys(packages).filter((file) => reached.has(file))).toEqual([]);
  });

  it("has no circle of imports that are left at run time", () => {
    const graph = new Map(
      core.map((file) => {
        const { imports } = sourceUses(file);
        return [
          file,
          imports
            .filter((each) => !each.typeOnly && each.specifier !== packages[file])
            .map((each) => posix.join(posix.dirname(file), each.specifier)),
        ];
      }),
    );
    const reach = (file: string, path: readonly string[]): void => {
      expect(path, [...path, file].join(" -> ")).not.toContain(file);
      for (const next of graph.get(file) ?? []) reach(next, [...path, file]);
    };
    for (const file of core) reach(file, []);
  });
});

/** Links of bytes bring their own wire. */
const isOfBytes = (file: string): boolean => file === "adapters/ports/extension.ts";

/** Adapters for what only runtimes with Node's modules have; what `spawn` gives is a channel. */
const isForProcesses = (file: string): boolean => file.startsWith("adapters/process/");

describe("Adapters", () => {
  it.each(adapters)(
    "%s imports the seam of the core and its own kind; node: only where it is named for Node",
    (file) => {
      for (const { specifier } of sourceUses(file).imports) {
        if (specifier.startsWith("node:")) {
          if (!isForProcesses(file)) expect(posix.basename(file)).toMatch(/^node\b.*\.ts$/);
          continue;
        }
        expect(specifier).toMatch(/^\.\.?\//);
        const target = posix.join(posix.dirname(file), specifier);
        const seam = isForProcesses(file)
          ? /^src\/(link|errors|check|bytes|channel|options|api)\.ts$/
          : isOfBytes(file)
            ? /^src\/(link|errors|check|bytes)\.ts$/
            : /^src\/(link|errors|check)\.ts$/;
        if (!target.startsWith("adapters/")) expect(target).toMatch(seam);
      }
    },
  );

  it("are never imported by the core, nor by what the tests of the core build on", () => {
    for (const file of core) expect(textOf(file)).not.toMatch(/from "[^"]*adapters\//);
  });
});

describe("The checker", () => {
  it.each<[string, string, string]>([
    ["a module of Node's", 'import { Buffer } from "node:buffer";', "imports node:buffer"],
    ["a type of Node's", 'import type { Worker } from "node:worker_threads";', "imports node:worker_threads"],
    ["a package", 'import fc from "fast-check";', "imports fast-check"],
    ["a dynamic import", 'export const a = import("node:fs");', "imports node:fs"],
    ["a computed import", "export const a = (x: string) => import(x);", "imports (computed)"],
    ["a package handed on", 'export * from "undici";', "imports undici"],
    ["an adapter", 'import "../../adapters/worker/web.ts";', "imports adapters/worker/web.ts, outside of the core"],
    ["a layer above", 'import type { Channel } from "../channel.ts";', "imports upwards: src/channel.ts"],
    ["another layer above", 'import { RpcPeer } from "../rpc/peer.ts";', "imports upwards: src/rpc/peer.ts"],
    ["process", "export const a = process.env;", "uses process.env"],
    ["a global with a declared type", "declare const process: { exit(): void };\nprocess.exit();", "uses process.exit"],
    ["Buffer", 'export const a = Buffer.from("a");', "uses Buffer.from"],
    ["a timer", "setTimeout(() => {}, 1);", "uses setTimeout()"],
    ["a microtask", "queueMicrotask(() => {});", "uses queueMicrotask()"],
    ["a MessageChannel", "export const { port1 } = new MessageChannel();", "uses new MessageChannel()"],
    ["performance", "export const t = performance.now();", "uses performance.now"],
    ["the console", 'console.log("a");', "uses console.log"],
    ["crypto", "export const a = { crypto };", "uses crypto"],
    ["randomness", "export const a = Math.random();", "uses Math.random"],
    ["a clock", "export const a = Date.now();", "uses Date.now"],
    ["another clock", "export const a = new Date();", "uses new Date()"],
    ["a third clock", "export const a = Date();", "uses Date()"],
    ["fetch", "export const a = () => fetch;", "uses fetch"],
    ["eval", 'eval("1");', "uses eval()"],
    ["a function made of text", 'export const a = new Function("return 1");', "uses new Function(…)"],
    ["a global through the global object", "export const a = globalThis.process;", "uses process"],
    ["that, through a cast", 'export const a = (globalThis as never)["setTimeout"];', "uses setTimeout"],
    ["a computed global", "export const a = (key: never) => globalThis[key];", "uses globalThis[…]"],
    ["import.meta", "export const a = import.meta.url;", "uses import.meta"],
    ["a default in a pattern", "export const f = ({ a = process } = {}) => a;", "uses process"],
    ["a class to extend", "export class A extends EventTarget {}", "uses EventTarget"],
  ])("catches %s", (_, text, wrong) => {
    expect(wrongs("src/stream/bad.ts", usesOf("src/stream/bad.ts", text))).toContain(wrong);
  });

  it("does not mind what is declared in the file, types, and names of properties", () => {
    const text = `
      import { charge } from "./chunk.ts";
      import type { Frame } from "../wire/frames.ts";
      interface Process { performance: Performance }
      export type Timer = typeof setTimeout;
      const console = { log: charge };
      export function f(process: Process, { fetch, crypto: own = 1 }: Record<string, number>): number {
        const setTimeout = process.performance as unknown as Buffer;
        outer: for (const Buffer of [own, fetch]) if (Buffer) break outer;
        return ({ process: 1, console }).process + (setTimeout as never) + console.log({ crypto: fetch });
      }
      export class A implements EventTarget { performance = new Map(); }
    `;
    expect(wrongs("src/stream/good.ts", usesOf("src/stream/good.ts", text))).toEqual([]);
  });
});

describe("Tests of the core", () => {
  it("lie where the files do that they are for", () => {
    const here = dirname(fileURLToPath(import.meta.url));
    const folders = new Set(core.concat(adapters).map((file) => posix.dirname(file).replace(/^src\/?/, "")));
    const tests = filesIn("test/unit").filter((file) => file.endsWith(".test.ts"));
    for (const file of tests) expect([...folders], file).toContain(relative(here, join(root, posix.dirname(file))));
  });
});
