/** Messages that are no frames, and frames whose fields are wrong: every field of every type. */
import { it } from "vitest";
import { greeted, type Message, OPENED, WINDOW } from "./peer.ts";

const notMessages: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  "a number": 5,
  "a string": "stream-data",
  "an empty object": {},
  "another version of JSON-RPC": { jsonrpc: "1.0", id: 1, method: "ping" },
  "an unknown type": { type: "stream-pause", id: OPENED },
  "a type of Object.prototype": { type: "toString", id: OPENED },
  "a type that is no string": { type: 5, id: OPENED },
  "a Map": new Map([["type", "stream-end"]]),
  "a buffer": new ArrayBuffer(8),
  "an Error": new Error("no message"),
};

const NUMBERS = [undefined, null, "5", Number.NaN, -1, {}];
/** Neither a count: whole, and at most 2^53 − 1. */
const COUNTS = [...NUMBERS, 1.5, 2 ** 53, Number.POSITIVE_INFINITY];
/** Nor a limit, which may be a fraction, or ∞. */
const LIMITS = [...NUMBERS, 2 ** 53, Number.NEGATIVE_INFINITY];
const STRINGS = [undefined, null, 5, {}, "x".repeat(10_000)];
const REASONS = [undefined, null, "because", 5];
const WINDOWS = [
  undefined,
  null,
  5,
  {},
  { ...WINDOW, unit: "miles" },
  { ...WINDOW, unit: undefined },
  ...LIMITS.map((limit) => ({ ...WINDOW, limit })),
  ...LIMITS.map((bytes) => ({ ...WINDOW, bytes })),
  { ...WINDOW, fixed: "yes" },
  { ...WINDOW, fixed: undefined },
];
const STRATEGIES = [
  null,
  5,
  {},
  { unit: "miles", highWaterMark: 1 },
  ...LIMITS.map((highWaterMark) => ({ unit: "chunks", highWaterMark })),
];
const TABLES = [
  null,
  5,
  {},
  { shape: { parts: [] }, columns: [] },
  { shape: { keys: ["a"], parts: [0] } },
  { shape: { keys: ["a"], parts: [0] }, columns: [] },
  { shape: { keys: ["a"], parts: [0] }, columns: [5] },
  { shape: { keys: ["a", "b"], parts: [0, 1] }, columns: [[1, 2], [3]] },
  { shape: { keys: ["a", "a"], parts: [0, 1] }, columns: [[1], [2]] },
  { shape: { keys: [5], parts: [0] }, columns: [[1]] },
  { shape: { keys: ["__proto__"], parts: [0] }, columns: [[1]] },
  { shape: { parts: [0, 0] }, columns: [[1]] },
  { shape: { parts: [{ parts: [{ parts: [{ parts: [{ parts: [0] }] }] }] }] }, columns: [[1]] },
  { shape: { parts: Array.from({ length: 1000 }, (_, i) => i) }, columns: Array.from({ length: 1000 }, () => [1]) },
  { keys: ["a"], columns: [new Array(5000)] },
  { keys: ["a"], columns: [[new Uint8Array(8)]] },
  { shape: { keys: ["a"], parts: [0] }, columns: [[{ deep: [{ bytes: new Uint8Array(8) }] }]] },
  { shape: { keys: ["a"], parts: [0] }, columns: [[["x".repeat(2_000)]]] },
];

/** A valid frame of each type, and for each of its fields what it must not be. */
const frames: readonly (readonly [Message, Readonly<Record<string, readonly unknown[]>>])[] = [
  [
    { type: "stream-open", name: "keep", codec: "clone", readable: WINDOW },
    { name: STRINGS, codec: STRINGS, readable: WINDOWS, writable: STRATEGIES },
  ],
  [
    { type: "stream-accept", codec: "clone", readable: WINDOW },
    { codec: STRINGS, readable: WINDOWS, writable: STRATEGIES },
  ],
  [{ type: "stream-refuse", reason: {} }, { reason: REASONS }],
  [
    { type: "stream-data", chunks: [], charged: 0 },
    { chunks: [null, 5, {}, "list", new Array(5000)], rows: TABLES, weights: [null, 5, {}], charged: COUNTS },
  ],
  [{ type: "stream-end", chunks: 0 }, { chunks: COUNTS }],
  [{ type: "stream-ended" }, {}],
  [{ type: "stream-error", reason: {} }, { reason: REASONS }],
  [
    { type: "stream-credit", limit: 1, bytes: 1 },
    { limit: LIMITS, bytes: LIMITS },
  ],
  [{ type: "stream-cancel", reason: {} }, { reason: REASONS }],
];

/** What the columns of grants for several streams must not be, where the others have one entry. */
const NO_COLUMNS = [undefined, null, 5, {}, [], new Array(1), [OPENED, OPENED], new Array(5000).fill(OPENED)];
const COLUMNS = {
  ids: [...NO_COLUMNS, ...COUNTS.map((id) => [id])],
  limits: [...NO_COLUMNS, ...LIMITS.map((limit) => [limit])],
  bytes: [...NO_COLUMNS, ...LIMITS.map((bytes) => [bytes])],
};

const keep = { streams: { keep: () => new Promise(() => {}) } };

function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  const json = JSON.stringify(value) ?? "undefined";
  return json.length > 40 ? `${json.slice(0, 40)}…` : json;
}

export function malformedRules(): void {
  for (const [what, message] of Object.entries(notMessages)) {
    it(`${what} as a message → BAD_MESSAGE`, async () => {
      const peer = await greeted(keep);
      peer.send(message);
      await peer.accused("BAD_MESSAGE");
    });
  }

  for (const [valid, fields] of frames) {
    for (const [field, values] of Object.entries({ id: COUNTS, ...fields })) {
      it(`${valid["type"]} with a wrong ${field} → BAD_FRAME`, async () => {
        for (const value of values) {
          const peer = await greeted(keep);
          if (valid["type"] !== "stream-open") peer.open("keep");
          peer.send({ id: OPENED, ...valid, [field]: value });
          await peer.accused("BAD_FRAME").catch((error: Error) => {
            error.message = `${field} of ${show(value)}: ${error.message}`;
            throw error;
          });
        }
      });
    }
  }

  for (const [field, values] of Object.entries(COLUMNS)) {
    it(`stream-credits with wrong ${field} → BAD_FRAME`, async () => {
      for (const value of values) {
        const peer = await greeted(keep);
        peer.open("keep");
        peer.send({ type: "stream-credits", ids: [OPENED], limits: [1], bytes: [1], [field]: value });
        await peer.accused("BAD_FRAME");
      }
    });
  }

  it("frames with keys that nobody knows → nothing", async () => {
    const peer = await greeted(keep);
    peer.open("keep", { priority: 5 });
    peer.send({ type: "stream-data", id: OPENED, chunks: [1], charged: 64, compressed: false });
    peer.send({ type: "stream-end", id: OPENED, chunks: 1, trailer: {} });
    await peer.unmoved();
  });
}
