import { afterEach, expect, it, vi } from "vitest";
import { PortLane } from "../../../../adapters/message-port/lane.ts";
import type { PortLike } from "../../../../adapters/message-port/types.ts";

afterEach(() => vi.unstubAllGlobals());

/** A lane whose port hands over two messages one right after the other; what is noted while promises settle in between. */
async function twoAtOnce(): Promise<unknown[]> {
  const port = new EventTarget();
  const seen: unknown[] = [];
  const lane = new PortLane(Object.assign(port, { postMessage() {} }) as unknown as PortLike, "stream");
  lane.listen({
    receive(message) {
      seen.push(message);
      void (async () => {
        for (let i = 0; i < 20; i++) await undefined;
        seen.push(`after ${message}`);
      })();
    },
    lost() {},
  });
  for (const data of ["one", "two"]) port.dispatchEvent(Object.assign(new Event("message"), { data }));
  await new Promise((resolve) => setTimeout(resolve, 10));
  return seen;
}

it("messages that Deno hands over at once are received one by one, with time for promises in between", async () => {
  vi.stubGlobal("Deno", {});
  expect(await twoAtOnce()).toEqual(["one", "after one", "two", "after two"]);
});

it("elsewhere the runtime lets promises settle between messages, and none waits", async () => {
  expect(await twoAtOnce()).toEqual(["one", "two", "after one", "after two"]);
});
