/** A receiver's account, and chunks that come and go in it. */
import { CHUNK_OVERHEAD, ReceiveCredit } from "../../../src/stream/credit.ts";
import type { Unit } from "../../../src/wire/frames.ts";

export const MiB: number = 1024 * 1024;
export const PLENTY: number = 8 * MiB;

export function receiver(unit: Unit, highWaterMark: number, byteWindow: number = PLENTY): ReceiveCredit {
  return new ReceiveCredit(unit, highWaterMark, byteWindow, false);
}

/** `count` chunks that weigh `weight` each arrive. */
export function arrive(credit: ReceiveCredit, count: number, weight: number = 1, bytes: number = CHUNK_OVERHEAD): void {
  for (let i = 0; i < count; i++) credit.arrive(weight, weight, bytes);
}

export function leave(credit: ReceiveCredit, count: number, weight: number = 1, bytes: number = CHUNK_OVERHEAD): void {
  for (let i = 0; i < count; i++) credit.leave(weight, bytes);
}
