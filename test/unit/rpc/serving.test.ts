/** The answering side of a peer: which method runs, what is answered, and that everything is answered once. */
import { describe, expect, it } from "vitest";
import type { Method } from "../../../src/rpc/peer.ts";
import { bench, joined } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

const never: Method = () => new Promise(() => {});

describe("RpcPeer, of a request", () => {
  it("answers with what the method gave", async () => {
    const one = bench({ methods: { add: ({ a, b }: { a: number; b: number }) => a + b } });
    one.ask("add", { a: 1, b: 2 }, 7);
    await settle();
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 7, result: 3 }]);
    expect(one.peer.active).toBe(0);
  });

  it.each<[unknown, unknown]>([
    [undefined, null],
    [null, null],
    [0, 0],
    [Promise.resolve("later"), "later"],
  ])("answers with a result where the method gave %o", async (given, result) => {
    const one = bench({ methods: { m: () => given } });
    one.ask("m", {}, 1);
    await settle();
    expect(one.response()).toEqual({ jsonrpc: "2.0", id: 1, result });
  });

  it.each([0, -5, 1.5, "", "text", null])("answers under the very id %o", async (id) => {
    const one = bench({ methods: { m: () => 1 } });
    one.ask("m", {}, id);
    await settle();
    expect(one.response().id).toBe(id);
  });

  it("hands over params as they came, or none", async () => {
    const seen: unknown[] = [];
    const one = bench({ methods: { m: (params: unknown) => void seen.push(params) } });
    one.ask("m", { a: 1 }, 1);
    one.ask("m", [1, 2], 2);
    one.ask("m", undefined, 3);
    await settle();
    expect(seen).toEqual([{ a: 1 }, [1, 2], undefined]);
  });

  it.each([
    "missing",
    "toString",
    "constructor",
    "__proto__",
    "hasOwnProperty",
    "valueOf",
    "then",
    "a.b",
    "$/mine",
    "",
  ])("answers -32601 where there is no such method: %s", async (name) => {
    const one = bench({ methods: { a: () => 1 }, system: { "$/ping": () => null } });
    one.ask(name, {}, 1);
    await settle();
    expect(one.response().error?.code).toBe(-32_601);
    expect(one.response().error?.message).toContain(name);
  });

  it.each([undefined, 5, null, {}, ["m"]])("answers -32600 where its method is %o", async (method) => {
    const one = bench();
    one.ask(method, {}, 1);
    await settle();
    expect(one.response()).toMatchObject({ id: 1, error: { code: -32_600 } });
  });

  it.each([{}, true, Number.NaN, [1], 5n])("answers -32600 without an id where its id is %o", async (id) => {
    const one = bench({ methods: { m: () => 1 } });
    one.ask("m", {}, id);
    await settle();
    expect(one.sent).toHaveLength(1);
    expect(one.response()).toMatchObject({ id: null, error: { code: -32_600 } });
  });

  it.each([5, "text", true])("answers -32600 or -32602 where its params are %o, and runs nothing", async (params) => {
    let ran = 0;
    const one = bench({ methods: { m: () => void ran++ } });
    one.peer.receive({ jsonrpc: "2.0", method: "m", params, id: 1 });
    await settle();
    expect([-32_600, -32_602]).toContain(one.response().error?.code);
    expect(ran).toBe(0);
  });

  it("answers the second of two with the same id with -32600, and the first in its own time", async () => {
    let finish: (value: unknown) => void = () => {};
    const one = bench({
      methods: {
        m: () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      },
    });
    one.ask("m", {}, 1);
    one.ask("m", {}, 1);
    expect(one.sent).toMatchObject([{ id: 1, error: { code: -32_600 } }]);
    finish("done");
    await settle();
    expect(one.sent.slice(1)).toEqual([{ jsonrpc: "2.0", id: 1, result: "done" }]);
    one.ask("m", {}, 1);
    expect(one.sent.length).toBe(2);
  });

  it("takes the same number as text for another id", async () => {
    const one = bench({ methods: { m: () => 1 } });
    one.ask("m", {}, 1);
    one.ask("m", {}, "1");
    await settle();
    expect(one.sent.map((each) => "result" in each)).toEqual([true, true]);
  });
});

