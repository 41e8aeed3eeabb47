/** Checks what was asked, before anything is made, and fills in what was not. */
import os from "node:os";
import {
  abortSignal,
  type Check,
  type Checks,
  checkOptions,
  milliseconds,
  object,
  oneOf,
  shown,
} from "../../src/check.ts";
import { mistake } from "../../src/errors.ts";
import { CONNECT, type ConnectOptions } from "../../src/options.ts";
import { checkConnect } from "./check-connect.ts";
import type { ParentLinkOptions, ShutdownTimes, SpawnOptions } from "./types.ts";

const START_TIMEOUT = 10_000;
const SHUTDOWN: Required<ShutdownTimes> = { finish: Number.POSITIVE_INFINITY, exit: 5_000, terminate: 5_000 };

/** What `connect` is given; that a child does not start shows here, with its last words. */
type Connecting = Omit<ConnectOptions, "startTimeout">;
const { startTimeout: _, ...CONNECTING } = CONNECT;

const ofType =
  (type: string): Check =>
  (value) =>
    typeof value === type ? undefined : `pass a ${type}`;
const path: Check = (value) => (typeof value === "string" || value instanceof URL ? undefined : "pass a path");

const CHECKS: Checks<Omit<SpawnOptions, keyof Connecting>> = {
  cwd: path,
  env: object,
  control: oneOf("stdio", "fd"),
  stdin: oneOf("ignore", "inherit"),
  stdout: oneOf("ignore", "inherit"),
  stderr: oneOf("stream", "inherit"),
  directory: ofType("string"),
  startTimeout: milliseconds,
  heartbeat: milliseconds,
  shutdown: object,
  signal: abortSignal,
  onStray: ofType("function"),
};

const TIMES: Checks<ShutdownTimes> = {
  finish: milliseconds,
  exit: milliseconds,
  terminate: milliseconds,
};

const PARENT: Checks<ParentLinkOptions> = {
  control: oneOf("stdio", "fd"),
  heartbeat: milliseconds,
  onStray: ofType("function"),
};

export interface ResolvedSpawn {
  readonly connect: Connecting;
  readonly process: SpawnOptions;
  readonly control: "stdio" | "fd";
  readonly startTimeout: number;
  readonly shutdown: Required<ShutdownTimes>;
}

export function readSpawnOptions(options: SpawnOptions): ResolvedSpawn {
  checkOptions("spawn option", { ...CONNECTING, ...CHECKS }, options);
  checkOptions("spawn option shutdown", TIMES, options.shutdown ?? {});
  const { control = "stdio", startTimeout = START_TIMEOUT, shutdown } = options;
  for (const key of ["stdin", "stdout"] as const) {
    if (options[key] !== undefined && control === "stdio") {
      const why = `the control channel has it, set control to "fd" as well`;
      throw mistake(new TypeError(`Cannot use the spawn option ${key}: ${why}`), "BAD_OPTION");
    }
  }
  const connect = Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(CONNECTING, key)));
  checkConnect(connect);
  return { connect, process: options, control, startTimeout, shutdown: { ...SHUTDOWN, ...defined(shutdown) } };
}

export function checkCommand(command: string, args: readonly string[]): void {
  if (typeof command !== "string") {
    throw mistake(new TypeError("Cannot spawn a process: pass its command, a string"), "BAD_OPTION");
  }
  if (Array.isArray(args) && args.every((arg) => typeof arg === "string")) return;
  const message = "Cannot spawn a process with these arguments: pass a list of strings, and the options after it";
  throw mistake(new TypeError(message), "BAD_OPTION");
}

export function checkSignal(signal: unknown): void {
  const known: unknown[] = [0, ...Object.entries(os.constants.signals).flat()];
  if (known.includes(signal)) return;
  const message = `Cannot send the signal ${shown(signal)}: pass one that this system has, by its name, such as "SIGTERM", or its number; 0 sends none and tells whether the process is there`;
  throw mistake(new TypeError(message), "BAD_OPTION");
}

export function checkParentOptions(options: ParentLinkOptions): void {
  checkOptions("parentLink option", PARENT, options);
}

function defined(times: ShutdownTimes = {}): ShutdownTimes {
  return Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined));
}
