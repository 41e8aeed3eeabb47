/** Children that are not of Sluice: what they may do, and how their mistakes are told. */
import { setTimeout as sleep } from "node:timers/promises";
import { spawn, type WorkerProcess } from "sluice/process";
import { describe, expect, it, onTestFinished } from "vitest";
import { script } from "./runtimes.ts";

async function start(what: string): Promise<WorkerProcess> {
  const { command, args } = script("node", "scripted-child.mjs", what);
  const worker = await spawn(command, args);
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  return worker;
}

describe("A child of another make", () => {
  it.each(["has two connections", "has one connection", "comes before its hello"])(
    "that %s is met for good",
    async (what) => {
      const worker = await start(what);
      await sleep(200);
      expect(await worker.call("hello")).toBe("hello");
    },
  );

  it.each([
    ["has no pid", "pid"],
    ["has a pid that is none", "pid"],
    ["has an empty path", "path"],
    ["has a path that is not absolute", "path"],
    ["has a path with a zero in it", "path"],
  ])("that %s is refused", async (what, key) => {
    await expect(start(what)).rejects.toMatchObject({
      code: "BAD_MESSAGE",
      message: expect.stringContaining(`data.${key}`),
    });
  });

  // It hangs up as well, and exits: that is not why.
  it("that does not prove itself is refused for that", async () => {
    await expect(start("proves nothing")).rejects.toMatchObject({ code: "BAD_PROOF" });
  });

  it("that listens nowhere is refused for that", async () => {
    await expect(start("listens nowhere")).rejects.toMatchObject({ code: "SOCKET_FAILED" });
  });

  it("that exits before it can be reached has exited early", async () => {
    await expect(start("exits meanwhile")).rejects.toMatchObject({
      code: "EXITED_EARLY",
      message: expect.stringContaining("exited with code 9"),
    });
  });
});
