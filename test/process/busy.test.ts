/**
 * `kill -9` of the child or of the parent at a random moment of a busy session, its start included: the survivor settles
 * everything, what it got is an exact prefix, and of both nothing is left once the next has started.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Random } from "../simulation/random.ts";
import { script } from "./runtimes.ts";

/** 20; by `npm run test:full` 200. To see one again: SLUICE_KILLS=1 SLUICE_FIRST_SEED=its number. */
const KILLS = Number(process.env["SLUICE_KILLS"] ?? 20);
const FIRST = Number(process.env["SLUICE_FIRST_SEED"] ?? 1);
const seeds = Array.from({ length: KILLS }, (_, at) => FIRST + at);
/** The latest moments, in milliseconds: from the start of the parent, and from when the session is busy. */
const STARTING = 500;
const BUSY = 300;

interface Report {
  readonly wrong?: readonly string[];
  readonly unsettled?: readonly string[];
  readonly seen?: Readonly<Record<string, number>>;
  readonly exit?: { readonly code: number | null; readonly signal: string | null };
  /** The session has not come about. */
  readonly failed?: string;
}

/** Everything of these tests has its name: the directory of the sockets, and every process in its arguments. */
let directory = "";
const total: Record<string, number> = {};

beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "sp-"));
});
afterAll(() => {
  expect(fs.readdirSync(directory)).toEqual([]);
  fs.rmdirSync(directory);
});

interface Session {
  readonly parent: ChildProcess;
  readonly exited: Promise<unknown[]>;
  /** Resolves with whether it has become busy, or has ended before. */
  readonly busy: Promise<boolean>;
}

function start(): Session {
  const { command, args } = script("node", "busy.mjs", "parent", directory);
  const parent = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(parent, "exit");
  onTestFinished(() => {
    for (const pid of processes()) process.kill(pid, "SIGKILL");
  });
  const { stdout } = parent;
  const busy = Promise.race([once(stdout, "data").then(() => true), exited.then(() => false)]);
  return { parent, exited, busy };
}

/** Those that run, by the directory's name in their arguments. */
function processes(): number[] {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(directory);
    } catch {
      return false;
    }
  });
}

async function noProcessIsLeft(): Promise<void> {
  const end = Date.now() + 10_000;
  while (processes().length > 0 && Date.now() < end) await sleep(20);
  expect(processes()).toEqual([]);
}

/** Once a session has begun, there are its own connections only. */
function nothingOfOthersIsLeft(pid: number | undefined): void {
  expect(fs.readdirSync(directory)).toEqual([]);
  const sockets = fs.readFileSync("/proc/net/unix", "utf8").split("\n");
  const ours = sockets.filter((line) => line.includes(`${directory}/`));
  expect(ours.filter((line) => !line.includes(`/sluice-${pid}-`))).toEqual([]);
}

function takeReport(side: "parent" | "child"): Report | undefined {
  const file = `${directory}.${side}`;
  if (!fs.existsSync(file)) return undefined;
  const report = JSON.parse(fs.readFileSync(file, "utf8")) as Report;
  fs.rmSync(file);
  return report;
}

function check(report: Report | undefined): void {
  expect(report).toMatchObject({ wrong: [], unsettled: [] });
  for (const [key, count] of Object.entries(report?.seen ?? {})) total[key] = (total[key] ?? 0) + count;
}

describe.runIf(process.platform === "linux")("kill -9 of a busy session", () => {
  it.each(seeds)("settles everything, loses nothing that came and leaves nothing: seed %i", async (seed) => {
    const random = new Random(seed);
    const { parent, exited, busy } = start();
    const isBusy = random.chance(0.8);
    if (isBusy) {
      expect(await busy).toBe(true);
      nothingOfOthersIsLeft(parent.pid);
      await sleep(random.int(0, BUSY));
    } else await sleep(random.int(0, STARTING));
    const child = processes().find((pid) => pid !== parent.pid);
    if (child !== undefined && random.chance(0.5)) {
      process.kill(child, "SIGKILL");
      expect(await exited).toEqual([0, null]);
      const report = takeReport("parent");
      if (isBusy || report?.failed === undefined) {
        check(report);
        expect(report?.exit).toEqual({ code: null, signal: "SIGKILL" });
      } else expect(report.failed).toBe("EXITED_EARLY");
    } else {
      parent.kill("SIGKILL");
      await exited;
      await noProcessIsLeft();
      const report = takeReport("child");
      if (isBusy || report !== undefined) check(report);
    }
    await noProcessIsLeft();
  });

  it("leaves nothing once the next has started", async () => {
    const { parent, exited, busy } = start();
    expect(await busy).toBe(true);
    nothingOfOthersIsLeft(parent.pid);
    parent.kill("SIGKILL");
    await exited;
    await noProcessIsLeft();
    check(takeReport("child"));
    // They were busy: of a few alone that cannot be told.
    if (KILLS >= 20) for (const key of ["chunks", "calls", "data", "ended"]) expect(total[key], key).toBeGreaterThan(0);
  });
});
