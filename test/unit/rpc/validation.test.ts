/** Methods with a schema: what reaches the handler, and what a caller whose params fail is told. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { type Definition, methodsOf } from "../../../src/define.ts";
import type { Method } from "../../../src/rpc/peer.ts";
import { type Bench, bench } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

const Insert = v.object({
  table: v.optional(v.string(), "main"),
  rows: v.array(v.object({ id: v.pipe(v.string(), v.toUpperCase()) })),
});

function serving(methods: NonNullable<Definition["methods"]>): Bench {
  return bench({ methods: Object.fromEntries(methodsOf({ methods })) });
}

/** A method that keeps what it was called with. */
function keeping(): { seen: unknown[]; handler: Method } {
  const seen: unknown[] = [];
  return { seen, handler: (params: unknown) => void seen.push(params) };
}

describe("A method with a schema", () => {
  it("gets what the schema makes of the params", async () => {
    const { seen, handler } = keeping();
    const one = serving({ insert: { params: Insert, handler } });
    one.ask("insert", { rows: [{ id: "a", extra: 1 }] }, 1);
    await settle();
    expect(one.response()).toEqual({ jsonrpc: "2.0", id: 1, result: null });
    expect(seen).toEqual([{ table: "main", rows: [{ id: "A" }] }]);
  });

  it("is not called with params that fail: -32602, the first issue and its path, all issues in data", async () => {
    const { seen, handler } = keeping();
    const one = serving({ insert: { params: Insert, handler } });
    one.ask("insert", { table: 5, rows: [{ id: "a" }, { id: 5 }] }, 1);
    await settle();
    expect(seen).toEqual([]);
    expect(one.response().error).toMatchObject({
      code: -32_602,
      message: expect.stringMatching(/^Cannot call "insert" with these params: table: .*string.*5/),
      data: { issues: [{ path: ["table"] }, { path: ["rows", 1, "id"], message: expect.stringContaining("string") }] },
    });
    expect(one.peer.active).toBe(0);
  });

  it("is not called without params that it needs", async () => {
    const { seen, handler } = keeping();
    const one = serving({ insert: { params: Insert, handler } });
    one.ask("insert", undefined, 1);
    await settle();
    expect(one.response().error?.code).toBe(-32_602);
    expect(seen).toEqual([]);
  });

  it("may take none", async () => {
    const { seen, handler } = keeping();
    const one = serving({ insert: { params: v.optional(Insert), handler } });
    one.ask("insert", undefined, 1);
    await settle();
    expect(seen).toEqual([undefined]);
  });

  it("may have an asynchronous one", async () => {
    const { seen, handler } = keeping();
    const params = v.objectAsync({
      id: v.pipeAsync(
        v.string(),
        v.checkAsync(async (id) => id === "free", "taken"),
      ),
    });
    const one = serving({ claim: { params, handler } });
    one.ask("claim", { id: "free" }, 1);
    one.ask("claim", { id: "other" }, 2);
    for (let n = 0; n < 5; n++) await settle();
    expect(seen).toEqual([{ id: "free" }]);
    expect(one.sent.map((message) => ("error" in message ? message.error?.message : "result"))).toEqual(
      expect.arrayContaining(["result", 'Cannot call "claim" with these params: id: taken']),
    );
  });

  it("is not called once its caller has cancelled while an asynchronous schema was at work", async () => {
    const { seen, handler } = keeping();
    let finish: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const params = v.pipeAsync(
      v.object({}),
      v.checkAsync(async () => held.then(() => true)),
    );
    const one = serving({ slow: { params, handler } });
    one.ask("slow", {}, 1);
    one.peer.cancelled(1);
    finish();
    for (let n = 0; n < 5; n++) await settle();
    expect(seen).toEqual([]);
    expect(one.response().error).toMatchObject({ data: { reason: { name: "AbortError" } } });
  });

  it("answers with what the schema itself threw", async () => {
    const params = v.pipe(
      v.object({}),
      v.transform(() => {
        throw new RangeError("broken schema");
      }),
    );
    const one = serving({ m: { params, handler: () => 1 } });
    one.ask("m", {}, 1);
    await settle();
    expect(one.response().error).toMatchObject({ code: -32_000, data: { reason: { name: "RangeError" } } });
  });

  it("gets the context as any method does", async () => {
    const one = serving({ m: { params: v.object({}), handler: (_, { signal }) => signal.aborted } });
    one.ask("m", {}, 1);
    await settle();
    expect(one.response().result).toBe(false);
  });

  it("does not answer a notification whose params fail, nor is it called", async () => {
    const { seen, handler } = keeping();
    const one = serving({ insert: { params: Insert, handler } });
    one.ask("insert", { rows: 5 });
    await settle();
    expect([seen, one.sent]).toEqual([[], []]);
  });
});
