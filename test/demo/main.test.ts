/** `npm run demo:web` as a person runs it: what it prints, and how it refuses. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../examples/web/main.mjs", import.meta.url));
const USAGE = "usage: npm run demo:web -- [--port n]";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function run(...args: string[]): ChildProcess & { output: () => { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return Object.assign(child, { output: () => output });
}

async function ended(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = run(...args);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...child.output() };
}

describe("npm run demo:web", () => {
  it("prints the address where the page is", async () => {
    const child = run("--port", "0");
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout?.once("data", resolve);
      child.once("exit", () => reject(new Error(child.output().stderr)));
    });
    const [url = ""] = line.split(" ");
    const response = await fetch(url);
    expect(await response.text()).toContain("<title>Sluice in a page</title>");
    for (const path of ["page.js", "worker.js", "style.css", "icon.svg"]) {
      expect((await fetch(new URL(path, url))).status).toBe(200);
    }
    expect((await fetch(new URL("package.json", url))).status).toBe(404);
  });

  it("says that a port is in use, and what to do", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const result = await ended("--port", String(port));
    await new Promise((resolve) => server.close(resolve));
    expect(result).toEqual({
      code: 1,
      stdout: "",
      stderr: `sluice: cannot serve on port ${port}: something else listens there; choose another with --port, or --port 0 for any free one\n`,
    });
  });

  it.each([
    [["--prot", "1"], "unknown option '--prot'"],
    [["8080"], "unexpected argument '8080'"],
    [["--port"], "option '--port <value>' argument missing"],
    [["--port", "80a"], "option '--port' needs a whole number from 0 to 65535, got '80a'"],
    [["--port", "65536"], "option '--port' needs a whole number from 0 to 65535, got '65536'"],
  ])("refuses %j", async (args, why) => {
    expect(await ended(...args)).toEqual({ code: 2, stdout: "", stderr: `sluice: ${why}\n${USAGE}\n` });
  });

  it("explains itself", async () => {
    const { code, stdout, stderr } = await ended("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(USAGE);
  });
});
