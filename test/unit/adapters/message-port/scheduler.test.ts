/** The realm's scheduler, as the core sees it. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
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

type Module = typeof import("../../../../adapters/message-port/scheduler.ts");

/** Another instance of the module, made where a message to oneself is the quickest turn. */
async function asInBrowsers(): Promise<Module> {
  const path = "../../../../adapters/message-port/scheduler.ts?as-in-browsers";
  const module: Module = await import(path);
  // For this moment only: other tests share the realm.
  vi.stubGlobal("setImmediate", undefined);
  module.realmScheduler();
  vi.unstubAllGlobals();
  expect(module.realmScheduler()).not.toBe(realmScheduler());
  return module;
}

describe("realmScheduler(), where a turn is a message", () => {
  it("runs what was yielded in a later turn, all of it, in order", async () => {
    const { realmScheduler } = await asInBrowsers();
    const order: string[] = [];
    realmScheduler().yield(() => void order.push("first"));
    await Promise.resolve();
    expect(order).toEqual([]);
    await new Promise<void>((resolve) => realmScheduler().yield(resolve));
    expect(order).toEqual(["first"]);
  });

  it("lets what has waited for eight messages go on with the next, once", async () => {
    const { realmScheduler, hear } = await asInBrowsers();
    let ran = 0;
    realmScheduler().yield(() => void ran++);
    for (let message = 0; message < 8; message++) hear();
    expect(ran).toBe(0);
    hear();
    expect(ran).toBe(1);
    await new Promise<void>((resolve) => realmScheduler().yield(resolve));
    expect(ran).toBe(1);
  });

  it("a task that throws is reported, and takes nothing from the others", async () => {
    const { realmScheduler } = await asInBrowsers();
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    onTestFinished(() => void vi.unstubAllGlobals());
    const error = new Error("Thrown by a task");
    realmScheduler().yield(() => {
      throw error;
    });
    await new Promise<void>((resolve) => realmScheduler().yield(resolve));
    expect(reported.mock.calls).toEqual([[error]]);
  });
});
