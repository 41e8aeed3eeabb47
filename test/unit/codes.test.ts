/** The catalogue of error codes: `scripts/errors.mjs` holds the code to it, and makes `docs/errors.md` of it. */
import { describe, expect, it } from "vitest";
import { type Files, readErrors, sourceFiles } from "../../scripts/errors.mjs";

/** A small tree that is as it should be; `files` come on top, or instead. */
function tree(files: Files = {}): Files {
  return {
    "src/codes.ts": `
      /** About streams. */
      export type StreamErrorCode =
        /** A first thing happened. And another. Do this. */
        | "ONE"
        /** It may be \`made\` elsewhere.
         * \`Undo\` that. */
        | "TWO";
      export type LinkErrorCode = /** The link broke. Mend it. */ "ONE";
      export type ProtocolErrorCode = /** A rule was broken. Keep it. */ "THREE";
      export type MistakeCode = /** A mistake. Make none. */ "FOUR";
      export type DOMExceptionName = /** It was aborted. Take it so. */ "AbortError";
      export type ForeignCode = /** There was none. Send one. */ "UNKNOWN";
    `,
    "src/rpc/messages.ts": "export const RPC_CODES = { /** It failed. Try again. */ failed: -32_000 } as const;",
    "src/use.ts": `
      new StreamError("ONE", "text"), new LinkError("ONE", "text"), new ProtocolError("THREE", "text");
      mistake(new RangeError("text"), "FOUR"), new DOMException("text", "AbortError");
      new RpcError(RPC_CODES.failed, "text");
    `,
    "src/helper.ts": `
      const fail = (code: StreamErrorCode) => new StreamError(code, "text");
      fail("TWO");
    `,
    "src/reason.ts": 'new StreamError(String(code ?? "UNKNOWN"), "text"), new RpcError(Number(code ?? 0), "text");',
    ...files,
  };
}

describe("readErrors()", () => {
  it("finds nothing wrong with the source as it is", () => {
    expect(readErrors(sourceFiles()).problems).toEqual([]);
  });

  it("finds nothing wrong with a tree that keeps to its catalogue", () => {
    expect(readErrors(tree()).problems).toEqual([]);
  });

  it("writes what each code means: when it comes, and as the last sentence what to do", () => {
    const { document } = readErrors(tree());
    expect(document).toContain("About streams.");
    expect(document).toContain("| `ONE` | A first thing happened. And another. | Do this. |");
    expect(document).toContain("| `TWO` | It may be `made` elsewhere. | `Undo` that. |");
    expect(document).toContain("| `FOUR` | `RangeError` | A mistake. | Make none. |");
    expect(document).toContain("| `-32000` | It failed. | Try again. |");
  });

  it.each([
    ["StreamError", 'new StreamError("PLANTED", "text")', "StreamErrorCode"],
    ["LinkError", 'new LinkError("PLANTED", "text")', "LinkErrorCode"],
    ["ProtocolError", 'new ProtocolError("PLANTED", "text")', "ProtocolErrorCode"],
    ["mistake", 'mistake(new TypeError("text"), "PLANTED")', "MistakeCode"],
    ["DOMException", 'new DOMException("text", "PLANTED")', "DOMExceptionName"],
    ["RpcError", 'new RpcError(RPC_CODES.PLANTED, "text")', "RPC_CODES"],
    ["StreamError", 'new StreamError(wrong ? "PLANTED" : "ONE", "text")', "StreamErrorCode"],
  ])("tells of an unknown code: %s, %s", (maker, text, list) => {
    const { problems } = readErrors(tree({ "adapters/planted.ts": `\n${text};` }));
    expect(problems).toEqual([expect.stringContaining(`adapters/planted.ts:2: ${maker} gets the code PLANTED`)]);
    expect(problems[0]).toContain(`add it to ${list} in src/`);
  });

  it("tells of a code of another class", () => {
    const { problems } = readErrors(tree({ "src/planted.ts": 'new StreamError("FOUR", "text");' }));
    expect(problems).toEqual([expect.stringContaining("StreamError gets the code FOUR")]);
  });

  it("tells of an unknown number of an RpcError", () => {
    const { problems } = readErrors(tree({ "src/planted.ts": 'new RpcError(-32_050, "text");' }));
    expect(problems).toEqual([expect.stringContaining("RpcError gets the code -32050")]);
  });

  it("tells of a code that it cannot know", () => {
    const { problems } = readErrors(tree({ "src/planted.ts": 'const f = (code) => new StreamError(code, "text");' }));
    expect(problems).toEqual([expect.stringContaining("src/planted.ts:1: cannot tell which code StreamError gets")]);
  });

  it("tells of a code that is used nowhere", () => {
    const { problems } = readErrors(tree({ "src/helper.ts": "" }));
    expect(problems).toEqual([expect.stringMatching(/^src\/codes\.ts:\d+: TWO of StreamErrorCode is used nowhere/)]);
  });

  it("tells of a code whose comment does not say what to do", () => {
    const codes = tree()["src/codes.ts"]?.replace(" Keep it.", "") ?? "";
    const { problems } = readErrors(tree({ "src/codes.ts": codes }));
    expect(problems).toEqual([expect.stringContaining("THREE of ProtocolErrorCode needs a comment")]);
  });

  it("tells of a part of the catalogue that is gone", () => {
    const { problems } = readErrors(tree({ "src/rpc/messages.ts": "" }));
    expect(problems).toContainEqual(expect.stringContaining("Cannot find RPC_CODES"));
  });
});
