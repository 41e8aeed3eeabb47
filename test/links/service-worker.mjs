// A ServiceWorker, which the browser may stop at any time.
import { describe, expect } from "vitest";
import { exercised, lost } from "./expected.mjs";

/** Registers the worker, and waits until it runs. */
async function register() {
  const registration = await navigator.serviceWorker.register("service.mjs", { type: "module", scope: "/service/" });
  await near.until(() => registration.active ?? undefined);
  state.registration = registration;
}

async function unregister() {
  await state.registration.unregister();
}

export function serviceWorkers({ place, it }) {
  describe("A service worker", () => {
    it("has a channel with each page, and leaves no lock behind", async () => {
      const page = await place.page();
      await page.evaluate(register);
      const seen = await page.evaluate(async () => {
        const clients = [state.registration, state.registration.active].map((target) =>
          near.connect(sluice.serviceWorkerLink(target)),
        );
        const results = await Promise.all(clients.map(near.exercise));
        await Promise.all(clients.map((client) => client.close()));
        await near.sleep(300);
        return { results, locks: await near.locksOf() };
      });
      for (const result of seen.results) expect(result).toEqual(exercised(result));
      expect(seen.locks).toBe(0);
      await page.evaluate(unregister);
    });

    it("that is replaced, or its registration ended, ends the channel, and a new one goes to what is there then", async () => {
      const page = await place.page();
      await page.evaluate(register);
      const seen = await page.evaluate(async () => {
        const channel = near.connect(sluice.serviceWorkerLink(state.registration));
        const first = await channel.call("incarnation", []);
        const before = state.registration.active;
        const next = await navigator.serviceWorker.register("service.mjs?next", { type: "module", scope: "/service/" });
        const isNext = () => (next.active !== before && next.active?.state === "activated") || undefined;
        const replaced = await near.until(isNext);
        const code = await near.within(
          30_000,
          channel.closed.catch((error) => error.code),
        );
        const second = await near.connect(sluice.serviceWorkerLink(next)).call("incarnation", []);
        return { replaced, code, differs: first !== second, locks: await near.locksOf() };
      });
      expect(seen).toEqual({ replaced: true, code: "CONNECTION_LOST", differs: true, locks: expect.any(Number) });
      await page.evaluate(unregister);
    });

    it(
      "that is stopped in the middle ends its channels soon, with all that was open; a new one starts it again",
      async () => {
        const page = await place.page();
        await page.evaluate(register);
        const first = await page.evaluate(async () => {
          state.busy = await near.occupy(near.connect(sluice.serviceWorkerLink(state.registration)));
          return state.busy.channel.call("incarnation", []);
        });
        const session = await page.session();
        await session.send("ServiceWorker.enable");
        const start = Date.now();
        await session.send("ServiceWorker.stopAllWorkers");
        const end = await page.evaluate(() => state.busy.settled());
        expect(end).toEqual(lost(end, start));
        const second = await page.evaluate(() =>
          near.connect(sluice.serviceWorkerLink(state.registration)).call("incarnation", []),
        );
        expect(second).toEqual(expect.any(String));
        expect(second).not.toBe(first);
        await page.evaluate(unregister);
      },
      "stop",
    );

    it("that a registration does not have is refused", async () => {
      const page = await place.page();
      const seen = await page.evaluate(async () => {
        let code;
        try {
          const none = { active: null, waiting: null, installing: null };
          sluice.serviceWorkerLink(Object.assign(new EventTarget(), none));
        } catch (error) {
          code = error.code;
        }
        return code;
      });
      expect(seen).toBe("NO_SERVICE_WORKER");
    });
  });
}
