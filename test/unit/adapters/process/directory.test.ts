import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { besideParent, checkLength, Directory, dataPath, sweep } from "../../../../adapters/process/directory.ts";

let base = "";
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), "sd-"));
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync("true").pid;

function leftover(pid: number, name = "AbCd12"): string {
  const directory = path.join(base, `sluice-${pid}-${name}`);
  fs.mkdirSync(directory, { mode: 0o700 });
  return directory;
}

/** Leaves a socket that nobody listens at. */
async function deadSocket(at: string): Promise<void> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(`${at}.tmp`, resolve));
  fs.renameSync(`${at}.tmp`, at);
  await new Promise((resolve) => server.close(resolve));
}

describe("The path of data", () => {
  it("is a socket in the directory", () => {
    expect(dataPath("linux", "/tmp/sluice-1-abcdef", "parent", "")).toBe("/tmp/sluice-1-abcdef/parent");
    expect(dataPath("darwin", "/tmp/sluice-1-abcdef", "child", "")).toBe("/tmp/sluice-1-abcdef/child");
    expect(besideParent("/tmp/sluice-1-abcdef/parent")).toBe("/tmp/sluice-1-abcdef/child");
  });

  it("is a pipe with a random name on Windows, another one for each side", () => {
    const random = "0123456789abcdef0123456789abcdef";
    const parent = dataPath("win32", "", "parent", random);
    expect(parent).toBe(`\\\\.\\pipe\\sluice-${random}`);
    expect(besideParent(parent)).toMatch(/^\\\\\.\\pipe\\sluice-[0-9a-f]{32}$/);
    expect(besideParent(parent)).not.toBe(besideParent(parent));
  });

  it("may have 107 bytes, on macOS 103", () => {
    const rest = "/sluice-12345-XXXXXX/parent".length;
    const of = (length: number): string => `/${"é".repeat((length - rest - 1) / 2)}`;
    expect(() => checkLength("linux", of(106), 12_345)).not.toThrow();
    expect(() => checkLength("linux", `/x${of(106)}`, 12_345)).toThrow(/108 bytes.*at most 107.*option directory/);
    expect(() => checkLength("darwin", of(104), 12_345)).toThrow(/104 bytes.*at most 103/);
    expect(() => checkLength("win32", "x".repeat(500), 12_345)).not.toThrow();
  });
});

describe("The directory", () => {
  it("is new, only its owner's, and has our pid in its name", () => {
    const directory = Directory.make(base);
    const made = path.dirname(directory.path);
    expect(path.basename(made)).toMatch(new RegExp(`^sluice-${process.pid}-`));
    expect(fs.lstatSync(made).mode & 0o777).toBe(0o700);
    expect(fs.readdirSync(made)).toEqual([]);
    directory.remove();
    expect(fs.readdirSync(base)).toEqual([]);
    directory.remove();
  });

  it("is told by its whole path, whatever that of its base is", async () => {
    const directory = Directory.make(path.relative(process.cwd(), base));
    expect(path.dirname(path.dirname(directory.path))).toBe(base);
    directory.remove();
    leftover(deadPid());
    await sweep(path.relative(process.cwd(), base));
    expect(fs.readdirSync(base)).toEqual([]);
  });

  it("is refused before anything is made if a socket's path in it were too long", () => {
    const long = path.join(base, "x".repeat(100));
    fs.mkdirSync(long);
    expect(() => Directory.make(long)).toThrow(expect.objectContaining({ code: "SOCKET_PATH_TOO_LONG" }));
    expect(fs.readdirSync(long)).toEqual([]);
  });

  it("names what hinders it", () => {
    const nowhere = path.join(base, "no");
    expect(() => Directory.make(nowhere)).toThrow(expect.objectContaining({ code: "SOCKET_FAILED" }));
    expect(() => Directory.make(nowhere)).toThrow(nowhere);
  });

  it("is removed with what is ours in it, and with nothing else", () => {
    const directory = Directory.make(base);
    const made = path.dirname(directory.path);
    fs.writeFileSync(path.join(made, "other"), "");
    directory.remove();
    expect(fs.readdirSync(made)).toEqual(["other"]);
  });
});

describe("sweep()", () => {
  it("removes what a dead parent has left", async () => {
    const pid = deadPid();
    await deadSocket(path.join(leftover(pid), "parent"));
    await deadSocket(path.join(leftover(pid, "AbCd34"), "child"));
    leftover(pid, "empty1");
    await sweep(base);
    expect(fs.readdirSync(base)).toEqual([]);
  });

  it("leaves what it may not touch", async () => {
    const pid = deadPid();
    const alive = leftover(process.pid);
    await deadSocket(path.join(alive, "parent"));
    const open = leftover(pid, "mode75");
    fs.chmodSync(open, 0o755);
    fs.writeFileSync(path.join(leftover(pid, "file12"), "parent"), "no socket");
    fs.writeFileSync(path.join(leftover(pid, "more12"), "mine"), "");
    fs.mkdirSync(path.join(base, `sluice-${pid}-toolongname`), { mode: 0o700 });
    fs.mkdirSync(path.join(base, "sluice-test-abcdef"), { mode: 0o700 });
    const target = path.join(base, "target");
    fs.mkdirSync(target, { mode: 0o700 });
    fs.symlinkSync(target, path.join(base, `sluice-${pid}-linked`));
    fs.writeFileSync(path.join(base, `sluice-${pid}-afile1`), "");
    const before = fs.readdirSync(base);
    await sweep(base);
    expect(fs.readdirSync(base)).toEqual(before);
    expect(fs.readdirSync(alive)).toEqual(["parent"]);
  });

  it("leaves a socket that somebody listens at: its owner may live in another container", async () => {
    const directory = leftover(deadPid());
    const server = net.createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(path.join(directory, "parent"), resolve));
    await sweep(base);
    expect(fs.readdirSync(directory)).toEqual(["parent"]);
    await new Promise((resolve) => server.close(resolve));
  });

  it("may be done by many at once", async () => {
    const pid = deadPid();
    for (let count = 10; count < 40; count += 1) await deadSocket(path.join(leftover(pid, `AbCd${count}`), "parent"));
    await Promise.all(Array.from({ length: 8 }, () => sweep(base)));
    expect(fs.readdirSync(base)).toEqual([]);
  });

  it("does not mind that there is no such directory", async () => {
    await sweep(path.join(base, "no"));
  });
});
