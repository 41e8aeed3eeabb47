/** Limits: what is not said keeps its default, whatever else is. */
import { describe, expect, it } from "vitest";
import { type Limits, resolveLimits } from "../../src/limits.ts";
import { thrownBy } from "./support/error-of.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

const trusted: Limits = {
  streams: 16_384,
  unaccepted: 256,
  maxChunk: 16 * MiB,
  streamBytes: 8 * MiB,
  window: Number.POSITIVE_INFINITY,
  calls: 1_024,
  batch: 50,
  message: MiB,
  callTimeout: Number.POSITIVE_INFINITY,
  idleGrants: 1_000,
  unsolicited: Number.POSITIVE_INFINITY,
  resets: Number.POSITIVE_INFINITY,
  faults: Number.POSITIVE_INFINITY,
  pings: Number.POSITIVE_INFINITY,
  stall: Number.POSITIVE_INFINITY,
};
const untrusted: Limits = {
  ...trusted,
  streams: 1_024,
  streamBytes: 256 * KiB,
  window: 64 * MiB,
  callTimeout: 60_000,
  unsolicited: 10,
  resets: 200,
  faults: 100,
  pings: 10,
  stall: 60_000,
};
const names = Object.keys(trusted) as (keyof Limits)[];

const kinds: [string, boolean, Limits][] = [
  ["a trusted", true, trusted],
  ["an untrusted", false, untrusted],
];

describe.each(kinds)("resolveLimits(), of %s remote", (_, isTrusted, defaults) => {
  it.each([undefined, {}, { streams: undefined }, Object.create({ streams: 5 })])(
    "keeps every limit for %o",
    (given) => {
      expect(resolveLimits(given, isTrusted)).toEqual(defaults);
    },
  );

  it.each(names)("keeps every other limit when %s is set", (name) => {
    expect(resolveLimits({ [name]: 7_000 }, isTrusted)).toEqual({ ...defaults, [name]: 7_000 });
  });

  it("takes all of them at once, and ∞", () => {
    const all = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY]));
    expect(resolveLimits(all, isTrusted)).toEqual(all);
  });

  it("gives each channel limits of its own", () => {
    const one = resolveLimits({}, isTrusted) as { streams: number };
    one.streams = 1;
    expect(resolveLimits({}, isTrusted).streams).toBe(defaults.streams);
  });
});

describe("resolveLimits(), of mistakes", () => {
  it.each([0, -1, Number.NaN, "5", null, {}, true, 5n])(
    "refuses the value %o with a RangeError that names the limit",
    (value) => {
      for (const name of names) {
        const { error, code } = thrownBy(() => resolveLimits({ [name]: value } as Partial<Limits>, true));
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toContain(`limits.${name}`);
        expect(code).toBe("BAD_OPTION");
      }
    },
  );

  it("refuses a message length that no $/hello would fit into", () => {
    const { error } = thrownBy(() => resolveLimits({ message: 350 }, true));
    expect(error.message).toContain("limits.message to 350: use a whole number of 1024 or more");
  });

  const fractions = ["callTimeout", "resets", "faults", "pings", "stall"];

  it.each(names.filter((name) => !fractions.includes(name)))("refuses a fraction of %s, which are counted", (name) => {
    const { error, code } = thrownBy(() => resolveLimits({ [name]: 2_000.5 }, true));
    expect(error.message).toBe(
      `Cannot set limits.${name} to 2000.5: use a whole number ${name === "message" ? "of 1024 or more" : "above 0"}`,
    );
    expect(code).toBe("BAD_OPTION");
  });

  it.each(fractions)("takes a fraction of %s, a time or a rate", (name) => {
    expect(resolveLimits({ [name]: 0.5 }, true)).toMatchObject({ [name]: 0.5 });
  });

  it.each(["stream", "max_chunk", "toString", "constructor", "__proto__"])(
    "refuses a limit that is none: %s",
    (name) => {
      const given = Object.defineProperty({}, name, { value: 5, enumerable: true });
      const { error, code } = thrownBy(() => resolveLimits(given, true));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(name);
      expect(error.message).toContain("maxChunk");
      expect(code).toBe("BAD_OPTION");
    },
  );
});
