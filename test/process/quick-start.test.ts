/** The README's quick start for processes, pasted as it stands, between every two runtimes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { examples, root } from "../readme/pages.ts";
import { type Command, run, runtimes } from "./runtimes.ts";

const TIME = 30_000;
const all = ["node", "deno", "bun"] as const;

let folder: string;
beforeAll(() => {
  // Inside the checkout, where "sluice" is the package itself.
  folder = mkdtempSync(join(root, "test/process/.run-"));
  for (const { page, name, text } of examples) if (page === "README.md") writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commandOf = ({ command, args }: Command, file: string): string[] => [command, ...args, join(folder, file)];

for (const parent of all) {
  for (const child of all) {
    it(`works with ${parent} as the parent and ${child} as the child`, async () => {
      const [command = "", ...args] = [
        ...commandOf(runtimes[parent], "parent.mjs"),
        ...commandOf(runtimes[child], "child.mjs"),
      ];
      const printed = await run({ command, args }, TIME);
      // Bun prints an object over several lines.
      expect(printed.replace(/\s+/g, " ").replace(", }", " }").trim()).toBe(
        "{ rows: 1000, sum: 2997000 } BYTES THAT FLOW",
      );
    });
  }
}
