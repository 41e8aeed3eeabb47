// Dedicated workers: everything crosses, and however one ends, its page learns of it.
import { describe, expect } from "vitest";
import { exercised, lost } from "./expected.mjs";

export function workers({ place, it }) {
  describe("A worker", () => {
    it("carries calls, streams both ways and backpressure, and leaves no lock behind", async () => {
      const page = await place.page();
      const seen = await page.evaluate(async () => {
        const worker = new Worker("worker.mjs", { type: "module" });
        const channel = near.connect(sluice.workerLink(worker));
        const result = await near.exercise(channel);
        await channel.close();
        await near.sleep(300);
        return { ...result, locks: await near.locksOf() };
      });
      expect(seen).toEqual({ ...exercised(seen), locks: 0 });
    });

    it("may be linked anew where a link was given up before it had loaded", async () => {
      const page = await place.page();
      const sums = await page.evaluate(() => {
        // As a component does that is mounted twice.
        const twice = async (how) => {
          const worker = new Worker("worker.mjs", { type: "module" });
          const early = near.connect(sluice.workerLink(worker));
          early.closed.catch(() => {});
          await early[how]();
          return near.connect(sluice.workerLink(worker)).call("add", [1, 2]);
        };
        return Promise.all(["close", "abort"].map(twice));
      });
      expect(sums).toEqual([3, 3]);
    });

    const deaths = {
      "is terminated": () => state.worker.terminate(),
      // As by somebody who has kept the method from before.
      "is terminated behind the link's back": () => Worker.prototype.terminate.call(state.worker),
      "closes itself": () => void state.busy.channel.call("end").catch(() => {}),
    };
    for (const [title, kill] of Object.entries(deaths)) {
      it(`that ${title} ends its channel soon, and all that was open`, async () => {
        const page = await place.page();
        await page.evaluate(async () => {
          state.worker = new Worker("worker.mjs", { type: "module" });
          state.busy = await near.occupy(near.connect(sluice.workerLink(state.worker)));
        });
        const start = await page.evaluate(`() => { const now = Date.now(); (${kill})(); return now; }`);
        const end = await page.evaluate(() => state.busy.settled());
        expect(end).toEqual(lost(end, start));
      });
    }
  });
}
