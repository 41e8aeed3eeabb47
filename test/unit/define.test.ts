/** Definitions: what the remote may call and open is what was named, and nothing else. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { define, handlersOf, methodsOf } from "../../src/define.ts";
import { thrownBy } from "./support/error-of.ts";

const method = (): number => 1;
const schema = v.object({});
const inherited = ["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf", "then"];

describe("methodsOf()", () => {
  it("has the methods by their names", () => {
    expect([...methodsOf({ methods: { a: method, "b.c": method } }).keys()]).toEqual(["a", "b.c"]);
    expect(methodsOf({}).size).toBe(0);
  });

  it.each(inherited)("has no %s that nobody defined", (name) => {
    expect(methodsOf({ methods: { a: method } }).get(name)).toBeUndefined();
  });

  it("does not have what a class's instance inherits", () => {
    class Service {
      own = method;
      hidden(): number {
        return 1;
      }
    }
    expect([...methodsOf({ methods: new Service() as never }).keys()]).toEqual(["own"]);
  });

  it.each(inherited)("has %s where somebody defined it", (name) => {
    const methods = Object.defineProperty({}, name, { value: method, enumerable: true });
    expect(methodsOf({ methods }).get(name)).toBe(method);
  });

  it("takes an object without a prototype", () => {
    expect(methodsOf({ methods: Object.assign(Object.create(null), { a: method }) }).get("a")).toBe(method);
  });

  it("does not change with the object afterwards", () => {
    const methods: Record<string, typeof method> = { a: method };
    const map = methodsOf({ methods });
    methods["b"] = method;
    expect(map.has("b")).toBe(false);
  });
});

describe("handlersOf()", () => {
  it("keeps a schema with the other options", () => {
    const handler = (): void => {};
    expect(handlersOf({ streams: { s: { chunks: schema, handler } } }).get("s")).toEqual({ chunks: schema, handler });
  });

  it("has a handler by itself, and one with its options", () => {
    const handler = (): void => {};
    const map = handlersOf({ streams: { plain: handler, full: { handler, highWaterMark: 5 } } });
    expect(map.get("plain")).toEqual({ handler });
    expect(map.get("full")).toEqual({ handler, highWaterMark: 5 });
  });

  it.each(inherited)("has no %s that nobody defined", (name) => {
    expect(handlersOf({ streams: { a: () => {} } }).get(name)).toBeUndefined();
  });
});

describe("define()", () => {
  it("gives the definition back", () => {
    const definition = { methods: { a: method }, streams: { s: () => {} } };
    expect(define(definition)).toBe(definition);
    expect(define({})).toEqual({});
  });

  it.each<[string, object, string]>([
    ["a method that is no function", { methods: { a: 5 } }, '"a"'],
    ["a method that is null", { methods: { a: null } }, '"a"'],
    ["a method without a handler", { methods: { a: { params: schema } } }, '"a"'],
    ["a method whose handler is no function", { methods: { a: { params: schema, handler: 5 } } }, '"a"'],
    ["a method whose params are no schema", { methods: { a: { params: { parse: method }, handler: method } } }, '"a"'],
    ["a method without a schema for its handler", { methods: { a: { handler: method } } }, '"a"'],
    [
      "a method with an option that there is not",
      { methods: { a: { params: schema, handler: method, timeout: 5 } } },
      '"timeout"',
    ],
    ["a method of Sluice's own name", { methods: { "$/hello": method } }, '"$/hello"'],
    ["any method that starts with $/", { methods: { "$/mine": method } }, '"$/mine"'],
    ["a stream that is no function", { streams: { s: 5 } }, '"s"'],
    ["a stream that is null", { streams: { s: null } }, '"s"'],
    ["a stream without a handler", { streams: { s: { highWaterMark: 5 } } }, '"s"'],
    ["a stream whose chunks are no schema", { streams: { s: { chunks: 5, handler: method } } }, '"s"'],
    ["a stream whose handler is no function", { streams: { s: { handler: 5 } } }, '"s"'],
  ])("refuses %s with a TypeError that names it", (_, definition, name) => {
    const { error, code } = thrownBy(() => define(definition));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(name);
    expect(code).toBe("BAD_DEFINITION");
  });

  it.each<[string, object, string]>([
    ["an option that there is not", { highWatermark: 5 }, '"highWatermark"'],
    ["an option of one stream", { metadata: 5 }, '"metadata"'],
  ])("refuses a stream with %s, and names both", (_, options, name) => {
    const { error, code } = thrownBy(() => define({ streams: { s: { ...options, handler: () => {} } } }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(name);
    expect(error.message).toContain('stream "s"');
    expect(code).toBe("BAD_OPTION");
  });

  it("takes a name that only begins with $", () => {
    expect(() => define({ methods: { $: method, $a: method } })).not.toThrow();
  });
});