describe("RpcPeer.cancelled()", () => {
  it("aborts the method's signal, and what it gives then is still answered, once", async () => {
    const m = (_: unknown, { signal }: { signal: AbortSignal }): Promise<unknown> =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason.name)));
    const one = bench({ methods: { m } });
    one.ask("m", {}, 1);
    one.peer.cancelled(1);
    one.peer.cancelled(1);
    await settle();
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 1, result: "AbortError" }]);
  });

  it.each([undefined, null, 99, "1", {}])("does not mind an id that is not in progress: %o", (id) => {
    const one = bench({ methods: { never } });
    one.ask("never", {}, 1);
    expect(() => one.peer.cancelled(id)).not.toThrow();
    expect(one.peer.active).toBe(1);
  });

  it("reaches the method from the caller's signal, with its reason, across two peers", async () => {
    let seen: unknown;
    const [caller] = joined(
      {},
      {
        methods: {
          wait: (_: unknown, { signal }: { signal: AbortSignal }) =>
            new Promise((resolve) =>
              signal.addEventListener("abort", () => {
                seen = signal.reason;
                resolve(seen);
              }),
            ),
        },
      },
    );
    const controller = new AbortController();
    const result = caller.call("wait", {}, { signal: controller.signal });
    result.catch(() => {});
    await settle();
    controller.abort("enough");
    await expect(result).rejects.toBe("enough");
    await settle();
    expect(seen).toBe("enough");
  });
});

describe("RpcPeer, at its limit of calls", () => {
  it("refuses a request more, and takes one again once another is answered", async () => {
    let finish: () => void = () => {};
    const one = bench({
      methods: {
        m: () =>
          new Promise<void>((resolve) => {
            finish = resolve;
          }),
      },
      host: { calls: 1 },
    });
    one.ask("m", {}, 1);
    one.ask("m", {}, 2);
    expect(one.sent).toMatchObject([{ id: 2, error: { code: -32_000 } }]);
    finish();
    await settle();
    one.ask("m", {}, 3);
    expect(one.peer.active).toBe(1);
  });

  it("counts calls alone: neither notifications in progress nor Sluice's own calls take their places", async () => {
    const one = bench({ methods: { never, m: () => 1 }, system: { "$/shutdown": never }, host: { calls: 1 } });
    one.ask("never");
    one.ask("$/shutdown", {}, 1);
    one.ask("m", {}, 2);
    await settle();
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 2, result: 1 }]);
  });

  it("refuses Sluice's own calls as well, once there are 1,024 of them", async () => {
    for (const isNotice of [false, true]) {
      let begun = 0;
      const shutdown: Method = () => {
        begun++;
        return new Promise(() => {});
      };
      const one = bench({ system: { "$/shutdown": shutdown } });
      for (let id = 1; id <= 1_030; id++) one.ask("$/shutdown", {}, ...(isNotice ? [] : [id]));
      await settle();
      expect(begun).toBe(1_024);
      expect(one.sent).toHaveLength(isNotice ? 0 : 6);
      for (const each of one.sent) expect(each).toMatchObject({ error: { code: -32_000 } });
    }
  });

  it.each(["$/ping", "$/shutdown"])("still answers Sluice's own %s", async (name) => {
    const one = bench({ methods: { never }, system: { [name]: () => null }, host: { calls: 1 } });
    one.ask("never", {}, 1);
    one.ask(name, {}, 2);
    await settle();
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 2, result: null }]);
  });
});

describe("RpcPeer.refuse() and close()", () => {
  it("answers new calls with the reason, and Sluice's own as ever", async () => {
    const one = bench({ methods: { m: () => 1 }, system: { "$/ping": () => null } });
    one.peer.refuse(new RangeError("closing"));
    one.ask("m", {}, 1);
    one.ask("$/ping", {}, 2);
    await settle();
    expect(one.sent).toMatchObject([
      { id: 1, error: { message: "closing" } },
      { id: 2, result: null },
    ]);
  });

  it("aborts what is in progress when it closes, and never answers it", async () => {
    let signal: AbortSignal | undefined;
    const m: Method = (_: never, context) => {
      signal = context.signal;
      return new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    };
    const one = bench({ methods: { m } });
    one.ask("m", {}, 1);
    one.peer.close(() => "lost");
    await settle();
    expect(signal?.reason).toBe("lost");
    expect([one.sent.length, one.peer.active]).toEqual([0, 0]);
  });
});
