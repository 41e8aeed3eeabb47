/** `own()`, moving and refusing: what is transferred rather than copied, and what cannot be a chunk. */
import { describe, expect, it } from "vitest";
import { own } from "../../../src/stream/chunk.ts";
import { thrownBy } from "../support/error-of.ts";

function detached(length: number): ArrayBuffer {
  const buffer = new ArrayBuffer(length);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

describe("own(), moving", () => {
  it("moves whole buffers with transfer: true, once each", () => {
    const bytes = new Uint8Array(8);
    const chunk = { bytes, again: bytes, buffer: bytes.buffer };
    const mine = own(chunk, true);
    expect(mine).toEqual({ chunk, moves: [bytes.buffer], lent: true });
    expect((mine.chunk as typeof chunk).bytes).toBe(bytes);
  });

  it("copies a view of a part with transfer: true", () => {
    const part = new Uint8Array(new ArrayBuffer(8), 0, 4);
    const mine = own(part, true);
    expect(mine).toMatchObject({ moves: [], lent: false });
    expect((mine.chunk as Uint8Array).buffer).not.toBe(part.buffer);
  });

  it("moves what a function names, and copies the rest", () => {
    const [moved, kept] = [new Uint8Array(8), new Uint8Array(4)];
    const { chunk, moves, lent } = own({ moved, kept }, (chunk) => [
      (chunk as { moved: Uint8Array }).moved.buffer as ArrayBuffer,
    ]);
    expect({ moves, lent }).toEqual({ moves: [moved.buffer], lent: true });
    const mine = chunk as { moved: Uint8Array; kept: Uint8Array };
    expect(mine.moved).toBe(moved);
    expect(mine.kept).not.toBe(kept);
    expect(mine.kept).toStrictEqual(kept);
  });

  it("moves what is no buffer, where a function names it", () => {
    const stream = new ReadableStream();
    const mine = own({ stream, n: 1 }, () => [stream]);
    expect(mine).toEqual({ chunk: { stream, n: 1 }, moves: [stream], lent: true });
  });

  it("copies everything where a function names nothing", () => {
    const bytes = new Uint8Array(4);
    expect(own(bytes, () => []).chunk).not.toBe(bytes);
  });

  it("refuses a function that gives no array", () => {
    const { error, code } = thrownBy(() => own({}, () => undefined as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_TRANSFER");
  });
});

describe("own(), refusing", () => {
  it.each<[string, () => unknown]>([
    ["a buffer", () => detached(8)],
    ["a buffer that was empty", () => detached(0)],
    ["a view", () => viewOf(Uint8Array)],
    ["a DataView", () => viewOf(DataView)],
    ["a buffer in a record", () => ({ list: [detached(8)] })],
    ["a view in a Map", () => new Map([["k", viewOf(Uint8Array)]])],
  ])("is a TypeError for %s that is detached, copied or moved", (_, make) => {
    for (const transfer of [undefined, true] as const) {
      const { error, code } = thrownBy(() => own(make(), transfer));
      expect(error).toBeInstanceOf(TypeError);
      expect(code).toBe("CHUNK_DETACHED");
    }
  });

  it("is a TypeError for a detached buffer that a function names", () => {
    const { error, code } = thrownBy(() => own({}, () => [detached(8)]));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("CHUNK_DETACHED");
  });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a function in a record", { f: () => 1 }],
    ["a symbol in an array", [[Symbol("s")]]],
    [
      "a method of an instance",
      new (class A {
        f = (): number => 1;
      })(),
    ],
    ["a function for a key of a Map", new Map([[() => 1, 1]])],
    ["a function in a Set", new Set([() => 1])],
  ])("is a DataCloneError for %s", (_, chunk) => {
    const { error } = thrownBy(() => own(chunk, undefined));
    expect(error).toBeInstanceOf(DOMException);
    expect(error.name).toBe("DataCloneError");
  });

  it("passes on what a getter throws", () => {
    const failure = new Error("no");
    const chunk = {
      get a() {
        throw failure;
      },
    };
    expect(thrownBy(() => own(chunk, undefined)).error).toBe(failure);
  });
});

function viewOf(View: new (buffer: ArrayBuffer) => ArrayBufferView<ArrayBuffer>): ArrayBufferView {
  const view = new View(new ArrayBuffer(8));
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}
