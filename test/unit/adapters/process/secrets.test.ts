import { describe, expect, it } from "vitest";
import { Expected, isSecret, makeSecret, SPOKEN_BYTES, spoken } from "../../../../adapters/process/secrets.ts";

describe("A secret", () => {
  it("is 128 random bits in hexadecimal digits", () => {
    const made = new Set(Array.from({ length: 100 }, makeSecret));
    expect(made.size).toBe(100);
    for (const each of made) expect(isSecret(each)).toBe(true);
  });

  it("is spoken as 33 bytes", () => {
    expect(spoken("0123456789abcdef0123456789abcdef").toString()).toBe("0123456789abcdef0123456789abcdef\n");
    expect(spoken(makeSecret()).length).toBe(SPOKEN_BYTES);
  });

  it.each([undefined, 1, "", "0".repeat(31), "0".repeat(33), "G".repeat(32), `${"0".repeat(32)}\n`, ["0".repeat(32)]])(
    "is not %j",
    (value) => expect(isSecret(value)).toBe(false),
  );

  it("is taken once", () => {
    const secret = makeSecret();
    const expected = new Expected(secret);
    expect(expected.takes(spoken(makeSecret()))).toBe(false);
    expect(expected.takes(spoken(secret).subarray(1))).toBe(false);
    expect(expected.takes(new Uint8Array())).toBe(false);
    expect(expected.takes(spoken(secret))).toBe(true);
    expect(expected.takes(spoken(secret))).toBe(false);
  });
});
