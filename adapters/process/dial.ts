/**
 * Makes the connection to where the remote listens: says the secret, and hears the proof that it is the remote indeed.
 * The connection is read into place, see `inlet.ts`.
 */
import net from "node:net";
import { LinkError } from "../../src/errors.ts";
import type { Inlet } from "./inlet.ts";
import type { Pace } from "./pace.ts";
import { Expected, SPOKEN_BYTES, spoken } from "./secrets.ts";

/** A listener that is crowded by strangers may drop us as well: so often it is tried, this many milliseconds apart. */
const TRIES = 20;
const APART = 100;

export interface Dialing {
  readonly path: string;
  readonly secret: string;
  readonly proof: string;
  readonly inlet: Inlet;
  readonly pace: Pace;
  /** Both have proved themselves: from now on `inlet` gets what comes. */
  connected(socket: net.Socket): void;
  /** Who listens there is not the remote. */
  unproven(error: Error): void;
  /** There is no connection, and will be none. */
  failed(error: Error): void;
}

/** Returns what gives up. */
export function dial(dialing: Dialing): () => void {
  const { path, secret, inlet, pace, connected, unproven, failed } = dialing;
  const proof = new Expected(dialing.proof);
  let socket: net.Socket;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const finish = (then: () => void): void => {
    if (over) return;
    over = true;
    then();
  };

  const attempt = (left: number): void => {
    const heard = new Uint8Array(SPOKEN_BYTES);
    let count = 0;
    let proven = false;
    let last: Error | undefined;
    const check = (): void => {
      proven = proof.takes(heard);
      if (proven) {
        finish(() => connected(socket));
        return;
      }
      socket.destroy();
      const message = `Cannot use the data connection at "${path}": who listens there did not give the proof that was told in $/hello; see who else can write to its directory`;
      finish(() => unproven(new LinkError("BAD_PROOF", message)));
    };
    socket = net.connect({
      path,
      onread: {
        buffer: () => (proven ? inlet.place() : heard.subarray(count)),
        callback(read: number) {
          if (proven) inlet.placed(read);
          else {
            count += read;
            if (count === SPOKEN_BYTES) check();
          }
          return pace.goesOn(read);
        },
      },
    });
    socket.on("connect", () => socket.write(spoken(secret)));
    socket.on("error", (error) => {
      last = error;
    });
    socket.on("close", () => {
      if (over) return;
      if (left > 0 && isCrowded(last)) {
        timer = setTimeout(() => attempt(left - 1), APART);
        return;
      }
      const why = last?.message ?? "the other end has closed it";
      finish(() =>
        failed(new LinkError("SOCKET_FAILED", `Cannot make the data connection to "${path}": ${why}`, { cause: last })),
      );
    });
  };

  attempt(TRIES);
  return () => {
    over = true;
    clearTimeout(timer);
    socket.destroy();
  };
}

/** Dropped without a word, or not let in: it may be another time. Where nobody listens, nobody will. */
function isCrowded(error: Error | undefined): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === undefined || code === "EAGAIN" || code === "ECONNRESET" || code === "EPIPE";
}
