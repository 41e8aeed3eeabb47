/** Joining values with their streams, and what a hostile remote can say of them. */
import { describe, expect, it } from "vitest";
import { type Received, Values, type WireValue } from "../../../src/rpc/values.ts";
import type { Duplex } from "../../../src/stream/stream.ts";
import type { SystemOffer } from "../../../src/stream/system.ts";
import { thrownBy } from "../support/error-of.ts";

interface Offered extends SystemOffer {
  readonly stream: Pick<Duplex, "readable" | "writable">;
  readonly refused: unknown[];
}

function offer(number: unknown): Offered {
  const stream = { readable: new ReadableStream(), writable: new WritableStream() };
  const refused: unknown[] = [];
  return {
    metadata: number,
    arrived: 0,
    stream,
    refused,
    accept: () => stream as Duplex,
    refuse: (reason) => void refused.push(reason),
    withdrawn: undefined,
    arriving: undefined,
  };
}

function make(): Values {
  return new Values({
    classes: globalThis,
    refusal: () => undefined,
    openStream: () => {
      throw new Error("Nothing is sent here");
    },
  });
}

/** What is decoded, once it is. */
function decoded(values: Values, value: unknown, wires: unknown): { received?: Received } {
  const self: { received?: Received } = {};
  values.decode(value, wires, (received) => {
    self.received = received;
  });
  return self;
}

const bad = { name: "ProtocolError", code: "BAD_MESSAGE" };

