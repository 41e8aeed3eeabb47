/**
 * Listens for the one connection that knows the secret. Any other is a stray: it can neither take the place of that one
 * nor delay it, and is told nothing.
 */
import { Buffer } from "node:buffer";
import net from "node:net";
import { LinkError, whyOf } from "../../src/errors.ts";
import { Expected, makeSecret, SPOKEN_BYTES, spoken } from "./secrets.ts";

/** Connections that have not said the secret yet; a further one takes the place of the oldest. */
const MOST_STRANGERS = 64;
/** How long a connection has to say the secret, in milliseconds. */
const PATIENCE = 5_000;

export class Listener {
  readonly path: string;
  /** What the one who connects must say first. */
  readonly secret: string = makeSecret();
  readonly #expected = new Expected(this.secret);
  readonly #server: net.Server;
  /** Each with what makes us forget it. */
  readonly #strangers = new Map<net.Socket, () => void>();
  /** It has said the secret. */
  #known: net.Socket | undefined = undefined;
  #answer: { readonly proof: string; accepted(socket: net.Socket): void } | undefined = undefined;
  #closed = false;

  private constructor(path: string) {
    this.path = path;
    this.#server = net.createServer((socket) => this.#meet(socket));
  }

  /** Resolves once it listens. */
  static open(path: string): Promise<Listener> {
    const listener = new Listener(path);
    const server = listener.#server;
    return new Promise<Listener>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => {
        // A connection that cannot be accepted is no concern of those that can.
        server.removeAllListeners("error").on("error", () => {});
        resolve(listener);
      });
    }).catch((cause: unknown) => {
      const message = `Cannot listen for the data connection at "${path}": ${whyOf(cause)}`;
      throw new LinkError("SOCKET_FAILED", message, { cause });
    });
  }

  /**
   * `proof`: what the one who connects wants to hear in answer to the secret. `accepted` gets the connection, paused,
   * once it has been sent.
   */
  welcome(proof: string, accepted: (socket: net.Socket) => void): void {
    this.#answer = { proof, accepted };
    this.#greet();
  }

  keepAlive(on: boolean): void {
    if (on) this.#server.ref();
    else this.#server.unref();
  }

  /** Stops listening, and removes the socket's file. The connection that was accepted lives on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    for (const [socket, forget] of this.#strangers) {
      forget();
      socket.destroy();
    }
    this.#known?.destroy();
  }

  #meet(socket: net.Socket): void {
    socket.on("error", ignore);
    if (this.#closed || this.#known !== undefined) {
      socket.destroy();
      return;
    }
    let said: Buffer = Buffer.alloc(0);
    const hear = (bytes: Buffer): void => {
      said = said.length === 0 ? bytes : Buffer.concat([said, bytes]);
      if (said.length < SPOKEN_BYTES) return;
      forget();
      if (this.#expected.takes(said)) this.#recognise(socket);
      else socket.destroy();
    };
    const timer = setTimeout(() => socket.destroy(), PATIENCE);
    timer.unref();
    const forget = (): void => {
      clearTimeout(timer);
      socket.off("data", hear).off("close", forget);
      this.#strangers.delete(socket);
    };
    socket.on("data", hear).on("close", forget);
    this.#strangers.set(socket, forget);
    if (this.#strangers.size <= MOST_STRANGERS) return;
    const [oldest] = this.#strangers.keys();
    oldest?.destroy();
    if (oldest !== undefined) this.#strangers.get(oldest)?.();
  }

  #recognise(socket: net.Socket): void {
    socket.pause();
    this.#known = socket;
    this.#greet();
  }

  #greet(): void {
    const socket = this.#known;
    const answer = this.#answer;
    if (socket === undefined || answer === undefined || this.#closed) return;
    this.#known = undefined;
    this.close();
    socket.write(spoken(answer.proof));
    answer.accepted(socket);
  }
}

function ignore(): void {}
