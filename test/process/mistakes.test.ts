/** What goes wrong on the first day: the message says what to do. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { spawn } from "sluice/process";
import { expect, it, onTestFinished } from "vitest";
import { run, script } from "./runtimes.ts";

function file(text: string): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "sp-"));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  const name = path.join(directory, "child.mjs");
  fs.writeFileSync(name, text);
  return name;
}

it.each([
  ["a string", "child.mjs"],
  ["options", { cwd: "." }],
  ["a list with what is no string", ["child.mjs", 5]],
])("spawn() with %s in place of the arguments is a TypeError, and spawns nothing", async (_, args) => {
  await expect(spawn("node", args as never)).rejects.toMatchObject({
    name: "TypeError",
    code: "BAD_OPTION",
    message: expect.stringContaining("list of strings"),
  });
});

it("spawn() with what is no command, or no options, is a TypeError, and spawns nothing", async () => {
  for (const given of [[5], [undefined], ["node", [], null], ["node", [], 5]] as unknown[][]) {
    const spawned = (spawn as (...given: unknown[]) => Promise<unknown>)(...given);
    await expect(spawned).rejects.toMatchObject({ name: "TypeError", code: "BAD_OPTION" });
  }
});

it("a command with its arguments in it is not there: the message says where they go", async () => {
  await expect(spawn("node child.mjs")).rejects.toMatchObject({
    code: "SPAWN_FAILED",
    message: expect.stringContaining("arguments go in a list of their own"),
  });
});

it("a child that cannot be loaded fails the start with what its runtime says, its first line included", async () => {
  await expect(spawn(process.execPath, [file('import "no-such-package";')])).rejects.toMatchObject({
    code: "EXITED_EARLY",
    message: expect.stringContaining("Cannot find package 'no-such-package'"),
  });
});

it("a signal that there is none of is a TypeError, and sends nothing", async () => {
  const { command, args } = script("node", "worker.mjs");
  const worker = await spawn(command, args);
  onTestFinished(() => worker.close());
  for (const signal of ["SIGFOO", "sigterm", 999, -1, null]) {
    expect(() => worker.kill(signal as never)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "BAD_OPTION",
        message: expect.stringMatching(/^Cannot send the signal .*"SIGTERM"/),
      }),
    );
  }
  expect(worker.kill(0)).toBe(true);
  expect(await worker.call("add", [1, 2])).toBe(3);
});

it("a child that was not started by spawn says so, and exits with 1", () => {
  const { command, args } = script("node", "worker.mjs");
  const { status, stderr } = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  expect(stderr).toMatch(/start this program by spawn\(\)/);
  expect(status).toBe(1);
});

it("a child that looks for its parent on another channel says so, and the parent quotes it", async () => {
  const { command, args } = script("node", "worker.mjs", "stdio");
  await expect(spawn(command, args, { control: "fd", stdout: "ignore" })).rejects.toMatchObject({
    code: "EXITED_EARLY",
    message: expect.stringMatching(/exited with code 1(.|\n)*the same option control/),
  });
});

it("a parent that kills its idle child with SIGKILL may wait for its end", async () => {
  const directory = path.dirname(file(""));
  expect(await run(script("node", "short-parent.mjs", "kill", directory), 10_000)).toBe("SIGKILL\n");
});
