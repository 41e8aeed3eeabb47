/**
 * The secrets by which the two ends of a data connection know each other. They are told on the control channel, never
 * in arguments or the environment, and each is good for one use.
 */
import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";

/** 128 bits. */
const SECRET_BYTES = 16;
/** A secret as it goes over a connection: its hexadecimal digits, and a line feed. */
export const SPOKEN_BYTES: number = SECRET_BYTES * 2 + 1;

export function makeSecret(): string {
  return randomBytes(SECRET_BYTES).toString("hex");
}

export function isSecret(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{32}$/.test(value);
}

/** What to say of it on a connection. */
export function spoken(secret: string): Buffer {
  return Buffer.from(`${secret}\n`, "latin1");
}

/** Waits for one secret, and takes it once. */
export class Expected {
  #bytes: Buffer | undefined;

  constructor(secret: string) {
    this.#bytes = spoken(secret);
  }

  /** Was it said? Compared in a time that does not depend on how much of it was right. */
  takes(said: Uint8Array): boolean {
    const right = this.#bytes !== undefined && said.length === SPOKEN_BYTES && timingSafeEqual(said, this.#bytes);
    if (right) this.#bytes = undefined;
    return right;
  }
}
