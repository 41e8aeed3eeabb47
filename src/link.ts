/**
 * What an adapter gives the core, and nothing else. A link moves whole messages; it knows no credit and no calls.
 * The core knows no runtime: time and scheduling come in through the link as well.
 */

/** What can be moved, where the platform has it. */
type Moved =
  | "ArrayBuffer"
  | "MessagePort"
  | "ReadableStream"
  | "WritableStream"
  | "TransformStream"
  | "ImageBitmap"
  | "OffscreenCanvas"
  | "VideoFrame"
  | "AudioData"
  | "MediaSourceHandle"
  | "RTCDataChannel";

type InstanceOf<Name> = Name extends keyof typeof globalThis
  ? (typeof globalThis)[Name] extends { readonly prototype: infer Instance }
    ? Instance
    : never
  : never;

/** What a message can move instead of copying it. The DOM's types have the same name for it, those of Node have none. */
export type Transferable = InstanceOf<Moved>;

/** Time, as the core is allowed to see it. A simulator gives a virtual one. */
export interface Scheduler {
  /** Runs `task` once the microtasks under way have drained: chunks written until then are posted together. */
  defer(task: () => void): void;
  /** Runs `task` in a later turn of the event loop, so that what comes from the remote is heard in between. */
  yield(task: () => void): void;
  /** Runs `task` after `ms` milliseconds without keeping the process alive; returns what prevents it. */
  after(ms: number, task: () => void): () => void;
}

/** What the core listens with on a lane. */
export interface LaneReceiver {
  /** A message of the other end, in the order of its posting. */
  receive(message: unknown): void;
  /** In its place: a message has come that cannot be read here. Left out: the lane is lost with it. */
  unreadable?(): void;
  /** The other end is gone, after its last message. At most once, and never after our own `close`. */
  lost(error: Error): void;
}

/** An ordered, reliable path for whole messages. */
export interface Lane {
  /** Posts a message, at once. Throws a `DataCloneError` if it cannot cross, and then nothing was sent or moved. */
  post(message: unknown, transfer?: Transferable[]): void;
  /** Starts delivery; messages that came before are kept until then. A second call hands over to another receiver. */
  listen(receiver: LaneReceiver): void;
  /** Ends the lane. What was posted before still arrives. */
  close(): void;
}

/** What the core listens with on a link. */
export interface LinkReceiver extends LaneReceiver {
  /** Both ends are there: from now on `post` reaches the remote. Once. `first` differs between the two ends. */
  met(first: boolean): void;
}

/** A link over structured clone: a MessagePort, a worker, a window. */
export interface MessageLink extends Lane {
  readonly kind: "message";
  /** Is the remote our own (a worker that we started), or somebody else's? Decides the defaults of the limits. */
  readonly trusted: boolean;
  readonly scheduler: Scheduler;
  /**
   * Milliseconds between `$/ping`s where nothing else tells that the other end died; 0 where something does. It may
   * become 0 once that is known: it is asked for anew before each ping.
   */
  readonly heartbeat: number;
  /** Milliseconds until the other end must be there, unless the option of `connect` says otherwise. Left out: it may come whenever. */
  readonly startTimeout?: number;
  /**
   * Whether messages cross before the two ends have met as well: then the remote may be one that knows nothing of
   * meeting (`handshake: "optional"`). Left out: they do not.
   */
  readonly carriesUnmet?: boolean;
  listen(receiver: LinkReceiver): void;
  /** A new lane, and the port to post to the remote, who `adopt`s it. `undefined` where ports cannot be transferred. */
  fork?(): { lane: Lane; port: Transferable };
  /** The lane of a port that came in a message, or `undefined` if that value is no port. */
  adopt?(port: unknown): Lane | undefined;
  /** Whether waiting for the remote keeps the process alive: true while calls or streams are open. */
  keepAlive(on: boolean): void;
}

/** What the core listens with on a link of bytes. It says where bytes are to go, so that chunks arrive in their place. */
export interface ByteLinkReceiver {
  /** Control can be sent from now on. Once. `first` differs between the two ends. */
  met(first: boolean): void;
  /**
   * A control message of the remote, as the text of one line, in the order of its sending; with what it says, if the link
   * has parsed it already.
   */
  text(line: string, parsed?: unknown): void;
  /** The path of the data is there: from now on the link may be written to. Once, after `met`. */
  connected(): void;
  /** Where the next bytes of data are to be put: never empty, asked for anew before each read. */
  space(): Uint8Array;
  /** That many bytes were put there, from its start. It may call the link, but is never called again from within. */
  filled(count: number): void;
  /** The other end is gone, after the last of what it sent. At most once, and never after our own `close`. */
  lost(error: Error): void;
}

/**
 * A link over bytes: a socket, a named pipe, and beside it, where there is one, a path for control of its own (a child
 * process's stdio). It cuts bytes anywhere; `framed` of `sluice/bytes` makes frames of them, for `connect`.
 */
export interface ByteLink {
  readonly kind: "bytes";
  /** Is the remote our own (a process that we started), or somebody else's? Decides the defaults of the limits. */
  readonly trusted: boolean;
  readonly scheduler: Scheduler;
  /** Milliseconds between `$/ping`s; 0: none. */
  readonly heartbeat: number;
  /** What the remote's link is told in `$/hello`, as JSON: how the path of the data is joined, the secrets for it. */
  readonly hello?: Readonly<Record<string, unknown>>;
  /** What the remote's link has told in its `$/hello`. Throws a LinkError or ProtocolError if it is of no use. */
  greeted?(hello: Readonly<Record<string, unknown>>): void;
  listen(receiver: ByteLinkReceiver): void;
  /** Sends a control message, one line, at once. Left out: control goes in frames, on the path of the data. */
  post?(line: string): void;
  /**
   * Sends these bytes, in order, in as few calls of the operating system as may be. Neither they nor the list may be
   * changed before `taken`, when the system has them all; only then comes the next `write`. True: it has them already,
   * and `taken` is not called. Never fails: `lost` tells.
   */
  write(parts: readonly Uint8Array[], taken: () => void): boolean;
  /** Whether waiting for the remote keeps the process alive: true while calls or streams are open. */
  keepAlive(on: boolean): void;
  /** Memory for bytes that come, whatever is in it. Left out: new, and so filled with zeros first. */
  allocate?(bytes: number): Uint8Array;
  /** Ends the link. What was taken, and what was posted, still arrives; then both ends' paths are closed. */
  close(): void;
}
