/** The main job, done: every transform over real bytes, from a file and from a URL, checked against node:zlib. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dir, expectFailure, left, main, put, root, run, sample, serve, sha256, temp } from "./run.ts";

describe("through each transform", () => {
  const undo = { gzip: gunzipSync, brotli: brotliDecompressSync, identity: (bytes: Buffer) => bytes };

  for (const [through, reverse] of Object.entries(undo)) {
    it(`${through}: the file under --out is the input, undone`, async () => {
      const content = sample(8 * 1024 * 1024 + 13);
      const input = put("input", content);
      const result = await run([input, "--through", through, "--out", "output"]);
      expect(result.stderr).toBe("");
      expect(result.code).toBe(0);
      expect(reverse(readFileSync(join(dir, "output"))).equals(content)).toBe(true);
      expect(result.stdout).toContain(`${through}: ${input} in `);
      expect(result.stdout).toMatch(/in {8}8,388,621 bytes, \d+\.\d MB\/s\n/);
      expect(result.stdout).toContain(`out       ${statSync(join(dir, "output")).size.toLocaleString("en-US")} bytes`);
      expect(result.stdout).toContain(`sha256    ${sha256(content)}\n`);
      expect(result.stdout).toContain("verified  the output, undone, has the digest of the input\n");
      expect(left()).toEqual(["input", "output"]);
    });
  }

  it("gunzip: restores what gzip made, and reports the digest of the output", async () => {
    const content = sample(3_000_001);
    const result = await run([put("a.gz", gzipSync(content)), "--through", "gunzip", "--out", "a"]);
    expect(result.stderr).toBe("");
    expect(readFileSync(join(dir, "a")).equals(content)).toBe(true);
    expect(result.stdout).toContain(`sha256    ${sha256(content)}\n`);
    expect(result.code).toBe(0);
  });

  it("gunzip: takes several members and zeros behind them, as gzip does", async () => {
    const content = sample(200_000);
    const archive = gzipSync(content);
    const padded = Buffer.concat([archive, archive, Buffer.alloc(300_000)]);
    const result = await run([put("a.gz", padded), "--through", "gunzip", "--out", "a"]);
    expect(result.stderr).toBe("");
    expect(readFileSync(join(dir, "a")).equals(Buffer.concat([content, content]))).toBe(true);
  });

  it("sha256: prints the worker's digest, equal to the one computed here", async () => {
    const content = sample(5_000_000);
    const result = await run([put("input", content), "--through", "sha256", "--out", "digest"]);
    expect(result.stderr).toBe("");
    expect(result.stdout).toContain(`sha256    ${sha256(content)}\n`);
    expect(result.stdout).toContain("verified  the worker's digest is the one computed here\n");
    expect(readFileSync(join(dir, "digest"), "utf8")).toBe(`${sha256(content)}\n`);
    expect(result.code).toBe(0);
  });

  it("gzip is the default, over a file as npm installed it; without --out nothing stays", async () => {
    const result = await run([join(root, "node_modules/typescript/lib/typescript.js")]);
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(/^gzip: /);
    expect(result.stdout).toContain("to a temporary file, checked and removed; --out keeps it");
    expect(result.stdout).toContain("verified  ");
    expect(result.code).toBe(0);
    expect(left()).toEqual([]);
  });

  for (const through of ["gzip", "brotli", "sha256", "identity"]) {
    it(`${through}: takes an empty file and one of 1 byte`, async () => {
      for (const content of [Buffer.alloc(0), Buffer.from("x")]) {
        const result = await run([put("input", content), "--through", through]);
        expect(result.stderr).toBe("");
        expect(result.stdout).toContain(`sha256    ${sha256(content)}\n`);
        expect(result.code).toBe(0);
      }
      expect(left()).toEqual(["input"]);
    });
  }

  it("gunzip: takes the archive of nothing and of 1 byte", async () => {
    for (const content of [Buffer.alloc(0), Buffer.from("x")]) {
      const result = await run([put("input.gz", gzipSync(content)), "--through", "gunzip"]);
      expect(result.stderr).toBe("");
      expect(result.stdout).toContain(`sha256    ${sha256(content)}\n`);
    }
  });

  it("tells the most that either side had to hold: not more than the window and one chunk", async () => {
    const result = await run([put("input", sample(16 * 1024 * 1024)), "--through", "identity"]);
    const held = [...result.stdout.matchAll(/at most (\d+) KiB, window (\d+) KiB and a chunk\n/g)];
    expect(held).toHaveLength(2);
    for (const [most, window] of held.map(([, ...figures]) => figures.map(Number))) {
      expect(window).toBe(1024);
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(1024 + 256);
    }
  });
});

describe("--out that is a link", () => {
  it("replaces the file that it leads to, or makes it, and stays", async () => {
    mkdirSync(join(dir, "deep/real"), { recursive: true });
    symlinkSync("deep/real", join(dir, "short"));
    symlinkSync("short/../link", join(dir, "first")); // which is deep/link
    symlinkSync("real/out", join(dir, "deep/link"));
    for (const content of ["new", "newer"]) {
      const result = await run([put("input", content), "--through", "identity", "--out", "first"]);
      expect(result.stderr).toBe("");
      expect(readFileSync(join(dir, "deep/real/out"), "utf8")).toBe(content);
      expect(readlinkSync(join(dir, "first"))).toBe("short/../link");
      expect(readlinkSync(join(dir, "deep/link"))).toBe("real/out");
    }
    symlinkSync(join(dir, "there"), join(dir, "absolute"));
    await run([put("input", "x"), "--through", "identity", "--out", "absolute"]);
    expect(readFileSync(join(dir, "there"), "utf8")).toBe("x");
    expect(left()).toEqual(["absolute", "deep", "first", "input", "short", "there"]);
    expect(readdirSync(join(dir, "deep/real"))).toEqual(["out"]);
  });
});

it("./- is a file of that name", async () => {
  put("-", "x");
  const result = await run(["./-", "--out", "./-"]);
  expectFailure(result, "cannot write ./-: it is the input itself");
});

describe("--out with a slash at its end", () => {
  it("is a directory, made if missing, where the result has a name of its own", async () => {
    const input = put("input", "x");
    for (const out of ["new/er/", "new/er/", "new/"]) {
      const result = await run([input, "--out", out]);
      expect(result.stderr).toBe("");
      expect(result.stdout).toContain(`, to ${join(out, "input.gz")}\n`);
      expect(gunzipSync(readFileSync(join(dir, out, "input.gz"))).toString()).toBe("x");
    }
    expect(readdirSync(join(dir, "new"))).toEqual(["er", "input.gz"]);
    expect(left()).toEqual(["input", "new"]);
  });

  it("is refused where a file is", async () => {
    const input = put("input", "x");
    expectFailure(await run([input, "--out", "input/"]), "cannot write input/: a part of its path is not a directory");
    expect(readFileSync(input, "utf8")).toBe("x");
  });
});

describe("a URL", () => {
  it("is fetched, redirects followed, whatever length it announces", async () => {
    const content = sample(1_000_000);
    const url = await serve((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: "/there" }).end();
      else response.end(content); // chunked: no length
    });
    const result = await run([url, "--out", "out.gz"]);
    expect(result.stderr).toBe("");
    expect(gunzipSync(readFileSync(join(dir, "out.gz"))).equals(content)).toBe(true);
    expect(result.stdout).toContain(`gzip: ${url}`);
  });
});

describe("on a terminal", () => {
  it.skipIf(process.platform !== "linux" || !existsSync("/usr/bin/script"))(
    "a bar with rate and remaining time is drawn",
    async () => {
      const input = put("input", sample(30_000_000));
      const command = [process.execPath, main, input].map((word) => `'${word}'`).join(" ");
      // a terminal of `script`'s own; what it shows comes out of its stdout
      const shown = execFileSync("script", ["-qec", command, "/dev/null"], {
        cwd: dir,
        env: { ...process.env, TMPDIR: temp },
      });
      const text = shown.toString("utf8");
      expect(text).toMatch(/gzip █*░* \d+ % of 30\.0 MB {2}\d+\.\d MB\/s/);
      expect(text).toMatch(/\d+:\d\d left/);
      expect(text).toContain("verified  ");
    },
  );
});

describe("the check", () => {
  it("fails a file that does not undo to the input", async () => {
    const { verify } = await import(new URL("../../examples/transform/verify.mjs", import.meta.url).href);
    const content = sample(100_000);
    const digests = { input: sha256(content), output: "" };
    const good = put("good", gzipSync(content));
    const other = put("other", gzipSync(content.subarray(1)));
    const broken = put("broken", gzipSync(content).subarray(0, 5_000));
    await expect(verify(good, "gzip", digests)).resolves.toMatchObject({ digest: digests.input });
    await expect(verify(other, "gzip", digests)).rejects.toThrow(/^not verified: .* the output was discarded/);
    await expect(verify(broken, "gzip", digests)).rejects.toThrow("not verified: the output cannot be undone");
    await expect(verify(put("digest", "0000\n"), "sha256", digests)).rejects.toThrow(
      "not verified: the worker's digest is 0000",
    );
  });
});
