/** Methods that fail, and notifications, which nobody answers. */
import { describe, expect, it } from "vitest";
import { RpcError } from "../../../src/errors.ts";
import { decodeReason } from "../../../src/reason.ts";
import type { RpcMessage } from "../../../src/rpc/messages.ts";
import type { Method } from "../../../src/rpc/peer.ts";
import { type Bench, bench } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

const never: Method = () => new Promise(() => {});

describe("RpcPeer, of a method that fails", () => {
  it("answers with what it threw, so that the caller can have it in its class", async () => {
    const thrown = Object.assign(new RangeError("too far"), { code: "FAR" });
    for (const m of [
      () => {
        throw thrown;
      },
      async () => {
        throw thrown;
      },
    ]) {
      const one = bench({ methods: { m } });
      one.ask("m", {}, 1);
      await settle();
      const { code, message, data } = one.response().error as {
        code: number;
        message: string;
        data: { reason: unknown };
      };
      expect([code, message]).toEqual([-32_000, "too far"]);
      expect(decodeReason(data.reason)).toMatchObject({ name: "RangeError", message: "too far", code: "FAR" });
    }
  });

  it("tells its stack to a trusted remote only", async () => {
    for (const trusted of [true, false]) {
      const one = bench({
        methods: {
          m: () => {
            throw new Error("text");
          },
        },
        host: { trusted },
      });
      one.ask("m", {}, 1);
      await settle();
      expect(JSON.stringify(one.response()).includes("stack")).toBe(trusted);
    }
  });

  it("answers with the code, message and data of an RpcError", async () => {
    const one = bench({
      methods: {
        m: () => {
          throw new RpcError(42, "mine", { data: { a: 1 } });
        },
      },
    });
    one.ask("m", {}, 1);
    await settle();
    expect(one.response().error).toEqual({ code: 42, message: "mine", data: { a: 1 } });
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["text", "text"],
    ["a symbol", Symbol("s")],
    ["an object without a prototype", Object.create(null)],
    ["an error whose message is no text", Object.assign(new Error(""), { message: { a: () => 1 } })],
    [
      "an error that cannot be read",
      Object.defineProperty(new Error(""), "message", {
        get() {
          throw new Error("no");
        },
      }),
    ],
    ["an RpcError whose data cannot be sent", new RpcError(1, "text", { data: () => 1 })],
  ])("answers all the same where it threw %s", async (_, thrown) => {
    const one = bench({
      methods: {
        m: () => {
          throw thrown;
        },
      },
    });
    one.ask("m", {}, 1);
    await settle();
    expect(one.sent).toHaveLength(1);
    expect(one.response()).toMatchObject({ id: 1, error: { message: expect.any(String), code: expect.any(Number) } });
    expect(one.peer.active).toBe(0);
  });

  it("keeps the code and message of an RpcError whose data cannot be sent", async () => {
    const one = bench({
      methods: {
        m: () => {
          throw new RpcError(42, "mine", { data: () => 1 });
        },
      },
    });
    one.ask("m", {}, 1);
    await settle();
    expect(one.response().error).toMatchObject({ code: 42, message: "mine" });
  });

  it("answers with the error of a result that cannot be sent", async () => {
    const one = bench({ methods: { m: () => ({ f: () => 1 }) } });
    one.ask("m", {}, 1);
    await settle();
    expect(one.sent).toHaveLength(1);
    const { data } = one.response().error as { data: { reason: unknown } };
    expect((decodeReason(data.reason) as Error).name).toBe("TypeError");
    expect(one.peer.active).toBe(0);
  });
});

/** A peer over text, whose remote takes so many characters in a message. */
function short(most: number, method: Method): Bench {
  const taken: RpcMessage[] = [];
  const send = (message: unknown): void => {
    if (JSON.stringify(message).length > most) throw new RangeError("Cannot send a message of so many characters");
    taken.push(message as RpcMessage);
  };
  return Object.assign(bench({ methods: { m: method }, host: { send } }), { sent: taken });
}

const rejecting = (error: unknown) => async (): Promise<never> => {
  throw error;
};

describe("RpcPeer, of an answer that is too long for its remote", () => {
  it.each<[string, Method, number]>([
    ["a result", () => "x".repeat(20_000), -32_000],
    ["an error with a stack", rejecting(new Error("x".repeat(20_000))), -32_000],
    ["an RpcError's message", rejecting(new RpcError(42, "x".repeat(20_000))), 42],
    ["an RpcError's data", rejecting(new RpcError(42, "text", { data: "x".repeat(20_000) })), 42],
  ])("answers once with what of %s, or of why not, can be sent", async (_, method, code) => {
    for (const most of [400, 10_000]) {
      const one = short(most, method);
      one.ask("m", {}, 1);
      await settle();
      expect(one.sent).toMatchObject([{ id: 1, error: { code, message: expect.any(String) } }]);
      expect(one.peer.active).toBe(0);
    }
  });

  it("refuses a request whose method has a name too long to be repeated, and lives on", async () => {
    const one = short(400, () => 1);
    for (const params of [{}, 5]) one.ask("n".repeat(390), params, 1);
    one.ask("m", {}, 2);
    await settle();
    expect(one.sent).toHaveLength(3);
    expect(one.sent).toContainEqual({ jsonrpc: "2.0", id: 2, result: 1 });
  });

  it("answers under no id where the id itself is too long", async () => {
    const one = short(400, () => 1);
    one.ask("m", {}, "i".repeat(390));
    await settle();
    expect(one.sent).toMatchObject([{ id: null, error: { code: -32_600 } }]);
    expect(one.peer.active).toBe(0);
  });

  it("gives up where not even that can be sent, and says that nothing is under way", async () => {
    const one = short(10, () => 1);
    one.ask("m", {}, 1);
    await settle();
    expect([one.sent.length, one.peer.active, one.changes]).toEqual([0, 0, 2]);
  });
});

describe("RpcPeer, of a notification", () => {
  it("runs the method, and never answers", async () => {
    const seen: unknown[] = [];
    const one = bench({ methods: { note: (params: unknown) => seen.push(params) } });
    one.ask("note", { a: 1 });
    await settle();
    expect([seen, one.sent]).toEqual([[{ a: 1 }], []]);
  });

  it("does not answer with an error either", async () => {
    const one = bench({
      methods: {
        fails: () => {
          throw new Error("no");
        },
      },
    });
    for (const name of ["fails", "missing"]) one.ask(name);
    await settle();
    expect(one.sent).toEqual([]);
  });

  it("runs while a request whose id is null is in progress", async () => {
    let ran = 0;
    const one = bench({ methods: { never, note: () => void ran++ } });
    one.ask("never", {}, null);
    one.ask("note");
    await settle();
    expect(ran).toBe(1);
  });

  it("is dropped at the limit of calls, and leaves no trace", async () => {
    let ran = 0;
    const one = bench({ methods: { never, note: () => void ran++ }, host: { calls: 1 } });
    one.ask("never");
    one.ask("note");
    await settle();
    expect([ran, one.sent.length, one.peer.active]).toEqual([0, 0, 0]);
  });

  it("aborts the method's signal when the connection is lost", async () => {
    let signal: AbortSignal | undefined;
    const note: Method = (_: never, context) => {
      signal = context.signal;
      return new Promise(() => {});
    };
    const one = bench({ methods: { note } });
    one.ask("note");
    await settle();
    one.peer.close(() => "lost");
    expect(signal?.aborted).toBe(true);
  });
});
