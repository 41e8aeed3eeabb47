/** A guest at a door, whose host a test plays: whom it meets there, and when it gives up. */
import { type Channel, connect } from "sluice";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { DoorLink } from "../../../../adapters/message-port/door-link.ts";
import { type Bond, TOLD } from "../../../../adapters/message-port/presence.ts";
import { settle } from "../../support/scheduler.ts";

const HOLDS: Bond = { holds: true, watches: false, together: true };

interface Guest {
  readonly channel: Channel;
  /** What it has said at the door. */
  readonly said: Record<string, unknown>[];
  hear(message: object): void;
  /** Time passes: whether it is still there. */
  waits(ms: number): Promise<boolean>;
}

function guest(bond: Bond = TOLD): Guest {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const said: Record<string, unknown>[] = [];
  let hear = (_message: unknown): unknown => undefined;
  const link = new DoorLink(
    {
      name: "the worker",
      tellsDeath: true,
      post: (message) => void said.push(message as Record<string, unknown>),
      open(on) {
        hear = on.message;
        return () => {};
      },
      keepAlive() {},
    },
    { role: "guest", bond },
  );
  const channel = connect(link);
  for (const promise of [channel.ready, channel.closed]) promise.catch(() => {});
  onTestFinished(() => {
    channel.abort();
    vi.useRealTimers();
  });
  return {
    channel,
    said,
    hear,
    async waits(ms) {
      vi.advanceTimersByTime(ms);
      await settle();
      return channel.stats().state === "meeting";
    },
  };
}

const ready = (nonce: string) => ({ sluice: "ready", nonce, seen: null });
const BYE = { sluice: "bye" };

describe("A guest whose host is closed before the two have met", () => {
  it("meets the one that comes next", async () => {
    const { said, hear } = guest();
    hear(ready("first"));
    hear(BYE);
    hear(ready("second"));
    expect(said.map(({ seen }) => seen)).toEqual([null, "first", "second"]);
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    const hello = new Promise((resolve) => port1.addEventListener("message", ({ data }) => resolve(data)));
    port1.start();
    hear({ sluice: "port", to: said[0]?.["nonce"], from: "second", port: port2 });
    expect(await hello).toMatchObject({ method: "$/hello" });
  });

  it.each([[[BYE]], [[ready("first"), BYE]], [[ready("first"), BYE, ready("second"), BYE]]])(
    "gives up a second later, if nobody has come then: %j",
    async (heard) => {
      const { channel, hear, waits } = guest();
      for (const message of heard) hear(message);
      expect(await waits(999)).toBe(true);
      expect(await waits(1)).toBe(false);
      await expect(channel.closed).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    },
  );

  it("waits on for one that has come", async () => {
    const { hear, waits } = guest();
    hear(ready("first"));
    for (let i = 0; i < 2; i++) hear(BYE);
    await waits(900);
    hear(ready("second"));
    expect(await waits(60_000)).toBe(true);
  });

  it("waits on for one that has come before the guest could answer", async () => {
    const request = () => new Promise(() => {});
    vi.stubGlobal("navigator", { locks: { request, query: request } });
    // Node has no locks that count.
    vi.stubGlobal("process", undefined);
    const { said, hear, waits } = guest(HOLDS);
    vi.unstubAllGlobals();
    for (const message of [ready("first"), BYE, ready("second")]) hear(message);
    expect(said).toEqual([]);
    expect(await waits(60_000)).toBe(true);
    expect(said).toMatchObject([{ sluice: "ready", seen: null }]);
  });
});
