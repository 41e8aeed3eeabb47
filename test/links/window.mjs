// Frames and popups, of one origin and of two.
import { describe, expect } from "vitest";
import { exercised, lost } from "./expected.mjs";

export function windows({ place, it }) {
  const others = [
    ["frame", "same"],
    ["frame", "other"],
    ["popup", "same"],
    ["popup", "other"],
  ];
  /** What the page has to know of the other: its address, and its origin. */
  const target = (kind, whose, { names = "", delay = 0, origin = place.origin } = {}) => {
    const its = whose === "same" ? place.origin : place.otherOrigin;
    const query = new URLSearchParams({ origin, names, delay });
    return { kind, origin: its, url: `${its}/other.html?${query}` };
  };

  /** Leaves it in `state.other`. A popup needs a click. */
  const open = async (page, { kind, url }) => {
    const prepare = (kind, url) => {
      state.open = () => {
        state.other = near.openOther(kind, url);
      };
    };
    await page.evaluate(prepare, kind, url);
    if (kind === "popup") await page.click("#open");
    else await page.evaluate(() => void state.open());
  };

  for (const [kind, whose] of others) {
    describe(`A ${kind} of ${whose === "same" ? "the same" : "another"} origin`, () => {
      it(
        "carries calls, streams both ways and backpressure, and leaves no lock behind",
        async () => {
          const page = await place.page();
          await open(page, target(kind, whose));
          const seen = await page.evaluate(
            async ({ origin }) => {
              const { other } = state;
              const channel = near.connect(sluice.windowLink(other.window, { origin }));
              const result = await near.exercise(channel);
              const trusted = await channel.call("trusted", []);
              await channel.close();
              await near.sleep(300);
              other.end(other);
              return { ...result, trusted, locks: await near.locksOf() };
            },
            target(kind, whose),
          );
          expect(seen).toEqual({ ...exercised(seen), trusted: whose === "same", locks: 0 });
        },
        kind,
      );

      const deaths = {
        "is removed or closed": () => state.other.end(state.other),
        "navigates away": () => void state.busy.channel.call("leave", []).catch(() => {}),
        "loads anew": () => void state.busy.channel.call("reload", []).catch(() => {}),
      };
      for (const [title, kill] of Object.entries(deaths)) {
        it(
          `that ${title} ends its channel soon, and all that was open`,
          async () => {
            const page = await place.page();
            await open(page, target(kind, whose));
            await page.evaluate(
              async ({ origin }) => {
                state.busy = await near.occupy(near.connect(sluice.windowLink(state.other.window, { origin })));
              },
              target(kind, whose),
            );
            const start = await page.evaluate(`() => { const now = Date.now(); (${kill})(); return now; }`);
            const end = await page.evaluate(async () => {
              const end = await state.busy.settled();
              state.other.end(state.other);
              return end;
            });
            expect(end).toEqual({ ...lost(end, start), locks: expect.any(Number) });
          },
          kind,
        );
      }
    });
  }

  describe("Two windows", () => {
    it("meet whoever is there first, and again when one has loaded anew", async () => {
      const page = await place.page();
      const late = target("frame", "same", { delay: 500 });
      const seen = await page.evaluate(
        async ({ url, origin }, late) => {
          const hasLoaded = (other) => new Promise((resolve) => (other.frame.onload = resolve));
          const link = (other) => near.connect(sluice.windowLink(other.window, { origin }));
          // The other page links half a second after this one.
          const first = await link(near.openOther("frame", late)).call("add", [1, 1]);
          // This page links half a second after the other.
          const other = near.openOther("frame", url);
          await hasLoaded(other);
          await near.sleep(500);
          const channel = link(other);
          const second = await channel.call("add", [2, 2]);
          await channel.call("reload", []);
          const code = await channel.closed.catch((error) => error.code);
          const third = await link(other).call("add", [3, 3]);
          return { first, second, code, third };
        },
        target("frame", "same"),
        late.url,
      );
      expect(seen).toEqual({ first: 2, second: 4, code: "CONNECTION_LOST", third: 6 });
    });

    it("may have several channels, by names, each of them once", async () => {
      const page = await place.page();
      const seen = await page.evaluate(
        async ({ url, origin }) => {
          const { window } = near.openOther("frame", url);
          const link = (name) => near.connect(sluice.windowLink(window, { origin, name }));
          const channels = [link("a"), link("b")];
          const names = await Promise.all(channels.map((channel) => channel.call("name", [])));
          let code;
          try {
            link("a");
          } catch (error) {
            code = error.code;
          }
          await channels[0].close();
          return { names, code, still: await channels[1].call("name", []) };
        },
        target("frame", "same", { names: "a,b" }),
      );
      expect(seen).toEqual({ names: ["a", "b"], code: "BAD_OPTION", still: "b" });
    });

    it("do not mind what others post, nor post anything to others", async () => {
      const page = await place.page();
      const seen = await page.evaluate(
        async ({ url, origin }) => {
          const { window: other } = near.openOther("frame", url);
          const junk = ["text", null, 5, { sluice: "ready", nonce: 1 }, { sluice: "port", to: "x", port: 1 }];
          for (const each of junk) other.postMessage(each, "*");
          const channel = near.connect(sluice.windowLink(other, { origin }));
          // A third window claims to be the one that is meant.
          const stranger = document.createElement("iframe");
          document.body.append(stranger);
          const script = stranger.contentDocument.createElement("script");
          script.textContent = `parent.postMessage({ sluice: "ready", nonce: "z", seen: null, name: "" }, "*")`;
          stranger.contentDocument.body.append(script);
          await channel.call("litter", []);
          for (const each of junk) other.postMessage(each, "*");
          await channel.call("litter", []);
          await near.sleep(200);
          return channel.call("add", [1, 2]);
        },
        target("frame", "other"),
      );
      expect(seen).toBe(3);
    });

    it("do not connect to a page of a wrong origin, and give it nothing", async () => {
      const page = await place.page();
      // The frame's page is of the other origin than this page believes; it does hear another link that is right.
      const wrong = { ...target("frame", "other", { names: "wrong,right" }), wrong: place.origin };
      const seen = await page.evaluate(async ({ url, origin, wrong }) => {
        const { window: other } = near.openOther("frame", url);
        const right = near.connect(sluice.windowLink(other, { origin, name: "right" }));
        const posted = (await right.call("posted", [])).length;
        const channel = near.connect(sluice.windowLink(other, { origin: wrong, name: "wrong" }));
        await near.sleep(1_000);
        return { state: channel.stats().state, more: (await right.call("posted", [])).length - posted };
      }, wrong);
      expect(seen).toEqual({ state: "meeting", more: 0 });
      // And the other way round: the frame expects its parent to be of another origin.
      const deceived = target("frame", "other", { origin: "https://example.com" });
      const state = await page.evaluate(async ({ url, origin }) => {
        const channel = near.connect(sluice.windowLink(near.openOther("frame", url).window, { origin }));
        await near.sleep(1_000);
        return channel.stats().state;
      }, deceived);
      expect(state).toBe("meeting");
    });

    it("are refused where there is none, and with an origin that is not exact", async () => {
      const page = await place.page();
      const codes = await page.evaluate(() => {
        const codeOf = (other, options) => {
          try {
            sluice.windowLink(other, options);
          } catch (error) {
            return error.code;
          }
        };
        const some = near.openOther("frame", "/blank.html").window;
        return [
          codeOf(some, { origin: "*" }),
          codeOf(some, {}),
          codeOf(null, { origin }),
          codeOf(opener, { origin }),
          codeOf(parent, { origin }),
        ];
      });
      expect(codes).toEqual(["BAD_ORIGIN", "BAD_ORIGIN", "NO_WINDOW", "NO_WINDOW", "NO_WINDOW"]);
    });

    it("end their channels when a page goes into the back/forward cache: it finds them ended when it is back", async () => {
      const page = await place.page();
      const seen = await page.evaluate(
        async ({ url, origin }) => {
          const { window: other } = near.openOther("frame", url);
          const channel = near.connect(sluice.windowLink(other, { origin }));
          await channel.ready;
          dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
          const { state } = channel.stats();
          return { state, code: await channel.closed.catch((error) => error.code), locks: await near.locksOf() };
        },
        target("frame", "other"),
      );
      expect(seen).toEqual({ state: "closed", code: "CONNECTION_LOST", locks: 0 });
    });
  });
}
