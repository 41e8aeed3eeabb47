/**
 * `sluice/process` for Node, Deno and Bun: child processes, as their parent and as the child.
 *
 * @module
 */
export { parentLink } from "./parent.ts";
export { spawn } from "./spawn.ts";
export type { Exit, ParentLinkOptions, ShutdownTimes, SpawnOptions } from "./types.ts";
export type { WorkerProcess } from "./worker-process.ts";
