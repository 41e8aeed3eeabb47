/** The examples of threads and ports in README and guide, as they stand there, where the platform lacks what WebKit lacks. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examples, root } from "./pages.ts";

const lacking = pathToFileURL(join(root, "test/fixtures/as-webkit.mjs")).href;

let folder: string;
beforeAll(() => {
  // Inside the checkout, where "sluice" is the package itself.
  folder = mkdtempSync(join(root, "test/readme/.run-"));
  for (const { name, text } of examples) {
    const isTyped = name.endsWith(".ts");
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    const script = isTyped ? ts.transpileModule(text, { compilerOptions }).outputText : text;
    writeFileSync(join(folder, name.replace(/\.ts$/, ".mjs")), script);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What an example prints, line by line, once it has ended by itself. Its workers inherit what Node was told. */
async function printed(name: string, ...args: string[]): Promise<string[]> {
  const command = ["--import", lacking, join(folder, name), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 30_000 });
  return stdout.trimEnd().split("\n");
}

test("the first example gzips a response body in a worker", async () => {
  const body = "sluice ".repeat(500_000);
  const server = createServer((_request, response) => response.end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const out = join(folder, "out.gz");
  await printed("main.mjs", `http://127.0.0.1:${port}/`, out);
  server.close();
  expect(gunzipSync(readFileSync(out)).toString() === body).toBe(true);
});

test.each([
  ["typed.mjs", ["3", "hit0", "hit1", "hit2", "-32602 [ 'rows', 0, 'id' ]", "2"]],
  ["values.mjs", ["{ length: 11 }", "four"]],
  ["fill.mjs", ["{ rows: 1000, complete: true }"]],
])("%s prints what it says", async (name, lines) => {
  expect(await printed(name)).toEqual(lines);
});

test("the platform does lack it", async () => {
  writeFileSync(
    join(folder, "lacks.mjs"),
    `console.log(Symbol.asyncIterator in ReadableStream.prototype, typeof ReadableStream.from, typeof Symbol.asyncDispose, typeof crypto.randomUUID);`,
  );
  expect(await printed("lacks.mjs")).toEqual(["false undefined undefined undefined"]);
});
