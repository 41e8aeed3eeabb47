/** `npm start` builds first, without types: what an earlier build has left in dist of those stays, and of code nothing. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dir, root } from "./run.ts";

it("a build without types keeps the declarations that are there, and no code that it did not make", () => {
  const dist = join(dir, "dist");
  mkdirSync(join(dist, "src"), { recursive: true });
  const [kept, gone] = [
    ["src/mod.d.ts", "errors-XXXXXXXX.d.ts"],
    ["chunk-XXXXXXXX.js", "chunk-XXXXXXXX.js.map", "src/old.js"],
  ];
  for (const name of [...kept, ...gone, "src/mod.js"]) writeFileSync(join(dist, name), "old");
  execFileSync("npx", ["--no-install", "tsup", "--no-dts", "--out-dir", dist], { cwd: root });
  for (const name of kept) expect(existsSync(join(dist, name)), name).toBe(true);
  for (const name of gone) expect(existsSync(join(dist, name)), name).toBe(false);
  expect(existsSync(join(dist, "src/mod.js"))).toBe(true);
});
