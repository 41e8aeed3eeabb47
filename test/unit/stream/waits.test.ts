/** Who waits for a count goes on when it was reached, or when its signal is aborted, and is forgotten either way. */
import { describe, expect, it } from "vitest";
import { Waits } from "../../../src/stream/waits.ts";
import { settle } from "../support/scheduler.ts";

/** Waits for each of these counts; the list of those that went on grows. */
function waiting(counts: readonly number[]) {
  const waits = new Waits();
  const released: number[] = [];
  for (const count of counts) waits.until(count, undefined).then(() => released.push(count));
  return { waits, released };
}

describe("Waits", () => {
  it("lets those go on that wait for no more than the count", async () => {
    const { waits, released } = waiting([3, 1, 2, 4]);
    waits.release(2);
    await settle();
    expect(released).toEqual([1, 2]);
    expect(waits.length).toBe(2);
    waits.release(Number.POSITIVE_INFINITY);
    await settle();
    expect(released).toEqual([1, 2, 3, 4]);
    expect(waits.length).toBe(0);
  });

  it("rejects with the signal's own reason, and forgets who waited", async () => {
    const waits = new Waits();
    const abort = new AbortController();
    const waited = waits.until(1, abort.signal);
    waits.until(1, undefined);
    abort.abort("enough");
    await expect(waited).rejects.toBe("enough");
    expect(waits.length).toBe(1);
  });

  it("does not let wait at all whose signal was aborted before", async () => {
    const waits = new Waits();
    await expect(waits.until(1, AbortSignal.abort("never"))).rejects.toBe("never");
    expect(waits.length).toBe(0);
  });

  it("no longer hears the signal of one that went on", async () => {
    const waits = new Waits();
    const abort = new AbortController();
    const waited = waits.until(1, abort.signal);
    waits.release(1);
    waits.until(2, undefined);
    abort.abort("late");
    await expect(waited).resolves.toBeUndefined();
    expect(waits.length).toBe(1);
  });
});
