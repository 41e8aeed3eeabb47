/** Reasons cross as they are: class, name, message, code, cause and errors; what is no Error as its value. */
import { StreamError } from "sluice";
import { expect } from "vitest";
import { makeReason, reasons } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import { failure, reason, rejection } from "./tools.ts";

const builtIn = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError };

class CustomError extends Error {
  override readonly name = "CustomError";
  readonly code = "E_CUSTOM";
}

export function reasonsCross({ test }: Contract): void {
  for (const name of Object.keys(reasons)) {
    test(`a reason crosses every way: ${name}`, async (make) => {
      const { near, far } = make({});
      const open = (key: string): ReturnType<typeof near.openStream> =>
        near.openStream("puppet", { metadata: { key } });
      const expected = reason(name);

      await open("abort").writable.abort(makeReason(name));
      expect((await far.stream("abort").read()).error).toEqual(expected);

      await open("cancel").readable.cancel(makeReason(name));
      expect((await far.stream("cancel").writerClosed()).error).toEqual(expected);

      const aborted = open("far abort").readable.getReader();
      await far.stream("far abort").abort(name);
      expect(await failure(aborted.read())).toEqual(expected);

      const cancelled = open("far cancel").writable.getWriter();
      await far.stream("far cancel").cancel(name);
      expect(await failure(cancelled.closed)).toEqual(expected);

      const thrown = near.openStream("rejectBefore", { metadata: { reason: name } });
      expect(await failure(thrown.readable.getReader().read())).toEqual(expected);
      expect(await failure(thrown.writable.getWriter().closed)).toEqual(expected);

      expect(await failure(near.call("fail", { reason: name }))).toEqual(expected);

      near.abort(makeReason(name));
      // As with an AbortController, no reason is an AbortError.
      if (name === "undefined") expect((await far.closed()).error).toMatchObject({ name: "AbortError" });
      else expect((await far.closed()).error).toEqual(expected);
    });
  }

  test("a reason is rebuilt as the class of this realm", async (make) => {
    const { near, far } = make({});
    for (const [name, Class] of Object.entries(builtIn)) {
      const reader = near.openStream("puppet", { metadata: { key: name } }).readable.getReader();
      await far.stream(name).abort(name);
      const error = (await rejection(reader.read())) as Error;
      expect(error).toBeInstanceOf(Class);
      expect(Object.getPrototypeOf(error)).toBe(Class.prototype);
    }
    const reader = near.openStream("puppet", { metadata: { key: "dom" } }).readable.getReader();
    await far.stream("dom").abort("TimeoutError");
    const error = (await rejection(reader.read())) as DOMException;
    expect(error).toBeInstanceOf(DOMException);
    expect(error.code).toBe(DOMException.TIMEOUT_ERR);
  });

  test("an error of Sluice's own crosses as such", async (make) => {
    const { near, far } = make({ near: { streams: { back: () => Promise.reject(new StreamError("E_OWN", "own")) } } });
    far.open("back", "back");
    expect((await far.stream("back").read()).error).toEqual({
      class: "StreamError",
      name: "StreamError",
      message: "own",
      code: "E_OWN",
    });
    await near.ready;
  });

  test("an error of a class of one's own crosses as an Error with its name and code", async (make) => {
    const { near, far } = make({});
    await near.openStream("puppet").writable.abort(new CustomError("mine", { cause: 1 }));
    expect((await far.stream("puppet").read()).error).toEqual({
      class: "Error",
      name: "CustomError",
      message: "mine",
      code: "E_CUSTOM",
      cause: { value: 1 },
    });
  });

  test("names of members of Object.prototype are names like any other", async (make) => {
    const { near, far } = make({});
    for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf"]) {
      const error = Object.defineProperty(new Error("odd"), "name", { value: name });
      await near.openStream("puppet", { metadata: { key: name } }).writable.abort(error);
      expect((await far.stream(name).read()).error).toEqual({ class: "Error", name, message: "odd" });
    }
  });

  test("a reason that no link can carry is described, and never keeps the error from crossing", async (make) => {
    const { near, far } = make({});
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const hostile = new Error("hostile");
    Object.defineProperty(hostile, "cause", {
      get() {
        throw new Error("no cause");
      },
    });
    const odd = [10n, Symbol("s"), () => {}, cyclic, "x".repeat(100_000), hostile];
    for (const [at, given] of odd.entries()) {
      const key = `odd ${at}`;
      await near.openStream("puppet", { metadata: { key } }).writable.abort(given);
      expect((await far.stream(key).read()).error).toMatchObject({ message: expect.any(String) });
    }
  });

  test("a cause that is its own cause is cut off", async (make) => {
    const { near, far } = make({});
    const error: Error & { cause?: unknown } = new Error("loop");
    error.cause = error;
    await near.openStream("puppet").writable.abort(error);
    expect((await far.stream("puppet").read()).error).toMatchObject({ message: "loop", cause: { message: "loop" } });
  });

  test("a reason takes at most 8 KiB, all its parts together", async (make) => {
    const { near, far } = make({});
    const long = "long ".repeat(20_000);
    const error = new AggregateError([new Error(long), new Error(long)], long, { cause: new Error(long) });
    await near.openStream("puppet").writable.abort(error);
    const seen = (await far.stream("puppet").read()).error;
    expect(seen).toMatchObject({ class: "AggregateError", name: "AggregateError" });
    expect(JSON.stringify(seen).length).toBeLessThan(10_000);
    expect(seen?.message?.startsWith("long long")).toBe(true);
  });

  test("a stack does not cross where the remote is not trusted", async (make) => {
    const { near } = make({ untrusted: true });
    const error = (await rejection(near.call("fail", { reason: "stacked" }))) as Error;
    expect(error.message).toBe("plain");
    expect(error.stack ?? "").not.toContain("secret");
  });
}
