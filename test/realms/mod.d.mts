export type RuntimeName = "node" | "node22" | "node24" | "node26" | "deno" | "bun" | "chromium" | "firefox" | "webkit";

/** The browser cannot be had here; the message says how it could. */
export class BrowserMissing extends Error {}

export const runtimeNames: readonly RuntimeName[];

export interface Outcome {
  /** What the script has reported, in order. */
  reports: unknown[];
  /** Why it did not come to its end, if so. */
  problem?: string | undefined;
}

export interface Job {
  file: string;
  init?: unknown;
  scope?: "worker" | "window";
  deadline?: number;
}

export interface Runtime {
  readonly name: RuntimeName;
  readonly version: string;
  run(job: Job): Promise<Outcome>;
  close(): Promise<void>;
}

/** Throws a BrowserMissing where a browser is not there. */
export function openRuntime(name: RuntimeName): Promise<Runtime>;
