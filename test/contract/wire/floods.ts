/** What a remote that is not trusted may do only so often: a flood ends the channel, and less of it does not. */
import { it } from "vitest";
import { greeted, WINDOW } from "./peer.ts";

const strangers = { fork: false, trusted: false };
const never = (): Promise<never> => new Promise(() => {});
const reason = { name: "Error", message: "reset" };

/** Opens streams, and resets each at once. */
async function opensAndResets(count: number, options: object) {
  const peer = await greeted({ limits: { resets: 50 }, ...options }, {}, strangers);
  for (let i = 0; i < count; i++) {
    const id = 2 * i + 1;
    peer.send({ type: "stream-open", id, name: "keep", codec: "clone", readable: WINDOW });
    peer.send({ type: "stream-error", id, reason });
    peer.send({ type: "stream-cancel", id, reason });
  }
  return peer;
}

export function floodRules(): void {
  it("streams reset before their handlers settle: 100 at once → nothing; more than 50 a second → RESET_FLOOD", async () => {
    const peer = await opensAndResets(100, { streams: { keep: never } });
    await peer.unmoved();
    const flood = await opensAndResets(101, { streams: { keep: never } });
    await flood.accused("RESET_FLOOD");
  });

  it("streams reset before anybody has taken them → RESET_FLOOD", async () => {
    const handlers = { streams: { keep: never }, limits: { resets: 50, streams: 1 } };
    const flood = await opensAndResets(102, handlers);
    await flood.accused("RESET_FLOOD");
  });

  it("more streams at once than the limit allows, again and again → FAULT_FLOOD", async () => {
    const limits = { unaccepted: 1, faults: 5, streams: 1 };
    const peer = await greeted({ limits, streams: { keep: never } }, {}, strangers);
    // One is with the handler, and twice what was told may wait; ten faults are let through.
    for (let i = 0; i < 13; i++) peer.open("keep", {}, 2 * i + 1);
    await peer.unmoved();
    peer.open("keep", {}, 101);
    await peer.accused("FAULT_FLOOD");
  });

  it("20 pings at once → 20 answers; one more → PING_FLOOD", async () => {
    const peer = await greeted({}, {}, strangers);
    for (let id = 1; id <= 20; id++) peer.message({ id, method: "$/ping" });
    for (let id = 1; id <= 20; id++) await peer.next((message) => message["id"] === id);
    peer.message({ id: 21, method: "$/ping" });
    await peer.accused("PING_FLOOD");
  });

  it("1,000 pings of a trusted remote → nothing", async () => {
    const peer = await greeted();
    for (let id = 1; id <= 1_000; id++) peer.message({ id, method: "$/ping" });
    await peer.next((message) => message["id"] === 1_000);
    await peer.unmoved();
  });
}
