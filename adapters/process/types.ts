/** What is asked of this adapter, by the parent and by the child. */
import type { ConnectOptions } from "../../src/options.ts";

/** How a process has ended: by its exit code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** How long `close()` waits at each of its steps, in milliseconds. Each may be ∞. */
export interface ShutdownTimes {
  /** For streams and calls to be done; then they are aborted. Default: ∞. */
  readonly finish?: number;
  /** For the process to exit by itself; then it gets SIGTERM. Default: 5,000. */
  readonly exit?: number;
  /** For the process to exit after SIGTERM; then it gets SIGKILL. Default: 5,000. */
  readonly terminate?: number;
}

export interface SpawnOptions extends ConnectOptions {
  /** The working directory of the child. Default: ours. */
  readonly cwd?: string | URL;
  /** The environment of the child. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Where the calls go: over the child's stdin and stdout, or, for a program that needs these, over descriptor 3, which
   * it inherits; it then says `parentLink({ control: "fd" })`. Default: `"stdio"`.
   */
  readonly control?: "stdio" | "fd";
  /** The child's stdin, with `control: "fd"`. Default: `"ignore"`. */
  readonly stdin?: "ignore" | "inherit";
  /** The child's stdout, with `control: "fd"`. Default: `"inherit"`. */
  readonly stdout?: "ignore" | "inherit";
  /** The child's stderr: the stream `worker.stderr`, or our own stderr. Default: `"stream"`. */
  readonly stderr?: "stream" | "inherit";
  /** Where the directory of the data's sockets is made; not used on Windows. Default: the system's for temporary files. */
  readonly directory?: string;
  /** How long the child may take until it can be called and streams can be opened, in milliseconds. Default: 10,000. */
  readonly startTimeout?: number;
  /**
   * Milliseconds between pings; a child that leaves one unanswered that long is lost. Default: 0, none: that a child dies
   * shows without them, and one that computes for long answers none.
   */
  readonly heartbeat?: number;
  readonly shutdown?: ShutdownTimes;
  /** Ends the channel and the child. One that is aborted already: nothing is spawned. */
  readonly signal?: AbortSignal;
  /**
   * Is told of each line on the control channel that is no JSON-RPC, with the line quoted; the channel lives on. Without
   * it such lines are passed on to `worker.stderr`.
   */
  readonly onStray?: (error: Error) => void;
}

export interface ParentLinkOptions {
  /** As in `spawn`. Default: `"stdio"`. */
  readonly control?: "stdio" | "fd";
  /** Milliseconds between pings; a parent that leaves one unanswered that long is lost. Default: 0, none. */
  readonly heartbeat?: number;
  /** Is told of each line that is no JSON-RPC. Without it such lines go to stderr. */
  readonly onStray?: (error: Error) => void;
}
