/** The README's examples, and the guide's, are run as they stand there, the first on a real file over loopback. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examples, readme, root } from "./pages.ts";

// The first file that is in every checkout and large enough to take many chunks.
const input = join(root, "node_modules/typescript/lib/typescript.js");

let folder: string;
beforeAll(() => {
  // Inside the checkout, where "sluice" is the package itself.
  folder = mkdtempSync(join(root, "test/readme/.run-"));
  for (const { name, text } of examples) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the example gzips a response body in a worker, and ends", async () => {
  expect(examples.map(({ name }) => name)).toEqual([
    "main.mjs",
    "worker.mjs",
    "parent.mjs",
    "child.mjs",
    "typed.ts",
    "values.mjs",
    "trace.mjs",
    "fill.mjs",
    "index.mjs",
  ]);
  const server = createServer((_request, response) => createReadStream(input).pipe(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const out = join(folder, "out.gz");
  const child = spawn(process.execPath, [join(folder, "main.mjs"), `http://127.0.0.1:${port}/`, out], {
    timeout: 30_000,
    stdio: "inherit",
  });
  const [code] = await once(child, "exit");
  server.close();
  expect(code).toBe(0);
  expect(gunzipSync(readFileSync(out)).equals(readFileSync(input))).toBe(true);
});

test("the typed example compiles as it stands, and prints what it says", { timeout: 60_000 }, async () => {
  const path = join(folder, "typed.ts");
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([path], { ...options, isolatedDeclarations: false, declaration: false });
  const found = ts.getPreEmitDiagnostics(program);
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  const script = path.replace(/ts$/, "mjs");
  writeFileSync(script, ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions: options }).outputText);
  const child = spawn(process.execPath, [script], { timeout: 30_000, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (text) => {
    printed += text;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  expect(printed.trim().split("\n")).toEqual(["3", "hit0", "hit1", "hit2", "-32602 [ 'rows', 0, 'id' ]", "2"]);
});

/** What an example prints, line by line, once it has ended by itself. */
async function printed(name: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, name)], { timeout: 30_000 });
  return stdout.trimEnd().split("\n");
}

test("the example of streams as values prints what it says, and ends", async () => {
  expect(await printed("values.mjs")).toEqual(["{ length: 11 }", "four"]);
});

test("the example of trace prints what it says, and ends", async () => {
  const lines = await printed("trace.mjs");
  expect(lines.slice(0, 4)).toEqual(["sent $/hello", "received $/hello", "sent add", "received 3"]);
});

test("the example of the default stream fills an index, and ends", async () => {
  const child = spawn(process.execPath, [join(folder, "fill.mjs")], {
    timeout: 30_000,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  const [code] = await once(child, "close");
  expect({ code, output }).toEqual({ code: 0, output: "{ rows: 1000, complete: true }\n" });
});

test("the README has 250 lines at most", () => {
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(250);
});
