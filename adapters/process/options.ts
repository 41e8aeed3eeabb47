/** Checks what was asked, before anything is made, and fills in what was not. */

import { mistake } from "../../src/errors.ts";
import type { ConnectOptions } from "../../src/options.ts";
import type { ParentLinkOptions, ShutdownTimes, SpawnOptions } from "./types.ts";

const START_TIMEOUT = 10_000;
const SHUTDOWN: Required<ShutdownTimes> = { finish: Number.POSITIVE_INFINITY, exit: 5_000, terminate: 5_000 };

type Check = (value: unknown) => string | undefined;

const any: Check = () => undefined;
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : `use ${values.map((each) => `"${each}"`).join(" or ")}`;
const ofType =
  (type: string): Check =>
  (value) =>
    typeof value === type ? undefined : `pass a ${type}`;
const milliseconds: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "pass milliseconds, 0 or more";
const object: Check = (value) => (typeof value === "object" && value !== null ? undefined : "pass an object");
const path: Check = (value) => (typeof value === "string" || value instanceof URL ? undefined : "pass a path");
const signal: Check = (value) =>
  typeof (value as Partial<AbortSignal>)?.addEventListener === "function" ? undefined : "pass an AbortSignal";

/** Checked by `connect`. */
const CONNECT: Readonly<Record<keyof ConnectOptions, Check>> = {
  methods: any,
  streams: any,
  ponyfill: any,
  limits: any,
  initialCredit: any,
  handshake: any,
  data: any,
  trace: any,
};

const CHECKS: Readonly<Record<Exclude<keyof SpawnOptions, keyof ConnectOptions>, Check>> = {
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
  signal,
  onStray: ofType("function"),
};

const TIMES: Readonly<Record<keyof ShutdownTimes, Check>> = {
  finish: milliseconds,
  exit: milliseconds,
  terminate: milliseconds,
};

const PARENT: Readonly<Record<keyof ParentLinkOptions, Check>> = {
  control: oneOf("stdio", "fd"),
  heartbeat: milliseconds,
  onStray: ofType("function"),
};

export interface ResolvedSpawn {
  readonly connect: ConnectOptions;
  readonly process: SpawnOptions;
  readonly control: "stdio" | "fd";
  readonly startTimeout: number;
  readonly shutdown: Required<ShutdownTimes>;
}

export function readSpawnOptions(options: SpawnOptions): ResolvedSpawn {
  check("spawn option", { ...CONNECT, ...CHECKS }, options);
  check("spawn option shutdown", TIMES, options.shutdown ?? {});
  const { control = "stdio", startTimeout = START_TIMEOUT, shutdown } = options;
  for (const key of ["stdin", "stdout"] as const) {
    if (options[key] !== undefined && control === "stdio") {
      const why = `the control channel has it, set control to "fd" as well`;
      throw mistake(new TypeError(`Cannot use the spawn option ${key}: ${why}`), "BAD_OPTION");
    }
  }
  const connect = Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(CONNECT, key)));
  return { connect, process: options, control, startTimeout, shutdown: { ...SHUTDOWN, ...defined(shutdown) } };
}

export function checkArguments(args: readonly string[]): void {
  if (Array.isArray(args) && args.every((arg) => typeof arg === "string")) return;
  const message = "Cannot spawn a process with these arguments: pass a list of strings, and the options after it";
  throw mistake(new TypeError(message), "BAD_OPTION");
}

export function checkParentOptions(options: ParentLinkOptions): void {
  check("option of parentLink", PARENT, options);
}

function check(what: string, checks: Readonly<Record<string, Check>>, options: object): void {
  for (const [key, value] of Object.entries(options)) {
    const known = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (known === undefined) {
      const names = Object.keys(checks).join(", ");
      throw mistake(
        new TypeError(`Cannot use the ${what} "${key}": no such option, use one of ${names}`),
        "BAD_OPTION",
      );
    }
    const wrong = value === undefined ? undefined : known(value);
    if (wrong === undefined) continue;
    const message = `Cannot set the ${what} ${key} to ${shown(value)}: ${wrong}`;
    const mistaken = typeof value === "number" ? new RangeError(message) : new TypeError(message);
    throw mistake(mistaken, "BAD_OPTION");
  }
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function defined(times: ShutdownTimes = {}): ShutdownTimes {
  return Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined));
}
