// A SharedWorker with several clients: each has its own channel, and its end is nobody else's business.
import { describe, expect } from "vitest";
import { exercised, lost } from "./expected.mjs";
import { SOON } from "./places.mjs";

export function sharedWorkers({ place, it }) {
  describe("A shared worker", () => {
    it("has a channel with each client, all at once, and leaves no lock behind", async () => {
      const page = await place.page();
      const seen = await page.evaluate(async () => {
        const clients = [0, 1, 2].map(() =>
          near.connect(sluice.sharedWorkerLink(new SharedWorker("shared.mjs", { type: "module" }))),
        );
        const results = await Promise.all(clients.map(near.exercise));
        const numbers = await Promise.all(clients.map((client) => client.call("number", [])));
        await clients[1].close();
        const states = await near.until(async () => {
          const states = await clients[0].call("clients", []);
          return states.includes("closed") ? states : undefined;
        });
        await Promise.all(clients.map((client) => client.close()));
        await near.sleep(300);
        return { results, numbers: numbers.sort(), states: states.sort(), locks: await near.locksOf() };
      });
      for (const result of seen.results) expect(result).toEqual(exercised(result));
      expect(seen).toMatchObject({ numbers: [0, 1, 2], states: ["closed", "open", "open"], locks: 0 });
    });

    for (const kind of ["frame", "popup"]) {
      it(
        `learns soon that a client in a ${kind} is gone, and serves the others on`,
        async () => {
          const page = await place.page();
          await page.evaluate((kind) => {
            state.open = () => (state.other = near.openOther(kind, "/client.html"));
            if (kind === "frame") state.open();
          }, kind);
          if (kind === "popup") await page.click("#open");
          const seen = await page.evaluate(async () => {
            const channel = near.connect(sluice.sharedWorkerLink(new SharedWorker("shared.mjs", { type: "module" })));
            const other = state.other.window;
            const number = await await near.until(() => other.number);
            const before = (await channel.call("clients", []))[number];
            const start = Date.now();
            state.other.end(state.other);
            const after = await near.until(async () => {
              const state = (await channel.call("clients", []))[number];
              return state === "open" ? undefined : state;
            });
            const ms = Date.now() - start;
            return { before, after, ms, sum: await channel.call("add", [4, 4]) };
          });
          expect(seen).toEqual({ before: "open", after: "CONNECTION_LOST", ms: expect.any(Number), sum: 8 });
          expect(seen.ms).toBeLessThan(SOON);
        },
        kind,
      );
    }

    it("that closes itself ends the channels of its clients soon, and all that was open", async () => {
      const page = await place.page();
      const start = await page.evaluate(async () => {
        const link = () => sluice.sharedWorkerLink(new SharedWorker("shared.mjs", { type: "module", name: "ends" }));
        state.busy = await near.occupy(near.connect(link()));
        state.idle = near.connect(link());
        await state.idle.ready;
        state.busy.channel.call("end", []).catch(() => {});
        return Date.now();
      });
      const end = await page.evaluate(() => state.busy.settled());
      expect(end).toEqual(lost(end, start));
      expect(await page.evaluate(() => state.idle.closed.catch((error) => error.code))).toBe("CONNECTION_LOST");
    });

    it("that cannot be loaded ends the channel", async () => {
      const page = await place.page();
      const code = await page.evaluate(() => {
        const channel = near.connect(sluice.sharedWorkerLink(new SharedWorker("no-such-file.mjs", { type: "module" })));
        return channel.closed.catch((error) => error.code);
      });
      expect(code).toBe("CONNECTION_LOST");
    });
  });
}
