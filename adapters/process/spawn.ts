/** Starts a process and joins it: the order of the steps, and what is undone when one fails. */
import { type ChildProcess, type SpawnOptions as NodeSpawnOptions, spawn as nodeSpawn } from "node:child_process";
import type { Untyped } from "../../src/api.ts";
import { LinkError, whyOf } from "../../src/errors.ts";
import { LONGEST } from "../message-port/scheduler.ts";
import { ChildLink } from "./child-link.ts";
import { Directory, sweep } from "./directory.ts";
import { Listener } from "./listener.ts";
import { checkCommand, type ResolvedSpawn, readSpawnOptions } from "./options.ts";
import { sendSignal } from "./signal.ts";
import { Stderr } from "./stderr.ts";
import type { SpawnOptions } from "./types.ts";
import { WorkerProcess } from "./worker-process.ts";

/**
 * Starts `command` and gives a channel to it, with its process. Resolves when it can be called and streams can be
 * opened; rejects when that is not to be, and then nothing of it is left. `Api` is the type of the child's definition.
 */
export async function spawn<Api = Untyped>(
  command: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<WorkerProcess<Api>> {
  checkCommand(command, args);
  const resolved = readSpawnOptions(options);
  const { signal, directory: base } = options;
  signal?.throwIfAborted();
  // Before there is a child: nobody else can be first at the name that it is told.
  const directory = Directory.make(base);
  const swept = sweep(base);
  let listener: Listener | undefined;
  try {
    listener = await Listener.open(directory.path);
    await swept;
    signal?.throwIfAborted();
    const child = await start(command, args, resolved);
    return await join<Api>({ command, child, directory, listener, resolved });
  } catch (error) {
    listener?.close();
    directory.remove();
    throw error;
  }
}

async function start(command: string, args: readonly string[], resolved: ResolvedSpawn): Promise<ChildProcess> {
  const { cwd, env } = resolved.process;
  let child: ChildProcess;
  try {
    child = nodeSpawn(command, args, {
      stdio: stdio(resolved),
      windowsHide: true,
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env: env as NodeJS.ProcessEnv }),
    });
  } catch (cause) {
    throw notSpawned(command, cause);
  }
  if (child.pid !== undefined) return child;
  const cause = await new Promise((resolve) => child.once("error", resolve));
  throw notSpawned(command, cause);
}

function stdio({
  control,
  process: { stdin = "ignore", stdout = "inherit", stderr = "stream" },
}: ResolvedSpawn): NonNullable<NodeSpawnOptions["stdio"]> {
  const forErrors = stderr === "stream" ? "pipe" : "inherit";
  return control === "fd" ? [stdin, stdout, forErrors, "pipe"] : ["pipe", "pipe", forErrors];
}

function notSpawned(command: string, cause: unknown): LinkError {
  const hint = command.includes(" ") ? "; its arguments go in a list of their own" : "";
  const message = `Cannot start "${command}": ${whyOf(cause)}; see that the command, and the directory cwd, are there and may be used${hint}`;
  return new LinkError("SPAWN_FAILED", message, { cause });
}

interface Started {
  readonly command: string;
  readonly child: ChildProcess;
  readonly directory: Directory;
  readonly listener: Listener;
  readonly resolved: ResolvedSpawn;
}

async function join<Api>({ command, child, directory, listener, resolved }: Started): Promise<WorkerProcess<Api>> {
  const { signal, heartbeat = 0, onStray } = resolved.process;
  const name = `The process "${command}" (pid ${child.pid})`;
  const stderr = new Stderr(child.stderr);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  // That a signal could not be sent, or that of Deno's that it has exited.
  child.on("error", () => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  try {
    const { control, connect, shutdown, startTimeout } = resolved;
    const link = new ChildLink({ name, process: child, control, stderr, directory, listener, heartbeat, onStray });
    const worker = new WorkerProcess<Api>({ link, child, stderr, connect, shutdown });
    onAbort = () => worker.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (startTimeout <= LONGEST) {
      timer = setTimeout(() => {
        const message = `${name} was not connected within ${startTimeout} ms: see that it calls connect(parentLink()), or allow more by the option startTimeout${stderr.lastWords}`;
        worker.abort(new LinkError("START_TIMEOUT", message));
      }, startTimeout);
    }
    await worker.ready;
    await Promise.race([link.started, worker.closed.then(() => endedEarly(name))]);
    forget(signal, onAbort, exited);
    return worker;
  } catch (error) {
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    sendSignal(child, "SIGKILL");
    await exited;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function endedEarly(name: string): never {
  throw new LinkError("EXITED_EARLY", `${name} has closed the channel before its data were connected`);
}

/** The listener goes when the process has: a signal may outlive many. */
function forget(signal: AbortSignal | undefined, onAbort: () => void, exited: Promise<unknown>): void {
  exited.then(() => signal?.removeEventListener("abort", onAbort));
}
