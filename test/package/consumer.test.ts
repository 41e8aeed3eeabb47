/** The packed tarball in an empty project: its types, and a program and a page that use it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entries } from "../../scripts/entries.mjs";
import { BrowserMissing, browserNames, openBrowser } from "../browsers/open.mjs";
import { serve } from "../browsers/serve.mjs";
import { ensureRuntime } from "../runtimes/ensure.mjs";
import { node, project, root, run, vite } from "./packed.ts";

const USED = { sum: 6, text: "STREAMS THAT FLOW" };

let folder: string;
let dispose: (() => void) | undefined;
beforeAll(async () => {
  ({ folder, dispose } = await project());
}, 120_000);
afterAll(() => dispose?.());

/** The options of an app that is strict about what it imports; `extra` is what differs. */
function compile(name: string, files: readonly string[], extra: object): Promise<string> {
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable", "ESNext.Disposable"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    ...extra,
  };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files }));
  return run(node, [join(root, "node_modules/typescript/bin/tsc"), "-p", `${name}.json`], folder);
}

const AS_NODE = { module: "nodenext", moduleResolution: "nodenext", noEmit: true };
const AS_BUNDLER = { module: "esnext", moduleResolution: "bundler", noEmit: true };

const PROGRAM = ["main.ts", "worker.ts", "child.ts", "every.ts"];

describe("The types", () => {
  it("compile under nodenext", async () => {
    // Into JavaScript, for the Node that runs no TypeScript.
    const output = { module: "nodenext", moduleResolution: "nodenext", outDir: "compiled" };
    // Our declarations are looked at as well, once.
    await compile("nodenext", PROGRAM, { ...output, skipLibCheck: false, skipDefaultLibCheck: true });
  });

  it("compile with the types of Node alone, ours looked at as well", async () => {
    const options = { lib: ["ES2023", "ESNext.Disposable"], skipLibCheck: false, skipDefaultLibCheck: true };
    // Not every entry: some are of pages, and @msgpack/msgpack names types of the DOM.
    const files = PROGRAM.filter((file) => file !== "every.ts");
    await compile("node", files, { ...AS_NODE, ...options });
  });

  it("of a worker are Node's where modules are resolved as Node does, the web's elsewhere", async () => {
    const use =
      'import { Worker } from "sluice/worker";\nnew Worker("./w.js", { workerData: 1 }).on("exit", () => {});\n';
    writeFileSync(join(folder, "node-worker.ts"), use);
    await compile("node-worker", ["node-worker.ts"], AS_NODE);
    await expect(compile("web-worker", ["node-worker.ts"], AS_BUNDLER)).rejects.toThrow(/'workerData' does not exist/);
  });

  it("compile under bundler, with a page", async () => {
    const files = [...PROGRAM, "page.ts"];
    await compile("bundler", files, AS_BUNDLER);
  });

  it("take the schemas of every library, and give what they say to handlers and callers", async () => {
    await compile("schemas", ["schemas.ts"], AS_NODE);
  });

  it("fail for what the package does not have", async () => {
    const wrong = 'import { nothing } from "sluice";\nimport { none } from "sluice/nothing";\nnothing(none);\n';
    writeFileSync(join(folder, "wrong.ts"), wrong);
    const compiled = compile("wrong", ["wrong.ts"], AS_NODE);
    await expect(compiled).rejects.toThrow(/TS2305[\s\S]*TS2307|TS2307[\s\S]*TS2305/);
  });
});

/** Each installed, if it is missing, when it is asked for. */
const runtimes = {
  Node: () => [node, "compiled/"],
  Deno: () => [ensureRuntime("deno"), "run", "--allow-all", "--quiet", "--node-modules-dir=manual", ""],
  Bun: () => [ensureRuntime("bun"), "run", ""],
} as const;

describe.each(Object.entries(runtimes))("In %s", (name, commandOf) => {
  /** The command that runs a file, compiled or as it is. */
  const command = (file: string): [string, string[]] => {
    const [program, ...rest] = commandOf();
    const prefix = rest.pop() as string;
    return [program as string, [...rest, `${prefix}${file}.${name === "Node" ? "js" : "ts"}`]];
  };

  it("a program talks to a port, a worker and a child process", async () => {
    const [program, args] = command("main");
    const [child, childArgs] = command("child");
    const printed = await run(program, [...args, child, ...childArgs], folder);
    expect(JSON.parse(printed)).toEqual({ port: USED, worker: USED, child: USED });
  });

  it("every entry can be imported, and exports something", async () => {
    const printed = JSON.parse(await run(...command("every"), folder));
    expect(Object.keys(printed)).toEqual(entries.map((entry) => entry.name));
    for (const [entry, exported] of Object.entries(printed)) expect(exported, entry).not.toEqual([]);
  });
});

describe("A page that Vite has built", () => {
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    await run(vite(), ["build", "--outDir", "built", "--logLevel", "warn"], folder);
    server = await serve({ folder: join(folder, "built") });
  }, 120_000);
  afterAll(() => server?.close());

  it.for(browserNames)("talks to its worker in %s", async (name, { skip }) => {
    const browser = await openBrowser(name).catch((error: unknown) => {
      if (!(error instanceof BrowserMissing) || process.env["CI"] === "true") throw error;
      return skip(error.message);
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/index.html`);
      expect(await page.evaluate(() => (globalThis as unknown as { used: Promise<unknown> }).used)).toEqual(USED);
    } finally {
      await browser.close();
    }
  });
});
