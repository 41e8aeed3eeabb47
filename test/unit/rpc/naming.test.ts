/** Messages that wait, as the remote would wait for too many streams with them. */
import { describe, expect, it } from "vitest";
import type { Method } from "../../../src/rpc/peer.ts";
import { Values } from "../../../src/rpc/values.ts";
import type { Duplex } from "../../../src/stream/stream.ts";
import { type Bench, bench, quietCall } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

/** As many as there may be, in four messages. */
const MANY = 1_024;

interface Sender extends Bench {
  readonly values: Values;
  /** Streams that were opened. */
  readonly opened: () => number;
  /** The remote has so many more of them. */
  readonly meet: (count: number) => void;
}

function make(methods: Record<string, Method> = {}): Sender {
  const met: (() => void)[] = [];
  let opened = 0;
  const values = new Values({
    classes: globalThis,
    refusal: () => undefined,
    openStream: (_name, _options, each) => {
      opened++;
      met.push(each);
      const { signal } = new AbortController();
      const stream = {
        writable: new WritableStream(),
        signal,
        writeOnly: () => {},
        abort: () => {},
        abandon: () => {},
      };
      return stream as unknown as Duplex;
    },
  });
  const meet = (count: number): void => {
    for (const each of met.splice(0, count)) each();
  };
  return { ...bench({ methods, host: { values } }), values, opened: () => opened, meet };
}

const streams = (count: number, cancel: (reason: unknown) => void = () => {}): ReadableStream[] =>
  Array.from({ length: count }, () => new ReadableStream({ cancel }));

const methodsSent = ({ sent }: Bench): unknown[] => sent.map((each) => "method" in each && each.method);

function filled(methods?: Record<string, Method>): Sender {
  const one = make(methods);
  for (let i = 0; i < 4; i++) void quietCall(one, "many", streams(MANY));
  expect([one.sent.length, one.opened()]).toEqual([4, 4 * MANY]);
  one.sent.length = 0;
  return one;
}

describe("A call with streams", () => {
  it("waits while the remote might wait for more than 4,096, and what is behind it stays there", () => {
    const one = filled();
    void quietCall(one, "two", streams(2));
    one.peer.notify("note", {});
    void quietCall(one, "none", {});
    expect([methodsSent(one), one.peer.waiting]).toEqual([[], 3]);
    one.meet(1);
    expect(one.sent).toEqual([]);
    const { changes } = one;
    one.meet(1);
    expect(methodsSent(one)).toEqual(["two", "note", "none"]);
    expect([one.peer.waiting, one.opened()]).toEqual([0, 4 * MANY + 2]);
    expect(one.changes).toBe(changes);
  });

  it("that is given up while it waits is not sent, its streams end, and those behind it go", () => {
    const one = filled();
    const reasons: unknown[] = [];
    const controller = new AbortController();
    const params = streams(2, (reason) => void reasons.push(reason));
    void quietCall(one, "two", params, { signal: controller.signal });
    void quietCall(one, "none", {});
    controller.abort("enough");
    expect(methodsSent(one)).toEqual(["none"]);
    expect(reasons).toEqual(["enough", "enough"]);
  });

  it("waits for others only as long as these are not refused", async () => {
    const one = make();
    const encoded = one.values.encode(streams(MANY), "params");
    encoded.name();
    expect(one.values.naming.named).toBe(MANY);
    encoded.discard("why");
    encoded.discard("again");
    expect(one.values.naming.named).toBe(0);
    expect(encoded.open()).toEqual([]);
  });
});

describe("An answer with streams", () => {
  const give = (count: number): Method => {
    return () => streams(count);
  };

  it("waits as well, before calls that do", async () => {
    const one = filled({ give: give(2), plain: () => 1 });
    void quietCall(one, "one", streams(1));
    one.ask("give", {}, 7);
    one.ask("plain", {}, 8);
    await settle();
    expect(one.sent).toMatchObject([{ id: 8, result: 1 }]);
    one.meet(1);
    expect(one.sent.length).toBe(1);
    one.meet(2);
    expect(one.sent.slice(1)).toMatchObject([{ id: 7, streams: [{}, {}] }, { method: "one" }]);
  });

  it("has its call under way until it is sent", async () => {
    const one = filled({ give: give(1) });
    const { active } = one.peer;
    one.ask("give", {}, 7);
    await settle();
    expect(one.peer.active).toBe(active + 1);
    one.ask("give", {}, 7);
    expect(one.sent).toMatchObject([{ id: 7, error: { code: -32_600 } }]);
    one.meet(1);
    expect(one.peer.active).toBe(active);
  });

  it("ends its streams with the channel", async () => {
    const reasons: unknown[] = [];
    const one = filled({ give: () => streams(1, (reason) => void reasons.push(reason)) });
    one.ask("give", {}, 7);
    await settle();
    one.peer.close(() => "over");
    await settle();
    expect(reasons).toEqual(["over"]);
    one.meet(4 * MANY);
    expect([one.sent, one.opened()]).toEqual([[expect.anything()], 4 * MANY]);
  });
});

describe("A batch of answers with streams", () => {
  const request = (id: number): object => ({ jsonrpc: "2.0", id, method: "give", params: {} });

  it("waits until there is room for all of them", async () => {
    const one = filled({ give: () => streams(2) });
    one.peer.receive([request(1), request(2)]);
    await settle();
    one.meet(3);
    expect(one.sent).toEqual([]);
    one.meet(1);
    expect(one.sent).toMatchObject([
      [
        { id: 1, streams: [{}, {}] },
        { id: 2, streams: [{}, {}] },
      ],
    ]);
    expect(one.opened()).toBe(4 * MANY + 4);
  });

  it("that is told less ends the streams in what it leaves out, and opens none", async () => {
    const reasons: unknown[] = [];
    const taken: unknown[] = [];
    const send = (message: unknown): void => {
      if (JSON.stringify(message).length > 400) throw new RangeError("too long");
      taken.push(message);
    };
    const { values, opened } = make();
    const give: Method = () => ({
      more: "x".repeat(200),
      stream: streams(1, (reason) => void reasons.push(reason))[0],
    });
    const one = bench({ methods: { give }, host: { values, send } });
    one.peer.receive([request(1), request(2)]);
    await settle();
    expect(taken).toMatchObject([[{ error: { code: -32_603 } }, { error: { code: -32_603 } }]]);
    expect(reasons).toMatchObject([{ code: -32_603 }, { code: -32_603 }]);
    expect([opened(), one.peer.active, values.naming.named]).toEqual([0, 0, 0]);
  });

  it("ends them with the channel, if it is not complete", async () => {
    const reasons: unknown[] = [];
    const methods = {
      give: () => streams(1, (reason) => void reasons.push(reason)),
      never: () => new Promise(() => {}),
    };
    const one = make(methods);
    one.peer.receive([request(1), { jsonrpc: "2.0", id: 2, method: "never" }]);
    await settle();
    one.peer.close(() => "over");
    await settle();
    expect([reasons, one.opened()]).toEqual([["over"], 0]);
  });
});
