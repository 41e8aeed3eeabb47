/** The life of a child: how it starts, or does not; how it ends, and what is left of it. */
import { getEventListeners } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { raw } from "sluice/codecs/raw";
import { type SpawnOptions, spawn, type WorkerProcess } from "sluice/process";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { script } from "./runtimes.ts";

let directory = "";
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "sp-"));
});
afterEach(() => {
  // Nothing of any child may be left.
  expect(fs.readdirSync(directory)).toEqual([]);
  fs.rmdirSync(directory);
});

async function start(besides = "", options: SpawnOptions = {}): Promise<WorkerProcess> {
  const { command, args } = script("node", "worker.mjs", options.control ?? "stdio", besides);
  const worker = await spawn(command, args, { directory, ...options });
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  return worker;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

/** Milliseconds until it settles. */
async function time(promise: Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await settled(promise);
  return performance.now() - begin;
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe("A start", () => {
  it("gives the pid, and leaves no directory", async () => {
    const worker = await start();
    expect(await worker.call("pid")).toBe(worker.pid);
    expect(fs.readdirSync(directory)).toEqual([]);
    await worker.close();
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("fails with the name of a command that is not there", async () => {
    await expect(spawn("/no/such/program", [], { directory })).rejects.toMatchObject({
      code: "SPAWN_FAILED",
      message: expect.stringMatching(/"\/no\/such\/program".*ENOENT/),
    });
  });

  it("fails where the working directory is not there", async () => {
    await expect(start("", { cwd: "/no/such/directory" })).rejects.toMatchObject({ code: "SPAWN_FAILED" });
  });

  it("fails at once with the exit code and last words of a child that exits at once", async () => {
    const promise = start("exit at once");
    expect(await time(promise)).toBeLessThan(5_000);
    await expect(promise).rejects.toMatchObject({
      code: "EXITED_EARLY",
      message: expect.stringMatching(/exited with code 7(.|\n)*first line\nthe last words/),
    });
  });

  it("fails with what a program has printed to stdout before it exits", async () => {
    for (let count = 0; count < 10; count += 1) {
      await expect(spawn("sh", ["-c", "echo 'Usage: give a file'; exit 2"], { directory })).rejects.toMatchObject({
        code: "EXITED_EARLY",
        message: expect.stringMatching(/exited with code 2(.|\n)*Usage: give a file/),
      });
    }
  });

  it.each([
    ["its outputs", ""],
    ["its stderr alone", ">/dev/null"],
  ])("fails with the last words also where a process of the child's own keeps %s open", async (_, other) => {
    const promise = spawn("sh", ["-c", `sleep 5 ${other} & echo 'no such config' >&2; exit 3`], { directory });
    expect(await time(promise)).toBeLessThan(4_000);
    await expect(promise).rejects.toMatchObject({
      code: "EXITED_EARLY",
      message: expect.stringMatching(/exited with code 3(.|\n)*no such config/),
    });
  });

  it("fails when the child is no program of Sluice", async () => {
    await expect(spawn("true", [], { directory })).rejects.toMatchObject({ code: "EXITED_EARLY" });
    await expect(spawn("cat", [], { directory })).rejects.toMatchObject({
      code: "BAD_MESSAGE",
      message: expect.stringContaining("our own $/hello"),
    });
    await expect(spawn("yes", [], { directory, startTimeout: 300 })).rejects.toMatchObject({ code: "START_TIMEOUT" });
  });

  it("fails after its time, and then the child is gone", async () => {
    const promise = start("never connect", { startTimeout: 700 });
    await expect(promise).rejects.toMatchObject({ code: "START_TIMEOUT", message: expect.stringMatching(/thinking/) });
    const pid = /pid (\d+)/.exec(((await settled(promise)) as Error).message)?.[1];
    expect(isAlive(Number(pid))).toBe(false);
  });

  it("does not happen with a signal that is aborted", async () => {
    const reason = new Error("no");
    await expect(start("", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("is given up when its signal is aborted", async () => {
    const controller = new AbortController();
    const reason = new Error("too slow");
    const promise = settled(start("never connect", { signal: controller.signal }));
    await sleep(200);
    controller.abort(reason);
    expect(await promise).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("with a bad option spawns nothing", async () => {
    await expect(start("", { limits: { calls: -1 } })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(start("", { wrong: 1 } as SpawnOptions)).rejects.toMatchObject({ code: "BAD_OPTION" });
    // It would fail otherwise if it were started.
    const spawned = (options: object): Promise<unknown> => spawn("/no/such/program", [], { directory, ...options });
    for (const options of [{ limits: { nope: 1 } }, { limits: { streams: -1 } }, { handshake: "optional" }]) {
      await expect(spawned(options)).rejects.toMatchObject({ code: "BAD_OPTION" });
    }
    await expect(spawned({ methods: { add: 5 } })).rejects.toMatchObject({ code: "BAD_DEFINITION" });
    await expect(spawned({ streams: { echo: 5 } })).rejects.toMatchObject({ code: "BAD_DEFINITION" });
    await expect(spawned({ data: { codec: 5 } })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("takes a directory that is relative to ours, wherever the child works", async () => {
    const cwd = path.dirname(fileURLToPath(import.meta.url));
    const worker = await start("", { directory: path.relative(process.cwd(), directory), cwd });
    expect(await worker.call("add", [1, 2])).toBe(3);
    await worker.close();
  });

  it("passes what the child has in the environment on as it is, and no secret", async () => {
    const env = { PATH: process.env["PATH"], ONLY: "this" };
    const worker = await start("", { env });
    const told = (await worker.call("env")) as { env: Record<string, string>; argv: string[] };
    expect(told.env).toEqual(env);
    expect(told.argv.slice(2)).toEqual(["stdio", ""]);
    await worker.close();
  });

  it("removes what a parent that was killed has left", async () => {
    const { command, args } = script("node", "killed-parent.mjs", directory);
    const { spawnSync } = await import("node:child_process");
    spawnSync(command, args, { timeout: 10_000 });
    expect(fs.readdirSync(directory)).toHaveLength(1);
    const worker = await start();
    expect(fs.readdirSync(directory)).toEqual([]);
    await worker.close();
  });
});

describe("What a child prints", () => {
  it("by console goes to stderr", async () => {
    const worker = await start();
    await worker.call("log", { text: "hello" });
    await worker.close();
    expect(await text(worker.stderr)).toBe("hello\nhello\n");
  });

  it("to stdout is told, with a quotation, and the channel lives on", async () => {
    const strays: Error[] = [];
    const worker = await start("print first", { onStray: (error) => strays.push(error) });
    await worker.call("print", { text: "oh\n[INFO] dear\n" });
    await worker.call("print", { text: "no end of line" });
    expect(await worker.call("add", [1, 2])).toBe(3);
    expect(strays).toEqual(
      ["before the link", "oh", "[INFO] dear", "no end of line"].map((line) =>
        expect.objectContaining({ code: "STRAY_LINE", message: expect.stringContaining(JSON.stringify(line)) }),
      ),
    );
    await worker.close();
  });

  it("to stdout goes to stderr where nobody asks for it", async () => {
    const worker = await start();
    await worker.call("print", { text: "oh\n" });
    await worker.close();
    expect(await text(worker.stderr)).toBe("oh\n");
  });

  it("to stdout is its own with control on a descriptor", async () => {
    const worker = await start("print first", { control: "fd", stdout: "ignore" });
    await worker.call("print", { text: '{"jsonrpc":"2.0","id":1}\n' });
    expect(await worker.call("add", [1, 2])).toBe(3);
    await worker.close();
  });

  it("without an end of line is borne up to 4 MiB", async () => {
    const worker = await start();
    worker.notify("print", { text: "x", times: 3_900_000 });
    expect(await worker.call("add", [1, 2])).toBe(3);
    worker.notify("print", { text: "x", times: 9_000_000 });
    await expect(worker.closed).rejects.toMatchObject({ code: "LINE_TOO_LONG" });
    await worker.exited;
  });

  it("never holds it up while nobody reads it", async () => {
    const worker = await start();
    for (let count = 0; count < 20; count += 1) await worker.call("fail", { text: "x".repeat(100_000) });
    await worker.call("fail", { text: "end" });
    await worker.close();
    const kept = await text(worker.stderr);
    expect(kept).toHaveLength(64 * 1024);
    expect(kept.endsWith("xend")).toBe(true);
  });
});

describe("The end", () => {
  it("waits for what is under way", async () => {
    const worker = await start();
    const busy = worker.call("busy", { ms: 300 });
    await sleep(50);
    const closed = worker.close();
    expect(await busy).toBe(null);
    await closed;
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("waits for a call and a stream that were begun in the same turn", async () => {
    const worker = await start();
    const call = worker.call("add", [1, 2]);
    const { readable, writable } = worker.openStream("echo");
    const writer = writable.getWriter();
    const written = writer.write("sent").then(() => writer.close());
    const closed = worker.close();
    const chunks: unknown[] = [];
    for await (const chunk of readable) chunks.push(chunk);
    expect(chunks).toEqual(["sent"]);
    expect(await call).toBe(3);
    await written;
    await closed;
  });

  it("aborts what is not done in its time", async () => {
    const worker = await start("", { shutdown: { finish: 200 } });
    const call = settled(worker.call("never"));
    await worker.call("pid");
    await expect(worker.close()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await call).toMatchObject({ name: "TimeoutError" });
    expect(isAlive(worker.pid)).toBe(false);
  });

  it("comes by SIGTERM for a child that does not exit by itself", async () => {
    const worker = await start("linger", { shutdown: { exit: 200 } });
    const took = await time(worker.close());
    expect(await worker.exited).toEqual({ code: null, signal: "SIGTERM" });
    expect(took).toBeGreaterThan(190);
    expect(took).toBeLessThan(2_000);
  });

  it("comes by SIGKILL for one that is deaf to that", async () => {
    const worker = await start("", { shutdown: { exit: 100, terminate: 200 } });
    await worker.call("deaf");
    const took = await time(worker.close());
    expect(await worker.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(took).toBeGreaterThan(290);
    expect(took).toBeLessThan(2_000);
  });

  it("comes with abort(), for a deaf child as well", async () => {
    const worker = await start("", { shutdown: { terminate: 100 } });
    await worker.call("deaf");
    const reason = new Error("enough");
    worker.abort(reason);
    await expect(worker.closed).rejects.toBe(reason);
    expect(await worker.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("comes with its signal, which is then left alone", async () => {
    const controller = new AbortController();
    const worker = await start("", { signal: controller.signal });
    const call = settled(worker.call("never"));
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await call).toBe(reason);
    await worker.exited;
    const other = await start("", { signal: new AbortController().signal });
    const { signal } = new AbortController();
    await other.close();
    const third = await start("", { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await third.close();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("comes when the child closes the channel", async () => {
    const worker = await start();
    await worker.call("closeChannel");
    await worker.closed;
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    await worker.close();
  });

  it("of a child that exits fails what is under way, and says how", async () => {
    const worker = await start();
    const call = settled(worker.call("never"));
    await worker.call("fail", { text: "the last words\n" });
    await worker.call("exit", { code: 5 });
    expect(await call).toMatchObject({ code: "CONNECTION_LOST" });
    await expect(worker.closed).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringMatching(/exited with code 5(.|\n)*the last words/),
    });
    await expect(worker.close()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("of a child that is killed leaves an exact prefix to its reader", async () => {
    const worker = await start();
    const { readable, writable } = worker.openStream("echo", { codec: raw() });
    const writer = writable.getWriter();
    const sending = (async () => {
      for (let number = 0; ; number += 1) await writer.write(new Uint8Array(10_000).fill(number));
    })();
    const reader = readable.getReader();
    let read = 0;
    let failure: unknown;
    try {
      for (;;) {
        const { value } = await reader.read();
        const chunk = value as Uint8Array;
        expect(chunk.length).toBe(10_000);
        expect(chunk[0]).toBe(read % 256);
        expect(chunk[9_999]).toBe(read % 256);
        read += 1;
        if (read === 500) worker.kill("SIGKILL");
      }
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await settled(sending)).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await worker.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("comes for a child that is stopped and leaves 16 MiB of control unread", async () => {
    const worker = await start("", { shutdown: { terminate: 100 } });
    worker.kill("SIGSTOP");
    const text = "x".repeat(100_000);
    for (let count = 0; count < 200 && worker.stats().state === "open"; count += 1) {
      worker.notify("fail", { text });
      await sleep(0);
    }
    await expect(worker.closed).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("unread"),
    });
    expect(await worker.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("comes with disposal, a second later at most", async () => {
    const worker = await start();
    const call = settled(worker.call("never"));
    await worker.call("pid");
    expect(await time(worker[Symbol.asyncDispose]())).toBeLessThan(3_000);
    expect(await call).toMatchObject({ name: "AbortError" });
    expect(isAlive(worker.pid)).toBe(false);
  });

  it("comes when the data connection alone is lost", async () => {
    const worker = await start();
    const call = settled(worker.call("never"));
    await worker.call("cutData");
    expect(await call).toMatchObject({ code: "CONNECTION_LOST", message: expect.stringContaining("data connection") });
    await worker.exited;
  });

  it("comes for a child that leaves a ping unanswered, with a heartbeat, and without one does not", async () => {
    const patient = await start();
    const worker = await start("", { heartbeat: 200, shutdown: { terminate: 100 } });
    await sleep(700);
    expect(worker.stats().state).toBe("open");
    expect(await settled(worker.call("busy", { ms: 5_000 }))).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await worker.exited).toEqual({ code: null, signal: "SIGTERM" });
    await patient.call("busy", { ms: 700 });
    await patient.close();
  });

  it("of the parent ends the child", async () => {
    const { spawn: plainSpawn } = await import("node:child_process");
    const { command, args } = script("node", "short-parent.mjs", "stay", directory);
    const parent = plainSpawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (data) => resolve(Number(data))));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    for (let tries = 0; tries < 50 && isAlive(pid); tries += 1) await sleep(100);
    expect(isAlive(pid)).toBe(false);
  });
});

describe("The process of the parent", () => {
  it.each(["node", "deno", "bun"] as const)("ends by itself beside an idle child, in %s", async (runtime) => {
    const { run } = await import("./runtimes.ts");
    const begin = performance.now();
    const pid = Number(await run(script(runtime, "short-parent.mjs", "idle", directory), 10_000));
    expect(performance.now() - begin).toBeLessThan(5_000);
    for (let tries = 0; tries < 50 && isAlive(pid); tries += 1) await sleep(100);
    expect(isAlive(pid)).toBe(false);
  });

  it.each(["node", "deno", "bun"] as const)(
    "waits for a call, and in close() for the child, in %s",
    async (runtime) => {
      const { run } = await import("./runtimes.ts");
      expect(await run(script(runtime, "short-parent.mjs", "call", directory), 10_000)).toBe("answered\nSIGTERM\n");
    },
  );
});

describe.each(["node", "deno", "bun"] as const)("The process of a parent whose child is gone, in %s,", (runtime) => {
  it.each(["fail", "close", "abort"])("does not wait for a process of that child's own: %s", async (what) => {
    const { run } = await import("./runtimes.ts");
    // Milliseconds from the end of the child to that of its parent.
    expect(Number(await run(script(runtime, "left-parent.mjs", what, directory), 20_000))).toBeLessThan(3_000);
  });

  it("reads its last words to their end", async () => {
    const { run } = await import("./runtimes.ts");
    expect(await run(script(runtime, "left-parent.mjs", "read", directory), 20_000)).toBe("60000");
  });
});

describe("The process of a parent that aborts", () => {
  it.each(["node", "deno", "bun"] as const)("goes on until the child has ended, in %s", async (runtime) => {
    const { run } = await import("./runtimes.ts");
    expect(await run(script(runtime, "short-parent.mjs", "abort", directory), 10_000)).toBe("SIGTERM\n");
  });
});

describe("parentLink()", () => {
  it("may be called once, and not without a parent", async () => {
    const { spawnSync } = await import("node:child_process");
    const { command, args } = script("node", "no-parent.mjs");
    const { stdout } = spawnSync(command, args, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
    expect(stdout).toBe("NO_PARENT\nNO_PARENT\n");
  });
});
