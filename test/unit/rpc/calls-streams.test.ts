/** Answers that name streams, as a hostile or a late remote sends them. */
import { describe, expect, it } from "vitest";
import { Values } from "../../../src/rpc/values.ts";
import type { Arrival } from "../../../src/stream/arrival.ts";
import type { Duplex } from "../../../src/stream/stream.ts";
import type { SystemOffer } from "../../../src/stream/system.ts";
import { thrownBy } from "../support/error-of.ts";
import { type Bench, bench, quietCall } from "../support/rpc.ts";

interface Taken {
  readonly offer: SystemOffer;
  readonly ended: unknown[];
  accepted: number;
}

function offer(number: number): Taken {
  const ended: unknown[] = [];
  const stream = { readable: new ReadableStream(), abort: (reason: unknown) => void ended.push(reason) };
  const self: Taken = {
    accepted: 0,
    ended,
    offer: {
      metadata: number,
      arrived: 0,
      accept: () => {
        self.accepted++;
        return stream as unknown as Duplex;
      },
      refuse: (reason) => void ended.push(reason),
      withdrawn: undefined,
      arriving: undefined,
    },
  };
  return self;
}

function make(): Bench & { values: Values } {
  const values = new Values({ classes: globalThis, refusal: () => undefined, openStream: () => undefined as never });
  return { ...bench({ host: { values } }), values };
}

const answer = (more: object): Record<string, unknown> => ({ jsonrpc: "2.0", id: 1, result: null, ...more });
const wires = [[[], 1, "readable"]];

describe("An answer with streams", () => {
  it("that is malformed is a breach at once, also while it waits for data", () => {
    const self = make();
    void quietCall(self, "m", {});
    const waits: Arrival = { wait: () => Promise.resolve(), complete: () => true, handled: () => Promise.resolve() };
    const { code } = thrownBy(() => self.peer.receive(answer({ streams: [["x"]] }), waits));
    expect(code).toBe("BAD_MESSAGE");
  });

  it("resolves the call once they have come", async () => {
    const self = make();
    const call = self.peer.call("m", {});
    self.peer.receive(answer({ streams: wires }));
    self.values.offered(offer(1).offer);
    expect(await call).toBeInstanceOf(ReadableStream);
  });

  it("to a call that was given up meanwhile ends them", async () => {
    for (const when of ["before the answer", "before the stream"]) {
      const self = make();
      const controller = new AbortController();
      const call = self.peer.call("m", {}, { signal: controller.signal });
      call.catch(() => {});
      const taken = offer(1);
      if (when === "before the answer") controller.abort("why");
      self.peer.receive(answer({ streams: wires }));
      controller.abort("why");
      self.values.offered(taken.offer);
      await expect(call).rejects.toBe("why");
      expect(taken.ended).toMatchObject([{ name: "AbortError" }]);
    }
  });

  it("that is an error ends them", async () => {
    const self = make();
    const call = self.peer.call("m", {});
    const taken = offer(1);
    self.values.offered(taken.offer);
    self.peer.receive({ jsonrpc: "2.0", id: 1, result: null, error: { code: 5, message: "no" }, streams: wires });
    await expect(call).rejects.toMatchObject({ code: 5 });
    expect(taken.ended).toHaveLength(1);
  });
});
