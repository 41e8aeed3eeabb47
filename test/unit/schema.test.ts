/** Standard Schema: what counts as one, and how its issues are told. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { checkSchema, describeIssue, isAsync, plainIssues } from "../../src/schema.ts";
import { thrownBy } from "./support/error-of.ts";

describe("checkSchema()", () => {
  const arkLike = Object.assign(() => {}, { "~standard": { version: 1, vendor: "x", validate: () => ({ value: 1 }) } });

  it.each([v.string(), v.object({}), arkLike])(
    "takes an object, or a function, that follows the standard",
    (schema) => {
      expect(() => checkSchema(schema, "x", "BAD_OPTION")).not.toThrow();
    },
  );

  it.each([
    undefined,
    null,
    5,
    "text",
    {},
    { parse: () => 1 },
    { "~standard": null },
    { "~standard": { validate: 5 } },
  ])("refuses %o with a TypeError that names what it is for", (schema) => {
    const { error, code } = thrownBy(() => checkSchema(schema, "the option chunks", "BAD_OPTION"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("the option chunks");
    expect(code).toBe("BAD_OPTION");
  });
});

describe("plainIssues()", () => {
  it("keeps messages and paths, whichever way a library writes them", () => {
    expect(
      plainIssues([
        { message: "no path" },
        { message: "keys", path: ["a", 0, Symbol("s")] },
        { message: "parts", path: [{ key: "a" }, { key: 1 }] },
      ]),
    ).toEqual([
      { message: "no path", path: [] },
      { message: "keys", path: ["a", 0, "Symbol(s)"] },
      { message: "parts", path: ["a", 1] },
    ]);
  });

  it("is bounded, however much is wrong", () => {
    const long = "x".repeat(10_000);
    const path = Array.from({ length: 1_000 }, () => long);
    const issues = plainIssues(Array.from({ length: 1_000 }, () => ({ message: long, path })));
    expect(issues).toHaveLength(32);
    expect(issues[0]?.path).toHaveLength(32);
    expect(issues[0]?.message).toHaveLength(256);
    expect(issues[0]?.path[0]).toHaveLength(256);
  });
});

describe("describeIssue()", () => {
  it.each<[(string | number)[], string]>([
    [[], "why"],
    [["a"], "a: why"],
    [["a", "b", 0, "c"], "a.b[0].c: why"],
    [[0, "a"], "[0].a: why"],
  ])("writes the path %o before the message", (path, text) => {
    expect(describeIssue([{ message: "why", path }])).toBe(text);
  });

  it("has words for a schema that gives no issue", () => {
    expect(describeIssue([])).toBe("its schema gives no reason");
  });
});

describe("isAsync()", () => {
  it("tells a promise from a result", () => {
    expect(isAsync(Promise.resolve({ value: 1 }))).toBe(true);
    expect(isAsync({ value: 1 })).toBe(false);
  });
});
