/** One program, transpiled once and not touched again, in every runtime that has no window. */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureRuntime } from "../runtimes/ensure.mjs";

const APP = fileURLToPath(new URL("./app", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BODY = Buffer.concat([randomBytes(1_000_000), Buffer.alloc(4_000_000, "sluice ")]);
const DIGEST = createHash("sha256").update(BODY).digest("hex");

const HITS = Array.from({ length: 1000 }, (_, id) => `row ${id}`).filter((text) => text.includes("99"));

/** Each is installed, if it is missing, when the file is loaded. */
const commands: Readonly<Record<string, readonly string[]>> = {
  "Node, this one": [process.execPath],
  "Node 24": [ensureRuntime("node24")],
  Deno: [ensureRuntime("deno"), "run", "--allow-all", "--quiet"],
  Bun: [ensureRuntime("bun"), "run"],
};

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-everywhere-"));
  for (const file of readdirSync(APP)) {
    const source = readFileSync(join(APP, file), "utf8");
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: file });
    writeFileSync(join(folder, file.replace(/ts$/, "js")), outputText);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: { sluice: "*" } }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules", "sluice"));
  server = createServer((_, response) => {
    response.writeHead(200, { digest: DIGEST });
    response.end(BODY);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("main.ts and worker.ts, unchanged", () => {
  it.each(Object.keys(commands))("run in %s", async (name) => {
    const [command, ...args] = commands[name] as [string, ...string[]];
    const { code, stdout, stderr } = await output(command, [...args, join(folder, "start.js"), url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      sent: DIGEST,
      digest: DIGEST,
      inserted: 1000,
      hits: HITS,
      total: 5050,
      late: "too late",
    });
  });
});

/** What a child printed, once it has ended by itself. */
function output(command: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], timeout: 25_000 });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
