/** Batches of the remote: what is owed for each entry, and one array of answers once all are there. */
import { describe, expect, it } from "vitest";
import type { Method } from "../../../src/rpc/peer.ts";
import { thrownBy } from "../support/error-of.ts";
import { type Bench, bench, quietCall } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

const request = (id: unknown, method = "echo", params: unknown = [id]) => ({ jsonrpc: "2.0", id, method, params });
const result = (id: unknown, given: unknown = [id]) => ({ jsonrpc: "2.0", id, result: given });
const invalid = (id: unknown = null) => ({ jsonrpc: "2.0", id, error: { code: -32_600, message: expect.any(String) } });

const methods: Record<string, Method> = {
  echo: (params: unknown) => params,
  never: () => new Promise(() => {}),
};

async function answers(one: Bench, batch: unknown): Promise<unknown[]> {
  one.peer.receive(batch);
  await settle();
  return one.sent;
}

describe("RpcPeer, of a batch", () => {
  it("answers in one array, in the order of the entries", async () => {
    const later: Method = () => new Promise((resolve) => setImmediate(resolve, "late"));
    const one = bench({ methods: { ...methods, later } });
    one.peer.receive([request(1, "later"), request(2), request("3")]);
    expect(one.sent).toEqual([]);
    await settle();
    await settle();
    expect(one.sent).toEqual([[result(1, "late"), result(2), result("3")]]);
  });

  it("is sent no answer before the last is there", async () => {
    const one = bench({ methods });
    expect(await answers(one, [request(1, "never"), request(2)])).toEqual([]);
    expect(one.peer.active).toBe(2);
  });

  it("answers an array of one with an array of one", async () => {
    expect(await answers(bench({ methods }), [request(1)])).toEqual([[result(1)]]);
  });

  it("that is empty is answered with a single -32600, its id null", async () => {
    expect(await answers(bench({ methods }), [])).toEqual([invalid()]);
  });

  it("answers each entry that is no message with its own -32600", async () => {
    const entries = [1, null, "text", [], [request(1)], { foo: "boo" }, { method: "echo", id: 4 }, true];
    const sent = await answers(bench({ methods }), entries);
    expect(sent).toEqual([[...new Array(6).fill(invalid()), invalid(4), invalid()]]);
  });

  it("of notifications is answered by nothing, and runs them in order", async () => {
    const seen: unknown[] = [];
    const note: Method = (params: unknown) => void seen.push(params);
    const one = bench({ methods: { note } });
    const notes = [1, 2, 3].map((n) => ({ jsonrpc: "2.0", method: "note", params: [n] }));
    expect(await answers(one, [...notes, { jsonrpc: "2.0", method: "missing" }])).toEqual([]);
    expect(seen).toEqual([[1], [2], [3]]);
  });

  it("answers only the entries that ask for it", async () => {
    const note = { jsonrpc: "2.0", method: "echo", params: [0] };
    expect(await answers(bench({ methods }), [note, request(0), note])).toEqual([[result(0)]]);
  });

  it("refuses the second of two entries with one id", async () => {
    const sent = await answers(bench({ methods }), [request(1), request(1)]);
    expect(sent).toEqual([[result(1), invalid(1)]]);
  });

  it.each(["$/cancel", "$/ping", "$/hello", "$/shutdown", "$/"])(
    "refuses %s in it, and does not run it",
    async (name) => {
      let ran = 0;
      const one = bench({ methods, system: { [name]: () => ++ran } });
      const sent = await answers(one, [request(1, name), { jsonrpc: "2.0", method: name }, request(2)]);
      expect(sent).toEqual([[invalid(1), invalid(), result(2)]]);
      expect(ran).toBe(0);
    },
  );

  it("of 50 is served; of 51 it is refused with one -32600, and nothing is run", async () => {
    let ran = 0;
    const one = bench({ methods: { m: () => ++ran } });
    const batch = Array.from({ length: 50 }, (_, i) => request(i, "m"));
    expect(await answers(one, batch)).toHaveLength(1);
    expect(ran).toBe(50);
    expect((await answers(one, [...batch, request(50, "m")])).slice(1)).toEqual([invalid()]);
    expect(ran).toBe(50);
  });

  it("is refused by its length, whatever it holds", async () => {
    expect(await answers(bench({ methods }), new Array(1e9))).toEqual([invalid()]);
  });

  it("counts its entries towards the calls in progress", async () => {
    const one = bench({ methods, host: { calls: 2 } });
    one.peer.receive([request(1, "never"), request(2, "never"), request(3)]);
    expect(one.peer.active).toBe(2);
  });

  it("of answers settles the calls that they are for", async () => {
    const one = bench();
    const calls = [quietCall(one, "a", {}), quietCall(one, "b", {})];
    one.peer.receive([result(2, "B"), { jsonrpc: "2.0", id: 1, error: { code: 5, message: "no" } }]);
    expect(await Promise.allSettled(calls)).toMatchObject([{ reason: { code: 5 } }, { value: "B" }]);
    expect(one.sent).toHaveLength(2);
  });

  it("may mix answers and requests", async () => {
    const one = bench({ methods });
    const call = quietCall(one, "a", {});
    expect((await answers(one, [result(1, "A"), request(7)])).slice(1)).toEqual([[result(7)]]);
    expect(await call).toBe("A");
  });

  it("of answers to no call counts each of them", () => {
    const one = bench({ host: { unsolicited: 3 } });
    const flood = [7, 8, 9, 10].map((id) => result(id));
    expect(thrownBy(() => one.peer.receive(flood)).code).toBe("RESPONSE_FLOOD");
  });

  it("answers what it can where one result cannot be sent", async () => {
    const one = bench({ methods: { ...methods, bad: () => ({ f: () => 1 }) } });
    const sent = await answers(one, [request(1), request(2, "bad")]);
    const error = { code: -32_000, message: expect.stringContaining("result.f"), data: expect.anything() };
    expect(sent).toEqual([[result(1), { jsonrpc: "2.0", id: 2, error }]]);
    expect(one.peer.active).toBe(0);
  });

  it("runs no further entry once one has ended the connection", async () => {
    let ran = 0;
    const one: Bench = bench({ methods: { m: () => ++ran, end: () => one.peer.close(() => "over") } });
    expect(await answers(one, [request(1, "end"), request(2, "m")])).toEqual([]);
    expect(ran).toBe(0);
  });

  it("has entries that can be cancelled, and then is answered", async () => {
    const wait: Method = (_: unknown, { signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve("stopped")));
    const one = bench({ methods: { ...methods, wait } });
    one.peer.receive([request(1, "wait"), request(2)]);
    one.peer.cancelled(1);
    await settle();
    expect(one.sent).toEqual([[result(1, "stopped"), result(2)]]);
  });

  it.each<[string, number, unknown, unknown[]]>([
    [
      "results",
      450,
      1,
      [
        { id: 1, error: { code: -32_603 } },
        { id: 2, error: { code: -32_603 } },
      ],
    ],
    ["ids", 300, "i".repeat(250), [{ id: null, error: { code: -32_600 } }]],
  ])("is answered once, with errors, where its %s are too long together for the remote", async (_, most, id, told) => {
    const taken: unknown[] = [];
    const send = (message: unknown): void => {
      if (JSON.stringify(message).length > most) throw new RangeError("too long");
      taken.push(message);
    };
    const one = bench({ methods: { long: () => "x".repeat(200) }, host: { send } });
    one.peer.receive([request(id, "long"), request(2, "long")]);
    await settle();
    expect(taken).toMatchObject([told]);
    expect(one.peer.active).toBe(0);
  });
});