describe("decode()", () => {
  it("joins a value and its streams, in whichever order they come", () => {
    for (const first of ["value", "streams", "one of each"]) {
      const values = make();
      const [a, b] = [offer(1), offer(2)];
      if (first !== "value") values.offered(a);
      if (first === "streams") values.offered(b);
      const wires: WireValue[] = [
        [["a", 1], 1, "readable"],
        [["b"], 2, "writable"],
      ];
      const result = decoded(values, { a: [0, null], b: null }, wires);
      if (first !== "streams") expect(result.received).toBeUndefined();
      if (first === "value") values.offered(a);
      if (first !== "streams") values.offered(b);
      expect(result.received?.value).toEqual({ a: [0, a.stream.readable], b: b.stream.writable });
      expect(result.received?.streams).toHaveLength(2);
    }
  });

  it("takes the whole value for an empty path, and no streams for none", () => {
    const values = make();
    const a = offer(1);
    values.offered(a);
    expect(decoded(values, null, [[[], 1, "readable"]]).received?.value).toBe(a.stream.readable);
    expect(decoded(values, { a: 1 }, undefined).received).toEqual({ value: { a: 1 }, streams: [] });
    expect(decoded(values, { a: 1 }, []).received).toEqual({ value: { a: 1 }, streams: [] });
  });

  it.each<[string, unknown, unknown]>([
    ["no list", {}, { 0: [[], 1, "readable"] }],
    ["null", {}, null],
    ["an item that is no list", {}, [{}]],
    ["no path", { a: null }, [["a", 1, "readable"]]],
    ["no number", { a: null }, [[["a"], "1", "readable"]]],
    ["half a number", { a: null }, [[["a"], 1.5, "readable"]]],
    ["no kind", { a: null }, [[["a"], 1, "duplex"]]],
    [
      "a number twice",
      { a: null, b: null },
      [
        [["a"], 1, "readable"],
        [["b"], 1, "readable"],
      ],
    ],
    [
      "a path twice",
      { a: null },
      [
        [["a"], 1, "readable"],
        [["a"], 2, "readable"],
      ],
    ],
    [
      "a path inside of another's stream",
      { a: null },
      [
        [["a"], 1, "readable"],
        [["a", "locked"], 2, "readable"],
      ],
    ],
    ["a path to what is not null", { a: 5 }, [[["a"], 1, "readable"]]],
    ["a path that leads nowhere", { a: {} }, [[["a", "b"], 1, "readable"]]],
    ["a path through a string", { a: "text" }, [[["a", 0], 1, "readable"]]],
    ["a path to the prototype", { a: {} }, [[["a", "__proto__"], 1, "readable"]]],
    ["a path to a constructor", { a: {} }, [[["constructor", "prototype", "x"], 1, "readable"]]],
    ["a path to a list's length", { a: [] }, [[["a", "length"], 1, "readable"]]],
    ["a list's index as a string", { a: [null] }, [[["a", "0"], 1, "readable"]]],
    ["an object's key as a number", { 0: null }, [[[0], 1, "readable"]]],
    ["a key that is an object", { "[object Object]": null }, [[[{}], 1, "readable"]]],
    ["a path of 65", null, [[Array(65).fill(0), 1, "readable"]]],
    ["1,025 streams", Array(1_025).fill(null), Array.from({ length: 1_025 }, (_, i) => [[i], i, "readable"])],
  ])("refuses %s", (_, value, wires) => {
    const values = make();
    for (const number of [1, 2]) values.offered(offer(number));
    expect(thrownBy(() => decoded(values, value, wires)).error).toMatchObject(bad);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("waits for 4,096 streams, and no more", () => {
    const values = make();
    for (let i = 0; i < 4; i++) {
      const wires = Array.from({ length: 1_024 }, (_, at) => [[at], i * 1_024 + at, "readable"]);
      decoded(values, Array(1_024).fill(null), wires);
    }
    expect(thrownBy(() => decoded(values, null, [[[], 5_000, "readable"]])).error).toMatchObject(bad);
    values.offered(offer(0));
    decoded(values, null, [[[], 5_000, "readable"]]);
  });

  it("refuses a number that is waited for already", () => {
    const values = make();
    decoded(values, null, [[[], 1, "readable"]]);
    expect(thrownBy(() => decoded(values, null, [[[], 1, "readable"]])).error).toMatchObject(bad);
    expect(thrownBy(() => values.release([[[], 1, "readable"]], "why")).error).toMatchObject(bad);
  });
});

describe("offered()", () => {
  it("refuses what has no number, or one in use", () => {
    const values = make();
    values.offered(offer(1));
    for (const number of [1, "2", undefined, null, {}]) {
      expect(thrownBy(() => values.offered(offer(number))).error).toMatchObject({ code: "BAD_FRAME" });
    }
  });

  it("keeps 4,096 streams that no message has named, and no more", () => {
    const values = make();
    for (let i = 0; i < 4_096; i++) values.offered(offer(i));
    expect(thrownBy(() => values.offered(offer(5_000))).error).toMatchObject({ code: "BAD_FRAME" });
  });
});

describe("release()", () => {
  it("refuses streams that have come, and those that come later", () => {
    const values = make();
    const [a, b] = [offer(1), offer(2)];
    values.offered(a);
    const wires: WireValue[] = [
      [["a"], 1, "readable"],
      [["b"], 2, "readable"],
    ];
    values.release(wires, "why");
    expect([a.refused, b.refused]).toEqual([["why"], []]);
    values.offered(b);
    expect(b.refused).toEqual(["why"]);
  });
});

describe("encode()", () => {
  it("holds streams until they are sent or discarded", async () => {
    const values = make();
    const cancelled: unknown[] = [];
    const readable = new ReadableStream({ cancel: (reason) => void cancelled.push(reason) });
    const writable = new WritableStream({ abort: (reason) => void cancelled.push(reason) });
    let returned = 0;
    const iterable = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}), return: async () => ++returned }),
    };
    const thrower = {
      [Symbol.asyncIterator]() {
        throw new Error("no iterator");
      },
    };
    const encoded = values.encode([readable, writable, iterable, thrower], "params");
    expect(encoded.value).toEqual([null, null, null, null]);
    expect([readable.locked, writable.locked]).toEqual([true, true]);
    encoded.discard("why");
    await Promise.resolve();
    expect([readable.locked, writable.locked]).toEqual([false, false]);
    expect(cancelled).toEqual(["why", "why"]);
    expect(returned).toBe(1);
  });
});
