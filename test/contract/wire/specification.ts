/**
 * Every example of the JSON-RPC 2.0 specification, section 7, as texts and where they are JSON as objects. What is
 * compared is what it demands: ids, results, codes, and what is not answered. Messages of errors are our own.
 */
import { expect, it } from "vitest";
import { greeted } from "./peer.ts";
import { PlainPeer } from "./plain-peer.ts";

const answer = (id: unknown, result: unknown) => ({ jsonrpc: "2.0", id, result });
const error = (id: unknown, code: number) => ({ jsonrpc: "2.0", id, error: { code, message: expect.any(String) } });

/** What is sent, and what comes back; `undefined`: nothing. */
const examples: readonly (readonly [string, string, unknown])[] = [
  ["positional parameters", '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', answer(1, 19)],
  ["positional, turned round", '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}', answer(2, -19)],
  [
    "named parameters",
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
    answer(3, 19),
  ],
  [
    "named, in another order",
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
    answer(4, 19),
  ],
  ["a notification", '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', undefined],
  ["a notification without parameters", '{"jsonrpc": "2.0", "method": "foobar"}', undefined],
  ["a method that is not there", '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error("1", -32_601)],
  ["invalid JSON", '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', error(null, -32_700)],
  ["an invalid request", '{"jsonrpc": "2.0", "method": 1, "params": "bar"}', error(null, -32_600)],
  [
    "a batch, invalid JSON",
    '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]',
    error(null, -32_700),
  ],
  ["an empty batch", "[]", error(null, -32_600)],
  ["an invalid batch that is not empty", "[1]", [error(null, -32_600)]],
  ["an invalid batch", "[1,2,3]", [error(null, -32_600), error(null, -32_600), error(null, -32_600)]],
  [
    "a batch",
    `[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
      {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
      {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
      {"foo": "boo"},
      {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
      {"jsonrpc": "2.0", "method": "get_data", "id": "9"}]`,
    [answer("1", 7), answer("2", 19), error(null, -32_600), error("5", -32_601), answer("9", ["hello", 5])],
  ],
  [
    "a batch of notifications",
    `[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
      {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]`,
    undefined,
  ],
];

type Subtract = readonly [number, number] | { readonly minuend: number; readonly subtrahend: number };

function peer(): { peer: PlainPeer; noted: unknown[] } {
  const noted: unknown[] = [];
  const note = (params: unknown): void => void noted.push(params);
  const methods = {
    subtract: (params: Subtract) => ("minuend" in params ? params.minuend - params.subtrahend : params[0] - params[1]),
    sum: (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0),
    get_data: () => ["hello", 5],
    update: note,
    notify_sum: note,
    notify_hello: note,
  };
  return { peer: new PlainPeer({ methods }), noted };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function specification(): void {
  for (const [what, text, expected] of examples) {
    it(`${what}, as text`, async () => {
      const came = (await peer().peer.sends(text)) as string[];
      expect(came.map((each) => JSON.parse(each))).toEqual(expected === undefined ? [] : [expected]);
    });
    if (!isJson(text)) continue;
    it(`${what}, as an object`, async () => {
      const came = await peer().peer.sends(JSON.parse(text));
      expect(came).toEqual(expected === undefined ? [] : [expected]);
    });
  }

  it("a Sluice remote may send batches as well, of requests and of answers", async () => {
    const peer = await greeted({ methods: { sum: ([a, b]: [number, number]) => a + b } });
    const call = peer.channel.call("theirs");
    const { id } = await peer.next(({ method }) => method === "theirs");
    peer.send([answer(id, "done"), { jsonrpc: "2.0", id: "a", method: "sum", params: [1, 2] }]);
    expect(await peer.next((message) => Array.isArray(message))).toEqual([answer("a", 3)]);
    expect(await call).toBe("done");
    for (const batch of [[], new Array(51).fill(1)]) {
      peer.send(batch);
      expect(await peer.next((message) => message["id"] === null)).toEqual(error(null, -32_600));
    }
    peer.send([{ jsonrpc: "2.0", method: "$/abort", params: { reason: {} } }]);
    expect(await peer.next((message) => Array.isArray(message))).toEqual([error(null, -32_600)]);
    await peer.unmoved();
  });

  it("notifications reach their methods, by themselves and in batches", async () => {
    const { peer: one, noted } = peer();
    for (const [what, text] of examples) if (what.includes("notification") || what === "a batch") await one.sends(text);
    expect(noted).toEqual([[1, 2, 3, 4, 5], [7], [1, 2, 4], [7]]);
  });
}
