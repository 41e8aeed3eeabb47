import { afterEach, expect, it, vi } from "vitest";
import { PortLane } from "../../../../adapters/message-port/lane.ts";
import type { PortLike } from "../../../../adapters/message-port/types.ts";
import { Turn } from "../../../../src/stream/gather.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function makePort(): PortLike & EventTarget {
  return Object.assign(new EventTarget(), { postMessage() {} });
}

function deliver(port: EventTarget, data: unknown): void {
  port.dispatchEvent(Object.assign(new Event("message"), { data }));
}

/** A lane whose port hands over two messages one right after the other; what is noted while promises settle in between. */
async function twoAtOnce(): Promise<unknown[]> {
  const port = makePort();
  const seen: unknown[] = [];
  const lane = new PortLane(port, "stream");
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
  for (const data of ["one", "two"]) deliver(port, data);
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

it.each([
  ["node", ["on:message"]],
  ["Deno", ["message", "messageerror"]],
  ["Bun", ["message", "messageerror"]],
])("in %s a stream's port is listened to by %j", (runtime, expected) => {
  const listened: string[] = [];
  class Port implements PortLike {
    on(type: string): void {
      listened.push(`on:${type}`);
    }
    addEventListener(type: string): void {
      listened.push(type);
    }
    removeEventListener(): void {}
    postMessage(): void {}
  }
  vi.stubGlobal("MessagePort", Port);
  if (runtime !== "node") vi.stubGlobal(runtime, {});
  new PortLane(new Port(), "stream").listen({ receive() {}, lost() {} });
  expect(listened).toEqual(expected);
});

it("a message that cannot be read is told in its place, and as the lane's loss where nobody listens to that", () => {
  const port = makePort();
  const lane = new PortLane(port, "stream");
  const seen: unknown[] = [];
  const receive = (message: unknown): void => void seen.push(message);
  const lost = ({ message }: Error): void => void seen.push(message);
  lane.listen({ receive, unreadable: () => void seen.push("unreadable"), lost });
  deliver(port, 1);
  port.dispatchEvent(new Event("messageerror"));
  deliver(port, 2);
  expect(seen).toEqual([1, "unreadable", 2]);
  lane.listen({ receive, lost });
  port.dispatchEvent(new Event("messageerror"));
  expect(seen.at(-1)).toBe("The port received a message that cannot be read");
  lane.close();
  port.dispatchEvent(new Event("messageerror"));
  expect(seen).toHaveLength(4);
});

it("what one lane posts, the other receives", async () => {
  const { port1, port2 } = new MessageChannel();
  const received = new Promise((receive) => new PortLane(port1, "stream").listen({ receive, lost() {} }));
  new PortLane(port2, "stream").post({ a: 1 });
  expect(await received).toEqual({ a: 1 });
  port1.close();
});

it("streams that rest go on while messages come, although none of one's own does", async () => {
  // As in a browser, where those that came before are so many.
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("MessageChannel", FloodedChannel);
  vi.resetModules();
  const fresh = await import("../../../../adapters/message-port/lane.ts");
  const { realmScheduler } = await import("../../../../adapters/message-port/scheduler.ts");
  const turn = new Turn(realmScheduler());
  const port = makePort();
  const seen: unknown[] = [];
  new fresh.PortLane(port, "stream").listen({ receive: (message) => void seen.push(message), lost() {} });
  for (const name of ["a", "b", "c"]) turn.rest({ rested: () => void seen.push(name) });
  for (let i = 0; i < 100; i++) deliver(port, ".");
  // Some messages are heard before each.
  expect(seen.join("")).toMatch(/^\.{1,16}a\.{1,16}b\.{1,16}c\.+$/);
});

/** What is posted comes behind all that a test looks at. */
class FloodedChannel {
  readonly port1 = {};
  readonly port2 = { postMessage: (): void => {} };
}
