/** What a parent does to a child that would rather not, in every runtime. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Command, type Runtime, run, script } from "./runtimes.ts";

let directory = "";
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "sp-"));
});
afterEach(() => {
  expect(fs.readdirSync(directory)).toEqual([]);
  fs.rmdirSync(directory);
});

const outcome = async (command: Command): Promise<unknown> => JSON.parse(await run(command, 20_000));
const killed = { code: null, signal: "SIGKILL" };

describe.each<Runtime>(["node", "deno", "bun"])("A parent in %s", (runtime) => {
  const parent = (what: string): Promise<unknown> => outcome(script(runtime, "harsh-parent.mjs", what, directory));

  it.each(["closes", "aborts"])("%s, and a child that is deaf to SIGTERM is killed", async (what) => {
    expect(await parent(what)).toEqual(killed);
  });

  it("sends as many signals as it likes, and what the child makes of them is up to the child", async () => {
    expect(await parent("signals")).toEqual({
      sent: [true, true, true, true],
      exit: { code: 5, signal: null },
      later: false,
    });
  });

  it("floods, and a child that leaves 16 MiB of control unread is given up", async () => {
    expect(await parent("floods")).toContain("unread");
  });

  it("fails from a working directory that is gone, and learns of it once", async () => {
    expect(await parent("fails from nowhere")).toBe("SOCKET_FAILED");
  });
});

describe("A parent in Deno that may not do all", () => {
  const parent = (what: string, ...allowed: string[]): Promise<unknown> => {
    const { command, args } = script("deno", "harsh-parent.mjs", what, directory);
    return outcome({ command, args: ["run", "--no-prompt", ...allowed, ...args.slice(args.indexOf("--quiet"))] });
  };
  const all = ["run", "env", "sys", "read", "write", "net"];

  it.each(["closes", "aborts"])(
    "%s, and a child that is deaf to SIGTERM is killed: with --allow-run=node",
    async (what) => {
      const others = all.filter((each) => each !== "run").map((each) => `--allow-${each}`);
      expect(await parent(what, "--allow-run=node", ...others)).toEqual(killed);
    },
  );

  it.each([
    ["env", "SPAWN_FAILED"],
    ["sys", "SOCKET_FAILED"],
    ["read", "SOCKET_FAILED"],
    ["write", "SOCKET_FAILED"],
    ["net", "SOCKET_FAILED"],
  ])("fails without --allow-%s, and leaves nothing", async (missing, code) => {
    const others = all.filter((each) => each !== missing).map((each) => `--allow-${each}`);
    expect(await parent("fails", ...others)).toBe(code);
  });
});
