// Bundles what a program that imports some entries of the built package would get in a browser: how large it is, and
// which sources are left in it. Not for tests to run: those bundle what they need themselves.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import ts from "typescript";
import { entries } from "./entries.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What codecs are made with; a program that uses one has it anyway. */
const PEERS = ["@bufbuild/protobuf", "@msgpack/msgpack", "apache-arrow", "protobufjs"];

/**
 * Entries that are not for browsers, each with its reason. Every other one must be without a trace of Node's modules.
 */
export const NOT_FOR_BROWSERS = { "sluice/process": "browsers have no child processes" };

export const browserEntries = entries.filter(({ name }) => !(name in NOT_FOR_BROWSERS));

/** All that these entries export. */
export const allOf = (...names) => names.map((name) => `export * from "${name}";`).join("\n");

/** Names that several entries export (`parentLink`) would hide each other: each entry under a name of its own. */
export const togetherOf = (...names) => names.map((name, at) => `export * as e${at} from "${name}";`).join("\n");

/**
 * `bundle(program)`: minified, for today's browsers: `{ code, min, gzip, sources }`. `sources` are the project's own,
 * as far as anything is left of them.
 */
export async function bundle(program) {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    // Not that of the sources, whose `paths` lead around the build.
    tsconfigRaw: {},
    // The build's chunks import each other for their order of evaluation only.
    logOverride: { "ignored-bare-import": "silent" },
    external: [...PEERS, "node:*"],
    sourcemap: "external",
    outfile: `${root}bundle.js`,
  });
  const [map, code] = [".map", ".js"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)));
  const sources = JSON.parse(map.text).sources.filter((path) => /^(src|adapters)\//.test(path));
  return { code: code.text, min: code.contents.length, gzip: gzipSync(code.contents, { level: 9 }).length, sources };
}

/** Where the bytes of the core and the message port are from: `[folder or file, minified bytes]`, the largest first. */
export async function shares() {
  const { metafile } = await build({
    stdin: {
      contents: 'export * from "./src/mod.ts"; export * from "./adapters/message-port/mod.ts";',
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
  });
  const areas = new Map();
  for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
    const [, area] = /^(src\/\w+\/|adapters\/|src\/[\w-]+\.ts)/.exec(file) ?? [];
    if (area !== undefined) areas.set(area, (areas.get(area) ?? 0) + bytesInOutput);
  }
  return [...areas].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a);
}

/** The same program without the words of its errors, compressed: what they cost is the difference. */
export function gzipWithoutTexts(code) {
  const spans = [];
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isTemplateHead(node)) {
      // What has a blank is for people; names of frames, events and options have none.
      if (node.text.includes(" ")) spans.push([node.getStart(), node.getEnd()]);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("bundle.js", code, ts.ScriptTarget.ES2022, true));
  let left = "";
  let from = 0;
  for (const [start, end] of spans.sort(([a], [b]) => a - b)) {
    left += code.slice(from, start) + code.slice(start, end).replace(/[^`"'${}]/g, "");
    from = end;
  }
  return gzipSync(left + code.slice(from), { level: 9 }).length;
}
