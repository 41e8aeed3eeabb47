/**
 * The way of the data between two processes. Only the side that made a connection can have it read into place, so there
 * are two, one a direction: each side sends on the one that it accepted, and reads from the one that it made. A remote
 * that listens nowhere makes one connection, which serves both ways.
 */
import type { Socket } from "node:net";
import process from "node:process";
import { LinkError, ProtocolError } from "../../src/errors.ts";
import type { ByteLinkReceiver } from "../../src/link.ts";
import { dial } from "./dial.ts";
import { isDataPath } from "./directory.ts";
import { Inlet } from "./inlet.ts";
import type { Listener } from "./listener.ts";
import { Pace } from "./pace.ts";
import { isSecret, makeSecret } from "./secrets.ts";

/** What a side tells the other in `$/hello`, under `data`. */
export interface DataHello {
  readonly pid: number;
  /** Where it listens, and what is to be said there first. Both or none. */
  readonly path: string | undefined;
  readonly secret: string | undefined;
  /** What it wants to hear where it connects itself. */
  readonly proof: string;
}

/** How long a closed connection may still take to send what it was given, in milliseconds. */
const FLUSH_TIME = 1_000;

const NOTHING = new Uint8Array();

/** Node tries to write at once, and by then has nothing left if the system took it all; others may keep it elsewhere. */
const TELLS_WHAT_IS_TAKEN: boolean = !("Deno" in globalThis || "Bun" in globalThis);

export interface DataEvents {
  /** All connections stand. */
  connected(): void;
  /** Nothing more comes, or it never will: others may know better why. */
  over(error: Error): void;
  /** The remote is not what it should be. */
  breached(error: Error): void;
}

export class DataPath {
  /** What to tell the remote. Where we listen may be known only when it is sent. */
  readonly hello: DataHello;
  readonly #events: DataEvents;
  readonly #proof = makeSecret();
  readonly #inlet = new Inlet(() =>
    this.#events.breached(new ProtocolError("BAD_MESSAGE", "Cannot take data before both data connections stand")),
  );
  readonly #pace = new Pace(() => this.#made?.resume());
  #listener: Listener | undefined = undefined;
  #stopDialing: (() => void) | undefined = undefined;
  /** Are we to make a connection? Known when the remote has said where it listens. */
  #dials = false;
  #accepted: Socket | undefined = undefined;
  #made: Socket | undefined = undefined;
  #stands = false;
  #ended = false;
  #alive = true;

  constructor(events: DataEvents) {
    this.#events = events;
    const listener = (): Listener | undefined => this.#listener;
    this.hello = {
      pid: process.pid,
      get path() {
        return listener()?.path;
      },
      get secret() {
        return listener()?.secret;
      },
      proof: this.#proof,
    };
  }

  /** The remote is to connect there. */
  use(listener: Listener): void {
    if (this.#ended) listener.close();
    this.#listener = listener;
  }

  /** Goes on with what the remote has told. Throws if that is of no use. */
  greeted(hello: Readonly<Record<string, unknown>>): void {
    const { pid, path, secret, proof } = hello as Partial<DataHello>;
    if (!isPid(pid)) throw useless("pid");
    if (!isSecret(proof)) throw useless("proof");
    if (proof === this.#proof) {
      const message =
        "Cannot join the remote: it repeats what it is told, our own $/hello; start a program that calls parentLink()";
      throw new ProtocolError("BAD_MESSAGE", message);
    }
    if (path === undefined ? this.#listener === undefined : !isDataPath(path)) throw useless("path");
    if (path !== undefined && !isSecret(secret)) throw useless("secret");
    // Known before the remote is let in, for it may be there already.
    this.#dials = path !== undefined;
    this.#listener?.welcome(proof, (socket) => {
      this.#accepted = socket;
      this.#watch(socket, "accepted");
      this.#check();
    });
    if (path === undefined || secret === undefined) return;
    this.#stopDialing = dial({
      path,
      secret,
      proof: this.#proof,
      inlet: this.#inlet,
      pace: this.#pace,
      connected: (socket) => {
        this.#made = socket;
        this.#watch(socket, "made");
        this.#check();
      },
      unproven: (error) => this.#events.breached(error),
      failed: (error) => this.#events.over(error),
    });
  }

  /** Data go there from now on. */
  start(receiver: ByteLinkReceiver): void {
    this.#inlet.start(receiver);
    const { inSocket } = this;
    if (inSocket !== this.#made) inSocket?.on("data", (bytes: Uint8Array) => this.#inlet.take(bytes));
    this.#accepted?.resume();
  }

  /** One gathered write; `taken` once the system has all of it, unless that is so already: then it returns true. */
  write(parts: readonly Uint8Array[], taken: () => void): boolean {
    const socket = this.#accepted ?? this.#made;
    if (socket === undefined || this.#ended) return false;
    let told = false;
    const done = (error?: Error | null): void => {
      if (!error && !told) taken();
    };
    const last = parts.length - 1;
    if (last > 0) socket.cork();
    for (let index = 0; index < last; index += 1) socket.write(parts[index] as Uint8Array);
    socket.write(parts[last] ?? NOTHING, done);
    if (last > 0) socket.uncork();
    told = TELLS_WHAT_IS_TAKEN && socket.writableLength === 0 && !socket.destroyed;
    return told;
  }

  /** A message of control has come. */
  controlCame(): void {
    this.#pace.hurry();
  }

  keepAlive(on: boolean): void {
    this.#alive = on;
    this.#listener?.keepAlive(on);
    for (const socket of [this.#accepted, this.#made]) {
      if (on) socket?.ref();
      else socket?.unref();
    }
  }

  /** Ends it: what was written still arrives, what comes is dropped. No event comes any more. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inlet.stop();
    this.#listener?.close();
    this.#stopDialing?.();
    const outSocket = this.#accepted ?? this.#made;
    if (this.#made !== outSocket) this.#made?.destroy();
    outSocket?.end();
    setTimeout(() => outSocket?.destroy(), FLUSH_TIME).unref();
  }

  private get inSocket(): Socket | undefined {
    return this.#made ?? this.#accepted;
  }

  #watch(socket: Socket, which: "accepted" | "made"): void {
    if (this.#ended) {
      socket.destroy();
      return;
    }
    if (!this.#alive) socket.unref();
    let why = "";
    socket.on("error", (error) => {
      why = `: ${error.message}`;
    });
    socket.on("close", () => {
      // Of the one that only sends, the end is no news yet: the other may still bring what was sent before.
      const other = which === "accepted" ? this.#made : undefined;
      if (other !== undefined && !other.destroyed) setTimeout(() => other.destroy(), FLUSH_TIME).unref();
      else this.#fail(new LinkError("CONNECTION_LOST", `The data connection was closed at its other end${why}`));
    });
  }

  #check(): void {
    if (this.#stands || this.#ended) return;
    if (this.#dials && this.#made === undefined) return;
    if (this.#listener !== undefined && this.#accepted === undefined) return;
    this.#stands = true;
    this.#events.connected();
  }

  #fail(error: Error): void {
    if (this.#ended) return;
    this.close();
    this.#events.over(error);
  }
}

function isPid(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function useless(key: string): ProtocolError {
  return new ProtocolError("BAD_MESSAGE", `Cannot read $/hello: "data.${key}" is missing or not valid`);
}
