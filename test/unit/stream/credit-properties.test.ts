/** Both accounts together, in any order of sending, arriving, reading and granting. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_OVERHEAD } from "../../../src/stream/credit.ts";
import { type Chunk, CreditPair, type PairOptions } from "../support/credit-pair.ts";

const weight = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 20 }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 10, noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-20, 1e-9, 1e6, 1e12) },
);
const chunks = fc.array(fc.record<Chunk>({ payload: fc.nat({ max: 300 }), weight }), { maxLength: 60, size: "max" });
const highWaterMark = fc.oneof(
  fc.nat({ max: 40 }),
  fc.constantFrom(0, 1, 0.5, 1e-20, 1e6, Number.POSITIVE_INFINITY),
  fc.double({ min: 0, max: 30, noNaN: true }),
);
const options = fc.record<PairOptions>({
  unit: fc.constantFrom("chunks", "bytes", "weight"),
  highWaterMark,
  byteWindow: fc.constantFrom(1, 64, 500, 5_000, 1e9, Number.POSITIVE_INFINITY),
  weighed: fc.boolean(),
  initial: fc.record({ chunks: fc.nat({ max: 3 }), bytes: fc.constantFrom(0, 64, 1_000) }),
});
const steps = fc.array(fc.constantFrom("send", "arrive", "take", "hear"), { maxLength: 200, size: "max" });
type Step = "send" | "arrive" | "take" | "hear";

/** Whatever can still happen, with a reader that reads on. False once nothing can. */
function anything(pair: CreditPair): boolean {
  const did = [pair.send(), pair.arrive(), pair.hear(), pair.take()];
  return did.includes(true);
}

function finish(pair: CreditPair): void {
  for (let i = 0; i < 2_000 && anything(pair); i++);
}

const heaviest = (list: readonly Chunk[], of: (chunk: Chunk) => number): number => Math.max(0, ...list.map(of));

describe("A sender's and a receiver's account", () => {
  it("never deadlock while the reader reads, whatever came before", () => {
    fc.assert(
      fc.property(chunks, options, steps, (list, given, course) => {
        const pair = new CreditPair(list, given);
        for (const step of course as Step[]) pair[step]();
        finish(pair);
        expect(pair.read).toBe(list.length);
      }),
      { numRuns: 150 },
    );
  });

  it("agree on chunks, units and bytes once at rest", () => {
    fc.assert(
      fc.property(chunks, options, steps, (list, given, course) => {
        const pair = new CreditPair(list, given);
        for (const step of course as Step[]) pair[step]();
        finish(pair);
        const { sender, receiver } = pair;
        expect(sender.chunks).toBe(receiver.chunks);
        expect(sender.bytes).toBe(receiver.bytes);
        expect(sender.sent).toBe(receiver.received);
        expect([sender.limit, sender.byteLimit]).toEqual([receiver.limit, receiver.byteLimit]);
        expect([receiver.held, receiver.heldBytes]).toEqual([0, 0]);
        expect(sender.left).toBe(receiver.left);
      }),
      { numRuns: 100 },
    );
  });

  it("never let a reader that stopped be sent more than its window and one chunk", () => {
    fc.assert(
      fc.property(chunks, options, fc.nat({ max: 30 }), (list, given, reads) => {
        const initial = { chunks: 0, bytes: 0 };
        const pair = new CreditPair(list, { ...given, weighed: false, initial });
        for (let i = 0; i < reads; i++) anything(pair);
        for (let i = 0; i < 1_000 && [pair.send(), pair.arrive(), pair.hear()].includes(true); i++);
        const { unit, held, heldBytes } = pair.receiver;
        const one = heaviest(list, ({ payload, weight }) =>
          unit === "chunks" ? 1 : unit === "bytes" ? payload : weight,
        );
        // Sums of fractions may be rounded up.
        const rounding = 1e-9 * (given.highWaterMark + one + pair.receiver.received);
        expect(held).toBeLessThanOrEqual(given.highWaterMark + one + rounding);
        expect(heldBytes).toBeLessThanOrEqual(
          given.byteWindow + heaviest(list, (chunk) => chunk.payload) + CHUNK_OVERHEAD,
        );
      }),
      { numRuns: 150 },
    );
  });

  it("never let more be held than that at any moment of any course", () => {
    fc.assert(
      fc.property(chunks, options, steps, (list, given, course) => {
        const pair = new CreditPair(list, {
          ...given,
          unit: "bytes",
          weighed: false,
          initial: { chunks: 0, bytes: 0 },
        });
        let most = 0;
        for (const step of course as Step[]) {
          pair[step]();
          most = Math.max(most, pair.receiver.held);
        }
        const bound = given.highWaterMark * (1 + 1e-9) + heaviest(list, (chunk) => chunk.payload);
        expect(most).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 100 },
    );
  });

  it("never see an overrun of an honest sender, nor a limit that falls", () => {
    fc.assert(
      fc.property(chunks, options, steps, (list, given, course) => {
        const pair = new CreditPair(list, given);
        let last = { limit: 0, byteLimit: 0 };
        for (const step of course as Step[]) {
          // `arrive` throws at an overrun.
          pair[step]();
          const { limit, byteLimit } = pair.receiver;
          if (limit < last.limit || byteLimit < last.byteLimit) throw new Error("A limit has fallen");
          last = { limit, byteLimit };
        }
      }),
      { numRuns: 100 },
    );
  });

  it("never grant on arrival, where the unit is not weighed by the receiver", () => {
    fc.assert(
      fc.property(chunks, options, steps, (list, given, course) => {
        const pair = new CreditPair(list, { ...given, weighed: false });
        for (const step of course as Step[]) pair[step]();
        finish(pair);
        expect(pair.grantsOnArrival).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("grant no more often than twice a window, and once for each read that waits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 500 }), (mark, count) => {
        const list = Array.from({ length: count }, () => ({ payload: 0, weight: 1 }));
        const initial = { chunks: 0, bytes: 0 };
        const pair = new CreditPair(list, {
          unit: "chunks",
          highWaterMark: mark,
          byteWindow: 1e9,
          weighed: false,
          initial,
        });
        // A reader that is always behind: it takes only what is there.
        for (let i = 0; i < 10_000; i++) {
          const moved = [pair.send(), pair.arrive(), pair.hear()].includes(true);
          if (!moved && (pair.held === 0 || !pair.take())) break;
        }
        expect(pair.read).toBe(count);
        expect(pair.grants).toBeLessThanOrEqual(Math.ceil((2 * count) / mark));
      }),
      { numRuns: 100 },
    );
  });
});
