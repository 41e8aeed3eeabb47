/** The public API in real browsers: each check in a window and in a worker of each. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrowserMissing, openRuntime } from "../realms/mod.mjs";
import { checks, exported, type Outcome } from "./checks.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package by its public names, as a bundler for browsers finds it, but from the source. */
const alias = {
  sluice: here("../../src/mod.ts"),
  "sluice/message-port": here("../../adapters/message-port/mod.ts"),
  "sluice/worker": here("../../adapters/worker/web.ts"),
};

const browsers = ["chromium", "firefox", "webkit"] as const;
const realms = browsers.flatMap((name) => (["window", "worker"] as const).map((scope) => [name, scope] as const));

/** Milliseconds for all checks of one realm: none of them takes long, but the machine may be busy. */
const DEADLINE = 100_000;

let folder: string;
const script = (name: string): string => join(folder, `${name}.js`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-fallbacks-"));
  await build({
    entryPoints: { checks: here("checks.ts"), worker: here("worker.ts") },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    alias,
    logLevel: "silent",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the checks", () => {
  const text = readFileSync(here("checks.ts"), "utf8");
  it.each(Object.entries(exported))("use every export of %s", (_, names) => {
    expect(
      names.filter((name) => !new RegExp(`\\b${name}[(.<]|new ${name}\\b|instanceof ${name}\\b`).test(text)),
    ).toEqual([]);
  });
});

describe.each(realms)("in %s, in a %s", (name, scope) => {
  let outcomes: Outcome[] = [];
  let problem: string | undefined;
  let missing: string | undefined;

  beforeAll(async () => {
    const runtime = await openRuntime(name).catch((error: unknown) => {
      if (!(error instanceof BrowserMissing) || process.env["CI"] === "true") throw error;
      missing = error.message;
    });
    if (runtime === undefined) return;
    try {
      const init = { worker: readFileSync(script("worker"), "utf8") };
      const outcome = await runtime.run({ file: script("checks"), init, scope, deadline: DEADLINE });
      ({ reports: outcomes, problem } = outcome as { reports: Outcome[]; problem?: string });
    } finally {
      await runtime.close();
    }
  }, DEADLINE + 60_000);

  it.for(Object.keys(checks))("%s", (title, { skip }) => {
    if (missing !== undefined) skip(missing);
    const ended = outcomes.find((each) => each.name === title);
    expect(ended ?? problem).toEqual({ name: title });
  });

  it("nothing goes wrong beside them", ({ skip }) => {
    if (missing !== undefined) skip(missing);
    expect(problem).toBe(undefined);
  });
});
