/**
 * The example with a worker in Python, where it cannot go on: one line, and both processes are gone. (A run ends when all
 * that have its stderr are, which Python has as well.)
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { withPython } from "../python/python.ts";
import { dir, root, run } from "./run.ts";

const program = join(root, "examples/python/main.mjs");

withPython("The example in Python", () => {
  it("says in one line that a file cannot be read, and ends", async () => {
    const nowhere = join(dir, "nowhere");
    const refused = {
      [nowhere]: "ENOENT: no such file or directory",
      [dir]: "EISDIR: illegal operation on a directory",
    };
    for (const [path, why] of Object.entries(refused)) {
      const { code, stderr } = await run([path], { program });
      expect(stderr).toMatch(/^[^\n]+\n$/);
      expect(stderr).toContain(`cannot send ${path}: ${why}`);
      expect(code).toBe(1);
    }
  });

  it("says in one line that its parent was killed, whatever is on the way", async () => {
    const { stderr } = await run([], { program: join(root, "test/cli/deaf-parent.mjs") });
    expect(stderr).toBe("CONNECTION_LOST: The parent is gone\n");
  });
});
