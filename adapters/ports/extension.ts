/**
 * A link over `runtime.Port` of browser extensions, which carries JSON in Chrome and clones in Firefox: all goes as
 * frames of bytes, in base64, which both carry. It tells its end, so there is no heartbeat.
 */

import { type Framed, framed } from "../../src/bytes.ts";
import { boolean, checkOptions } from "../../src/check.ts";
import { LinkError, ProtocolError } from "../../src/errors.ts";
import type { ByteLink, ByteLinkReceiver, Scheduler } from "../../src/link.ts";
import { claim } from "../message-port/claim.ts";
import { isReady, Meeting, makeNonce } from "../message-port/meeting.ts";
import { checkEnd } from "../message-port/options.ts";
import { hear, realmScheduler } from "../message-port/scheduler.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import type { ExtensionPort, ExtensionPortOptions } from "./types.ts";

/** Bytes in a message at the most: browsers refuse messages of 64 MiB, and others want their turn. */
const PIECE = 256 * 1024;

/** Characters of their base64: decoding holds up the thread, so more than that is not begun. */
const MOST_BASE64 = 4 * Math.ceil(PIECE / 3);

interface BytesMessage {
  readonly sluice: "bytes";
  readonly base64: string;
}

/** A link over `port`, which must be used for nothing else; its other end takes one, too. */
export function extensionPortLink(port: ExtensionPort, options: ExtensionPortOptions = {}): Framed {
  checkEnd("extensionPortLink", port, ["postMessage", "disconnect"], "a runtime.Port");
  checkOptions("extensionPortLink option", { trusted: boolean }, options);
  return framed(new ExtensionLink(port, options.trusted ?? true));
}

class ExtensionLink implements ByteLink {
  readonly kind = "bytes";
  readonly trusted: boolean;
  readonly heartbeat = 0;
  readonly scheduler: Scheduler = realmScheduler();
  readonly #port: ExtensionPort;
  readonly #meeting = new Meeting(makeNonce());
  #receiver: ByteLinkReceiver | undefined = undefined;
  #release: (() => void) | undefined = undefined;
  #closed = false;

  constructor(port: ExtensionPort, trusted: boolean) {
    this.#port = port;
    this.trusted = trusted;
  }

  listen(receiver: ByteLinkReceiver): void {
    this.#release = claim(this.#port, "the port");
    this.#receiver = receiver;
    this.#port.onMessage.addListener(this.#onMessage);
    this.#port.onDisconnect.addListener(this.#onDisconnect);
    this.#post(this.#meeting.ready);
  }

  write(parts: readonly Uint8Array[]): boolean {
    for (const part of parts) {
      for (let start = 0; start < part.length; start += PIECE) {
        const message: BytesMessage = { sluice: "bytes", base64: toBase64(part.subarray(start, start + PIECE)) };
        this.#post(message);
      }
    }
    return true;
  }

  keepAlive(): void {}

  close(): void {
    if (this.#closed) return;
    this.#stop();
    this.#port.disconnect();
  }

  /** One that was disconnected throws at whoever posts; that it is, its event tells. */
  #post(message: unknown): void {
    if (this.#closed) return;
    try {
      this.#port.postMessage(message);
    } catch (cause) {
      queueMicrotask(() => this.#lost(new LinkError("CONNECTION_LOST", "The port cannot be posted to", { cause })));
    }
  }

  readonly #onMessage = (message: unknown): void => {
    hear();
    const { sluice, base64 } = (message ?? {}) as Partial<BytesMessage>;
    if (isReady(message)) {
      const { answer, met, restarted } = this.#meeting.hear(message);
      if (answer !== undefined) this.#post(answer);
      if (met) {
        this.#receiver?.met(this.#meeting.first);
        this.#receiver?.connected();
      }
      if (restarted) this.#lost(new LinkError("CONNECTION_LOST", "The other end of the port has started anew"));
    } else if (sluice === "bytes" && typeof base64 === "string") this.#take(base64);
  };

  #take(base64: string): void {
    const bytes = base64.length <= MOST_BASE64 ? fromBase64(base64) : undefined;
    if (bytes === undefined) {
      const message = `Cannot read a message of the port: it is no base64, or more than ${MOST_BASE64} characters of it`;
      this.#breach(new ProtocolError("BAD_MESSAGE", message));
      return;
    }
    for (let start = 0; start < bytes.length && !this.#closed; ) {
      const space = (this.#receiver as ByteLinkReceiver).space();
      const piece = bytes.subarray(start, start + space.length);
      space.set(piece);
      start += piece.length;
      this.#receiver?.filled(piece.length);
    }
  }

  readonly #onDisconnect = (port: ExtensionPort): void => {
    const why = reasonOf(port);
    this.#lost(new LinkError("CONNECTION_LOST", `The port was disconnected at its other end${why ? `: ${why}` : ""}`));
  };

  /** The remote has broken a rule: that the port ends is all that it is told. */
  #breach(error: ProtocolError): void {
    if (this.#closed) return;
    this.close();
    this.#receiver?.lost(error);
  }

  #lost(error: Error): void {
    if (this.#closed) return;
    this.#stop();
    this.#receiver?.lost(error);
  }

  #stop(): void {
    this.#closed = true;
    this.#port.onMessage.removeListener(this.#onMessage);
    this.#port.onDisconnect.removeListener(this.#onDisconnect);
    this.#release?.();
  }
}

interface ExtensionApi {
  readonly runtime?: { readonly lastError?: { readonly message?: string } | null };
}

/**
 * Why it was disconnected, as far as it is told. Firefox has it at the port; Chrome and Safari have it elsewhere, while they
 * call who listens, and print it as unchecked unless it is read there.
 */
function reasonOf(port: ExtensionPort): string | undefined {
  const { chrome, browser } = globalThis as { chrome?: ExtensionApi; browser?: ExtensionApi };
  const told = [port?.error, chrome?.runtime?.lastError, browser?.runtime?.lastError];
  return told.find((error) => error?.message)?.message;
}
