/** The page's sources have a `tsconfig.json` of their own, for they know `sluice/worker` as browsers do. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { ensureInstalled } from "../runtimes/ensure.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("examples/web has no type errors", () => {
  ensureInstalled(`${root}examples/web`);
  const args = [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}examples/web`];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
