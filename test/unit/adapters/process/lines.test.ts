import { describe, expect, it } from "vitest";
import { ControlLines, strayError } from "../../../../adapters/process/control-lines.ts";
import { Lines } from "../../../../adapters/process/lines.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function collect(most = 1_000): { lines: Lines; got: string[] } {
  const got: string[] = [];
  return { lines: new Lines(most, (line) => got.push(line)), got };
}

describe("Lines", () => {
  it("finds the same lines wherever the bytes are cut", () => {
    const text = 'one\n\n{"v":"äö€𝄞"}\r\n\r\ntwo\n';
    const all = bytes(text);
    for (let cut = 0; cut <= all.length; cut += 1) {
      for (let second = cut; second <= all.length; second += 1) {
        const { lines, got } = collect();
        for (const part of [all.slice(0, cut), all.slice(cut, second), all.slice(second)]) lines.push(part);
        expect(got).toEqual(["one", '{"v":"äö€𝄞"}', "two"]);
      }
    }
  });

  it("gives what has begun at the end, and takes nothing after it", () => {
    const { lines, got } = collect();
    lines.push(bytes("a\nb"));
    expect(lines.end()).toBe("b");
    lines.push(bytes("c\n"));
    expect(lines.end()).toBe("");
    expect(got).toEqual(["a"]);
  });

  it("stops at a line that is too long, however it comes, and keeps none of it", () => {
    for (const size of [1, 3, 200]) {
      const { lines, got } = collect(100);
      expect(lines.push(bytes(`${"x".repeat(100)}\n`))).toBe(true);
      let good = true;
      for (let sent = 0; sent < 200 && good; sent += size) good = lines.push(bytes("y".repeat(size)));
      expect(good).toBe(false);
      lines.push(bytes("\nz\n"));
      lines.end();
      expect(got).toEqual(["x".repeat(100)]);
    }
  });

  it("keeps of what it was given only the line that has begun", () => {
    const { lines, got } = collect();
    const read = bytes("one\nx");
    for (const begun of ["a", "b", "c"]) {
      read.set(bytes(begun), read.length - 1);
      lines.push(read);
    }
    // The memory is its owner's again.
    read.fill(0);
    lines.push(bytes("\n"));
    expect(got).toEqual(["one", "aone", "bone", "c"]);
  });

  it("tells no more once it was stopped from within a line", () => {
    const got: string[] = [];
    const lines: Lines = new Lines(100, (line) => {
      got.push(line);
      lines.stop();
    });
    lines.push(bytes("a\nb\nc\n"));
    expect(got).toEqual(["a"]);
  });

  it("reads many small pieces of a long line in linear time", () => {
    const { lines, got } = collect(1024 * 1024);
    for (let count = 0; count < 200_000; count += 1) lines.push(bytes("abcd"));
    lines.push(bytes("\n"));
    expect(got[0]?.length).toBe(800_000);
  }, 5_000);
});

describe("Control lines", () => {
  function control(): { lines: ControlLines; log: unknown[] } {
    const log: unknown[] = [];
    const lines = new ControlLines("the child", {
      message: (line, parsed) => log.push(["message", line, parsed]),
      stray: (line) => log.push(["stray", line]),
      broken: (error) => log.push(["broken", error]),
    });
    return { lines, log };
  }

  it("are JSON-RPC messages and batches", () => {
    const { lines, log } = control();
    const one = { jsonrpc: "2.0", method: "a" };
    lines.push(bytes(`${JSON.stringify(one)}\n  ${JSON.stringify([one])}\n`));
    expect(log).toEqual([
      ["message", JSON.stringify(one), one],
      ["message", `  ${JSON.stringify([one])}`, [one]],
    ]);
  });

  it.each([
    "hello",
    "[INFO] starting",
    '{"jsonrpc":"2.0","method":',
    'sent {"jsonrpc":"2.0",broken}',
    '{"jsonrpc":"2.0","id":1,"result":"cut sho…',
    '{"jsonrpc":"2.0","id":1,"result":[1,2\nand a log',
    '{\n  "jsonrpc": "2.0",\n  "id": 1\n}',
    'xxx"}',
    '{"level":30,"msg":"a log in JSON"}',
    "[1,2,3]",
    "[]",
    "42",
    "null",
    '"text"',
  ])("leave out %s, and go on", (stray) => {
    const { lines, log } = control();
    const next = '{"jsonrpc":"2.0","method":"a"}';
    lines.push(bytes(`${stray}\n${next}\n"}\n`));
    expect(log).toEqual([
      ...stray.split("\n").map((line) => ["stray", line]),
      ["message", next, JSON.parse(next)],
      ["stray", '"}'],
    ]);
  });

  const result = "x".repeat(1_000);
  it.each([
    ["in whole lines", `{"jsonrpc":"2.0","id":1,"result":"${result}\n`, ["hello", `${result}"}`]],
    ["twice", `{"jsonrpc":"2.0","id":1,"result":"${result}\n`, ["hello", `${result}hello`, `${result}"}`]],
    ["without an end of line", `{"jsonrpc":"2.0",hello"id":1,"result":"${result}"}\n`, []],
    ["into a batch", `[{"jsonrpc":"2.0","id":1,"result":"${result}hello\n`, [`${result}"} ]\r`]],
    ["into one with spaces", `  { "jsonrpc": "2.0", "id": 1, "result": "${result}hello\n`, [`${result}" }`]],
  ])("break at a message that something else was printed into, %s", (_, head, rest) => {
    const { lines, log } = control();
    lines.push(bytes(`${head}${rest.map((line) => `${line}\n`).join("")}{"jsonrpc":"2.0","method":"a"}\n`));
    expect(log.filter((entry) => (entry as string[])[0] !== "stray")).toEqual([
      ["broken", expect.objectContaining({ code: "BAD_MESSAGE", message: expect.stringContaining('control: "fd"') })],
    ]);
    expect((log.at(-1) as [string, Error])[1].message.length).toBeLessThan(600);
  });

  it("tell of what was printed last without an end of line, but not of half a message", () => {
    for (const [rest, told] of [
      ["oops", [["stray", "oops"]]],
      ['{"jsonrpc":"2.0","res', []],
      ["", []],
    ] as const) {
      const { lines, log } = control();
      lines.push(bytes(rest));
      lines.end();
      expect(log).toEqual(told);
    }
  });

  it("are told apart in linear time", () => {
    const { lines, log } = control();
    const blank = " ".repeat(1024 * 1024);
    lines.push(bytes(`{"jsonrpc":"2.0"${blank}x\n${blank}x\n[${blank}x\n}${blank}x\n]${blank}x\n`));
    expect(log).toHaveLength(5);
  }, 2_000);

  it("are at most 4 MiB long", () => {
    const { lines, log } = control();
    for (let count = 0; count < 20; count += 1) lines.push(new Uint8Array(256 * 1024).fill(97));
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject(["broken", { code: "LINE_TOO_LONG" }]);
  });

  it("are quoted where they are stray, up to 200 characters", () => {
    expect(strayError("the child", 'say "hi"')).toMatchObject({ code: "STRAY_LINE", origin: "remote" });
    expect(strayError("the child", 'say "hi"').message).toContain('"say \\"hi\\""');
    expect(strayError("the child", "x".repeat(100_000)).message.length).toBeLessThan(500);
  });
});
