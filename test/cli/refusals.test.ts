/** Everything that the main job refuses: one line that says what, to what, and what to do; and nothing left behind. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dir, expectFailure, left, put, run, sample, serve, stopServing, temp, USAGE } from "./run.ts";

/** What takes from root the right to write anywhere; nothing for others; `undefined` where there is no such tool. */
const unbound =
  process.getuid?.() !== 0
    ? []
    : existsSync("/usr/bin/setpriv")
      ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
      : undefined;

describe("a URL", () => {
  it("with an unknown host is refused", async () => {
    expectFailure(await run(["http://no-such-host.invalid/x"]), "cannot fetch http://no-such-host.invalid/x: ");
  });

  it("where nothing listens is refused", async () => {
    const url = await serve(() => {});
    await stopServing();
    expectFailure(await run([url]), `cannot fetch ${url}: the connection was refused`);
  });

  for (const status of [404, 403, 500, 304]) {
    it(`that answers ${status} is refused`, async () => {
      const url = await serve((_request, response) => void response.writeHead(status).end());
      expectFailure(await run([url, "--out", "out"]), `cannot fetch ${url}: the server answered ${status} `);
      expect(left()).toEqual([]);
    });
  }

  it("at a port that fetch may not use is refused", async () => {
    const url = "http://127.0.0.1:25/";
    expectFailure(await run([url]), `cannot fetch ${url}: fetch may not use that port; choose another`);
  });

  it("that redirects to itself is refused", async () => {
    const url = await serve((_request, response) => void response.writeHead(302, { location: "/" }).end());
    expectFailure(
      await run([url]),
      `cannot fetch ${url}: it redirects more than 20 times, perhaps in a circle; check the address`,
    );
  });

  it("that breaks off in the middle is refused, and leaves nothing", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write(randomBytes(300_000), () => response.destroy());
    });
    const result = await run([url, "--through", "identity", "--out", "out"]);
    expectFailure(result, `cannot fetch ${url}: the server broke off the connection`);
    expect(left()).toEqual([]);
  });

  it("of another scheme, or none at all, is wrong usage", async () => {
    for (const url of ["ftp://example.invalid/x", "http://"]) {
      const result = await run([url]);
      expect(result.stderr).toMatch(new RegExp(`^sluice: [^\n]*'${url}'[^\n]*\n`));
      expect(result.stderr.endsWith(`\n${USAGE}\n`)).toBe(true);
      expect(result.code).toBe(2);
    }
  });
});

describe("an input that cannot be read", () => {
  it("is refused: no such file", async () => {
    const path = join(dir, "nowhere");
    expectFailure(await run([path]), `cannot read ${path}: there is no such file; check the path (ENOENT)`);
  });

  it("is refused: a directory", async () => {
    expectFailure(await run([dir]), `cannot read ${dir}: it is a directory`);
  });

  it.skipIf(process.platform === "win32")("is refused: a named pipe, which would be waited for", async () => {
    execFileSync("mkfifo", [join(dir, "pipe")]);
    expectFailure(await run(["pipe"]), "cannot read pipe: it is not a regular file");
  });

  const broken: Record<string, [content: Buffer, line: string]> = {
    "not an archive": [Buffer.from("plain text, as it is"), "it is no gzip archive"],
    "cut short": [gzipSync(sample(500_000)).subarray(0, -10), "the archive is cut short"],
    "cut short after one member": [
      Buffer.concat([gzipSync("a"), gzipSync(sample(9_000)).subarray(0, 3_000)]),
      "the archive is cut short",
    ],
    empty: [Buffer.alloc(0), "the archive is cut short"],
    "of 1 byte": [Buffer.from([0x1f]), "the archive is cut short"],
    "with garbage behind it": [
      Buffer.concat([gzipSync(sample(500_000)), Buffer.from("garbage")]),
      "something else follows the archive",
    ],
    "with garbage behind zeros": [
      Buffer.concat([gzipSync("a"), Buffer.alloc(70_000), Buffer.from("garbage")]),
      "something else follows the archive",
    ],
    "with a wrong checksum": [
      Buffer.concat([gzipSync("abc").subarray(0, -8), Buffer.alloc(8)]),
      "the archive is damaged: incorrect data check",
    ],
  };
  for (const [what, [content, line]] of Object.entries(broken)) {
    it(`is refused by gunzip: an archive ${what}`, async () => {
      const path = put("input.gz", content);
      expectFailure(await run([path, "--through", "gunzip", "--out", "out"]), `cannot gunzip ${path}: ${line}`);
      expect(left()).toEqual(["input.gz"]);
    });
  }
});

