/** The realm's scheduler, as the core sees it. */
import { describe, expect, it } from "vitest";
import { realmScheduler } from "../../../../adapters/message-port/scheduler.ts";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("realmScheduler()", () => {
  it("is one for the whole realm", () => {
    expect(realmScheduler()).toBe(realmScheduler());
  });

  it("runs what is deferred after the microtasks under way, and those that they start", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      realmScheduler().defer(() => {
        order.push("deferred");
        resolve();
      });
      let chain = Promise.resolve();
      for (let i = 0; i < 10; i++) chain = chain.then(() => void order.push("microtask"));
    });
    expect(order).toEqual([...new Array(10).fill("microtask"), "deferred"]);
  });

  it("does so too when a task of the event loop asks, whose own microtasks have not run yet", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        realmScheduler().defer(() => {
          order.push("deferred");
          resolve();
        });
        Promise.resolve().then(() => void order.push("microtask"));
      });
    });
    expect(order).toEqual(["microtask", "deferred"]);
  });

  it("runs a task after its delay, unless it was stopped", async () => {
    let [ran, stopped] = [0, 0];
    realmScheduler().after(5, () => void ran++);
    const stop = realmScheduler().after(5, () => void stopped++);
    stop();
    stop();
    expect(ran).toBe(0);
    await wait(20);
    expect([ran, stopped]).toEqual([1, 0]);
  });

  it.each([2 ** 31, Number.POSITIVE_INFINITY])(
    "does not fire early after more than a timer can hold: %d ms",
    async (ms) => {
      let fired = false;
      const stop = realmScheduler().after(ms, () => {
        fired = true;
      });
      await wait(15);
      stop();
      expect(fired).toBe(false);
    },
  );
});
