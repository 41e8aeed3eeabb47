/** `$/hello`: what is told, and what is taken of what the remote tells. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import { resolveLimits } from "../../../src/limits.ts";
import { makeHello, PROTOCOL_VERSION, readHello } from "../../../src/rpc/hello.ts";
import { thrownBy } from "../support/error-of.ts";

const initial = { chunks: 1, bytes: 65_536 };
const hello = () => structuredClone(makeHello(resolveLimits({}, false), initial, true));

/** `hello` with the value at `path` replaced, or taken away. */
function changed(path: string, ...value: unknown[]): unknown {
  const copy: Record<string, unknown> = hello() as never;
  const keys = path.split(".");
  const last = keys.pop() as string;
  const parent = keys.reduce<Record<string, unknown>>((part, key) => part[key] as Record<string, unknown>, copy);
  if (value.length === 0) delete parent[last];
  else parent[last] = value[0];
  return copy;
}

describe("makeHello()", () => {
  it("tells the version, the limits and the initial credit", () => {
    expect(makeHello(resolveLimits({}, false), initial, true)).toMatchObject({
      version: PROTOCOL_VERSION,
      capabilities: { streams: true, fork: true },
      limits: { streams: 1_024, unaccepted: 256, maxChunk: 2 ** 24, window: 2 ** 26 },
      initialCredit: initial,
    });
  });

  it("tells the remote how many calls it takes at once", () => {
    expect(makeHello(resolveLimits({ calls: 7 }, true), initial, true).limits).toMatchObject({ calls: 7 });
  });

  it("leaves out a window that has no limit, so that JSON can carry it", () => {
    expect("window" in makeHello(resolveLimits({}, true), initial, false).limits).toBe(false);
    const unlimited = makeHello(resolveLimits({}, true), initial, false);
    expect(JSON.parse(JSON.stringify(unlimited))).toEqual(unlimited);
  });
});

describe("readHello()", () => {
  it.each([true, false])("reads what makeHello() tells, trusted: %o", (trusted) => {
    const limits = resolveLimits({}, trusted);
    for (const fork of [true, false]) {
      const read = readHello(structuredClone(makeHello(limits, initial, fork)));
      const { streams, unaccepted, maxChunk, window, stall } = limits;
      expect(read).toMatchObject({ fork, streams, unaccepted, maxChunk, window, stall, initialCredit: initial });
    }
  });

  it("does not mind what it does not know", () => {
    expect(readHello({ ...hello(), later: 1 }).streams).toBe(1_024);
  });

  it.each<unknown>([undefined, null, 5, "hello", true])("refuses %o", (params) => {
    const { error, code } = thrownBy(() => readHello(params));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(code).toBe("BAD_MESSAGE");
  });

  it.each<unknown>([undefined, 0, 2, "1", null, {}, { toString: 1, valueOf: 1 }])(
    "refuses the version %o, and says both",
    (version) => {
      const { error, code } = thrownBy(() => readHello(changed("version", version)));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(code).toBe("VERSION_MISMATCH");
      expect(error.message).toContain(String(PROTOCOL_VERSION));
    },
  );

  it.each(["limits.streams", "limits.maxChunk", "limits.window", "limits.unaccepted", "limits.calls", "limits.stall"])(
    "names %s where it is not valid",
    (path) => {
      // Null is ∞, for which JSON has no other word.
      for (const value of [0, -1, Number.NaN, "5", {}, true, 5n]) {
        const { error, code } = thrownBy(() => readHello(changed(path, value)));
        expect([error.constructor, code]).toEqual([ProtocolError, "BAD_MESSAGE"]);
        expect(error.message).toContain(path);
      }
    },
  );

  it.each(["initialCredit.chunks", "initialCredit.bytes"])("names %s where it is not valid, and takes 0", (path) => {
    for (const value of [null, -1, Number.NaN, "5", {}, true]) {
      expect(thrownBy(() => readHello(changed(path, value))).error.message).toContain(path);
    }
    expect(() => readHello(changed(path, 0))).not.toThrow();
  });

  it.each([
    "limits",
    "limits.streams",
    "limits.maxChunk",
    "initialCredit",
    "initialCredit.chunks",
    "initialCredit.bytes",
  ])("refuses a hello without %s", (path) => {
    expect(thrownBy(() => readHello(changed(path))).code).toBe("BAD_MESSAGE");
  });

  it("takes a remote without capabilities for one that cannot fork", () => {
    for (const capabilities of [undefined, null, {}, { fork: 1 }])
      expect(readHello(changed("capabilities", capabilities)).fork).toBe(false);
  });

  it("throws nothing but a ProtocolError, whatever came", () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
    const almost = fc.record(
      {
        version: fc.oneof(fc.constant(PROTOCOL_VERSION), anything),
        capabilities: anything,
        limits: anything,
        initialCredit: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(almost, anything), (params) => {
        try {
          readHello(params);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