describe("an output that cannot be written", () => {
  it("is refused: its directory is missing", async () => {
    expectFailure(
      await run([put("input", "x"), "--out", "no/out"]),
      "cannot write no/out: its directory does not exist",
    );
  });

  it("is refused: it is a directory", async () => {
    expectFailure(await run([put("input", "x"), "--out", temp]), `cannot write ${temp}: it is a directory`);
  });

  it("is refused: it is the input itself, also behind a link", async () => {
    const input = put("input", "x");
    symlinkSync(input, join(dir, "link"));
    for (const out of ["input", "link"]) {
      expectFailure(await run([input, "--out", out]), `cannot write ${out}: it is the input itself`);
    }
    expect(readFileSync(input, "utf8")).toBe("x");
  });

  it.skipIf(process.platform === "win32")("is refused: a named pipe, which a rename would replace", async () => {
    execFileSync("mkfifo", [join(dir, "pipe")]);
    const result = await run([put("input", "x"), "--out", "pipe"]);
    expectFailure(result, "cannot write pipe: it is not a regular file; choose another name");
    expect(lstatSync(join(dir, "pipe")).isFIFO()).toBe(true);
  });

  it.skipIf(!existsSync("/proc/self/fd"))("is refused: a link to what is no file, as /dev/stdout is", async () => {
    execFileSync("mkfifo", [join(dir, "pipe")]);
    for (const to of ["pipe", "/proc/self/fd/1"]) {
      symlinkSync(to, join(dir, "link"));
      const result = await run([put("input", "x"), "--out", "link"]);
      expectFailure(result, "cannot write link: it is not a regular file; choose another name");
      expect(readlinkSync(join(dir, "link"))).toBe(to);
      unlinkSync(join(dir, "link"));
    }
    expect(left()).toEqual(["input", "pipe"]);
  });

  it("is refused: a link to where there is no directory, or that leads in a circle", async () => {
    const refused = {
      "no/out": "its directory does not exist",
      "new/": "its directory does not exist",
      link: "its sym",
    };
    for (const [to, why] of Object.entries(refused)) {
      symlinkSync(to, join(dir, "link"));
      expectFailure(await run([put("input", "x"), "--out", "link"]), `cannot write link: ${why}`);
      expect(readlinkSync(join(dir, "link"))).toBe(to);
      unlinkSync(join(dir, "link"));
    }
    expect(left()).toEqual(["input"]);
  });

  it.skipIf(!existsSync("/proc/self/fd"))("is refused: its directory takes no files", async () => {
    for (const out of ["/proc/nothing", "/proc/self/fd/nothing"]) {
      const result = await run([put("input", "x"), "--out", out]);
      expectFailure(result, `cannot write ${out}: no file can be made in its directory; choose another place`);
    }
  });

  it.skipIf(process.platform === "win32" || unbound === undefined)("is refused: no permission", async () => {
    const input = put("input", "x");
    writeFileSync(join(dir, "read-only"), "kept", { mode: 0o444 });
    mkdirSync(join(dir, "locked"), { mode: 0o555 });
    const options = { under: unbound ?? [] };
    expectFailure(await run([input, "--out", "locked/out"], options), "cannot write locked/out: permission denied");
    expectFailure(await run([input, "--out", "read-only"], options), "cannot write read-only: permission denied");
    expect(readFileSync(join(dir, "read-only"), "utf8")).toBe("kept");
  });

  it("keeps the file that was there if the run fails, and replaces it if it succeeds", async () => {
    put("out", "before");
    expect((await run([put("bad.gz", "no archive"), "--through", "gunzip", "--out", "out"])).code).toBe(1);
    expect(readFileSync(join(dir, "out"), "utf8")).toBe("before");
    expect((await run([put("good.gz", gzipSync("after")), "--through", "gunzip", "--out", "out"])).code).toBe(0);
    expect(readFileSync(join(dir, "out"), "utf8")).toBe("after");
    expect(left()).toEqual(["bad.gz", "good.gz", "out"]);
  });
});

describe("wrong usage", () => {
  const wrong: Record<string, [args: string[], line: string]> = {
    "an unknown option": [["--fast"], "unknown option '--fast'"],
    "an unknown transform": [
      ["--through", "zip"],
      "unknown transform 'zip', expected one of gzip, gunzip, brotli, sha256, identity",
    ],
    "no value for --out": [["--out"], "option '--out' needs a value"],
    "an empty value for --out": [["--out="], "option '--out' needs a value"],
    "no value for --through": [["--through", "--out", "x"], "option '--through' needs a value"],
    "no workers": [["--workers", "0"], "option '--workers' needs a whole number from 1 on, got '0'"],
    "a word of workers": [["--workers", "x"], "option '--workers' needs a whole number from 1 on, got 'x'"],
    "half a worker": [["--workers", "1.5"], "option '--workers' needs a whole number from 1 on, got '1.5'"],
    "fewer than no workers": [["--workers=-1"], "option '--workers' needs a whole number from 1 on, got '-1'"],
    "fewer than no workers, as a word of its own": [
      ["a", "--workers", "-1"],
      "option '--workers' needs a whole number from 1 on, got '-1'",
    ],
    "a value that looks like an option": [
      ["--out", "-x"],
      "option '--out' needs a value; write --out=-x if it is '-x'",
    ],
    "no value for --workers": [["--workers"], "option '--workers' needs a value"],
    "an empty value for --workers": [["--workers="], "option '--workers' needs a value"],
    "an empty input": [[""], "the file or URL is empty"],
    "an empty input among others": [["a", ""], "the file or URL is empty"],
    "standard input": [["-"], "standard input is not supported; save it to a file first, or name a file '-' as ./-"],
    "standard output": [
      ["a", "--out", "-"],
      "standard output is not supported; --out needs a file's name, or ./- for a file '-'",
    ],
    "two inputs that would be kept under one name": [
      ["a", "b/a", "--out", "out"],
      `'a' and 'b/a' would both be kept as ${join("out", "a.gz")}; rename one of them`,
    ],
  };
  for (const [what, [args, line]] of Object.entries(wrong)) {
    it(`${what}: what is wrong, then the usage, and exit code 2`, async () => {
      const result = await run(args);
      expect(result.stderr).toBe(`sluice: ${line}\n${USAGE}\n`);
      expect(result.stdout).toBe("");
      expect(result.code).toBe(2);
    });
  }

  it("--help is none: the usage on stdout, exit code 0", async () => {
    const result = await run(["--help"]);
    expect(result.stdout.startsWith(`${USAGE}\n`)).toBe(true);
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
  });
});
