/**
 * What keeps a process and a worker alive, and what does not: each script is a process of its own, which must end by
 * itself, with no rejection unhandled.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

interface Ended {
  readonly code: number | null;
  /** What the script said, line by line. */
  readonly said: readonly unknown[];
}

function run(script: string, ...args: string[]): Promise<Ended> {
  const path = fileURLToPath(new URL(`../fixtures/scripts/${script}.mjs`, import.meta.url));
  const flags = ["--expose-gc", "--unhandled-rejections=strict"];
  const child = spawn(process.execPath, [...flags, path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const said = output.split("\n").filter((line) => line !== "");
      resolve({ code, said: said.map((line) => JSON.parse(line)) });
    });
  });
}

for (const kind of ["port", "worker"]) {
  describe(kind, () => {
    it("an idle channel does not keep the process alive", async () => {
      expect(await run("idle", kind)).toEqual({ code: 0, said: [["hello"]] });
    });

    it("an open stream does", async () => {
      expect(await run("open-stream", kind)).toEqual({ code: 0, said: [[0, 1]] });
    });

    it("a write that waits does, and the close behind it", async () => {
      expect(await run("blocked-write", kind)).toEqual({ code: 0, said: ["closed"] });
    });

    it("a pending call does", async () => {
      expect(await run("pending-call", kind)).toEqual({ code: 0, said: ["late answer"] });
    });

    it("ref() does, until unref()", async () => {
      expect(await run("ref", kind, "ref")).toEqual({ code: 0, said: ["still here"] });
    });

    it("a channel that was closed leaves nothing that runs", async () => {
      const { code, said } = await run("close", kind, "close");
      expect({ code, said }).toEqual({ code: 0, said: kind === "worker" ? ["closed", { worker: 0 }] : ["closed"] });
    });

    it("a channel that was aborted leaves nothing that runs, and no rejection", async () => {
      const { code, said } = await run("close", kind, "abort");
      expect({ code, said }).toEqual({ code: 0, said: kind === "worker" ? ["closed", { worker: 0 }] : ["closed"] });
    });

    it("a channel that was closed or aborted before the two have met leaves nothing that runs", async () => {
      const said = kind === "worker" ? ["closed", { worker: 0 }] : ["closed"];
      expect(await run("close-early", kind, "close")).toEqual({ code: 0, said });
      expect(await run("close-early", kind, "abort")).toEqual({ code: 0, said });
    });

    it("◆ a live for await, and a write that waits, are not collected", async () => {
      expect(await run("collected", kind)).toEqual({ code: 0, said: [[10, 10]] });
    });
  });
}

describe("worker", () => {
  it("unref() lets it go, although a call is under way", async () => {
    expect(await run("ref", "worker", "unref")).toEqual({ code: 0, said: ["let go"] });
  });

  it("◆ a worker whose only activity is a stream does not exit early", async () => {
    expect(await run("worker-follows", "worker")).toEqual({ code: 0, said: [[0, 1, 2, 3, 4]] });
  });

  it("a worker that exits after its close() has lost nothing", async () => {
    const { code, said } = await run("exit-after-close", "worker");
    expect({ code, said }).toEqual({ code: 0, said: [{ code: 0, lost: "CONNECTION_LOST", count: 1000, exact: true }] });
  });

  it("a worker that dies while nobody looks leaves no rejection unhandled", async () => {
    expect(await run("silent-loss", "worker")).toEqual({ code: 0, said: [{ state: "closed", streams: 10 }] });
  });
});
