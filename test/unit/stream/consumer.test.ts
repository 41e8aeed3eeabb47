/** A function that takes chunks in a reader's place: when their credit returns, and what its errors do. */
import { describe, expect, it } from "vitest";
import { Consumer } from "../../../src/stream/consumer.ts";
import { CHUNK_OVERHEAD, ReceiveCredit } from "../../../src/stream/credit.ts";
import { Turn } from "../../../src/stream/gather.ts";
import { FakeScheduler, settle } from "../support/scheduler.ts";

/** A consumer of this function; `take` has so many chunks come. */
function consuming(consume: (chunk: unknown) => unknown) {
  const scheduler = new FakeScheduler();
  const credit = new ReceiveCredit("chunks", 10, 1_000_000, false);
  const heard: unknown[] = [];
  const consumer = new Consumer(consume, new Turn(scheduler), {
    credit,
    ready: () => heard.push("ready"),
    fail: (_event, reason) => heard.push(reason),
  });
  const take = (chunks: number): void => {
    for (let i = 0; i < chunks; i++) {
      credit.arrive(1, 1, CHUNK_OVERHEAD);
      consumer.take(i, 1, CHUNK_OVERHEAD);
    }
  };
  return { scheduler, credit, heard, take };
}

describe("A consumer", () => {
  it("holds no chunk that it is done with at once", () => {
    const { credit, take, heard } = consuming(() => undefined);
    take(3);
    expect([credit.held, heard]).toEqual([0, []]);
  });

  it("holds each chunk until the promise for it has settled, and then asks once a turn", async () => {
    const done: (() => void)[] = [];
    const { scheduler, credit, take, heard } = consuming(() => new Promise<void>((resolve) => done.push(resolve)));
    take(3);
    expect(credit.held).toBe(3);
    done[2]?.();
    done[0]?.();
    await settle();
    expect([credit.held, heard]).toEqual([1, []]);
    scheduler.turn();
    expect(heard).toEqual(["ready"]);
    done[1]?.();
    await settle();
    scheduler.turn();
    expect([credit.held, heard]).toEqual([0, ["ready", "ready"]]);
  });

  it("fails its direction with what the promise rejects with", async () => {
    const { take, heard } = consuming(() => Promise.reject("broken"));
    take(1);
    await settle();
    expect(heard).toEqual(["broken"]);
  });

  it("throws what its function throws", () => {
    const { take } = consuming(() => {
      throw new RangeError("broken");
    });
    expect(() => take(1)).toThrow(RangeError);
  });
});
