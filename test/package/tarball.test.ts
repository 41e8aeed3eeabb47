/** What is in the tarball, as those see it who check packages, and in the lists that must agree with its exports. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entries, sources } from "../../scripts/entries.mjs";
import { ensureRuntime } from "../runtimes/ensure.mjs";
import { attempt, node, pack, root, run, tool } from "./packed.ts";

let folder: string;
let tarball: string;
beforeAll(async () => {
  ({ folder, tarball } = await pack());
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string): Record<string, Record<string, unknown>> =>
  JSON.parse(readFileSync(join(root, path), "utf8"));

describe("The tarball", () => {
  it("has what is exported, its types, its documents, and nothing of the tests", async () => {
    const files = (await run("tar", ["-tzf", tarball])).split("\n").map((path) => path.replace("package/", ""));
    for (const source of sources)
      for (const end of [".js", ".d.ts"]) expect(files).toContain(`dist/${source.replace(/\.ts$/, end)}`);
    for (const file of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) expect(files).toContain(file);
    expect(files.filter((file) => !/^(dist|docs)\/|^[\w-]+(\.md|\.json)?$/.test(file))).toEqual([]);
  });

  it("is clean for publint", async () => {
    expect(await attempt(tool("publint"), [tarball, "--strict"])).toMatchObject({
      status: 0,
      output: expect.stringContaining("All good"),
    });
  });

  // ES modules only, by intent: `require` of them is Node's own affair.
  it("has the right types for @arethetypeswrong/cli", async () => {
    const args = [tarball, "--profile", "esm-only", "--format", "json"];
    const { status, stdout } = await attempt(tool("attw"), args);
    const { analysis, problems } = JSON.parse(stdout);
    expect({ status, problems: problems ?? {} }).toMatchObject({ status: 0 });
    for (const { path } of entries) expect(Object.keys(analysis.entrypoints)).toContain(path);
  });
});

describe("JSR", () => {
  it("is told the same entries as npm", () => {
    const { exports = {}, imports = {} } = read("deno.json");
    // Deno is a browser in this: it takes the entry that needs nothing of Node's.
    expect(exports).toEqual(Object.fromEntries(entries.map(({ path, browser }) => [path, `./${browser}`])));
    for (const { name, browser } of entries) expect(imports[name], name).toBe(`./${browser}`);
  });

  it("would take it, without slow types", async () => {
    const { status, output } = await attempt(ensureRuntime("deno"), ["publish", "--dry-run", "--allow-dirty"]);
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringMatching(/Dry run complete/) });
    // Of slow types it says so and fails; of anything else that it dislikes it only warns.
    expect(output).not.toMatch(/warning\[/i);
  });
});

it("TypeScript finds the source of each entry in this project", async () => {
  const config = await run(node, [join(root, "node_modules/typescript/bin/tsc"), "--showConfig"]);
  const paths = JSON.parse(config).compilerOptions.paths as Record<string, string[]>;
  for (const { name, node: source } of entries) {
    const pattern = `${name.slice(0, name.lastIndexOf("/"))}/*`;
    const found = paths[name]?.[0] ?? paths[pattern]?.[0]?.replace("*", name.slice(name.lastIndexOf("/") + 1));
    expect(found, name).toBe(`./${source}`);
  }
});
