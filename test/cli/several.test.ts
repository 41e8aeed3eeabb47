/** Several inputs over a number of workers: each checked by itself, and one that fails fails alone. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dir, left, main, put, root, run, sample, serve, sha256, temp, until } from "./run.ts";

const kept = (name: string): Buffer => readFileSync(join(dir, "out", name));
const names = (): string[] => readdirSync(join(dir, "out")).sort();

/** How many inputs are in the middle: something of them has come back from their worker, and they are not done. */
const begun = (): number =>
  names().filter((name) => name.startsWith(".sluice-") && statSync(join(dir, "out", name)).size > 0).length;

/** Serves `content` up to its middle, and the rest when it is released; tells when the client has gone. */
async function halting(content: Buffer) {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let tell = (): void => {};
  const gone = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const url = await serve(async (_request, response) => {
    response.on("close", tell);
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, content.length / 2));
    await released;
    response.end(content.subarray(content.length / 2));
  });
  return { url, release, gone };
}

describe("several inputs", () => {
  it("are spread over the workers, each with its digest, files and URLs alike", async () => {
    const contents = [sample(6_000_001), sample(3_000_002), sample(1_000_003)] as const;
    const url = `${await serve((_request, response) => void response.end(contents[2]))}c`;
    const inputs = [put("a", contents[0]), put("b", contents[1]), url];
    const result = await run([...inputs, "--out", "out", "--workers", "2"], {
      preload: join(root, "test/cli/kill-first-worker.mjs"),
    });
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    const lines = result.stdout.split("\n");
    for (const [index, name] of ["a", "b", "c"].entries()) {
      const content = contents[index] as Buffer;
      expect(sha256(gunzipSync(kept(`${name}.gz`)))).toBe(sha256(content));
      const own = lines.filter((line) => line.startsWith(`gzip: ${inputs[index]}: `));
      expect(own).toHaveLength(1);
      expect(own[0]).toContain(`${content.length.toLocaleString("en-US")} bytes to `);
      expect(own[0]).toContain(`sha256 ${sha256(content)} verified, to ${join("out", `${name}.gz`)}`);
    }
    expect(lines.slice(3)).toEqual([
      expect.stringMatching(/^gzip: 3 of 3 inputs by 2 workers: 10,000,006 bytes to /),
      "",
    ]);
    expect(names()).toEqual(["a.gz", "b.gz", "c.gz"]);
    expect(readFileSync(join(dir, "workers-started"), "utf8")).toBe("2");
  });

  it("go through the transform that was asked for, and nothing stays without --out", async () => {
    const inputs = [put("a", sample(300_000)), put("b", ""), put("c", "x")];
    const brotli = await run([...inputs, "--through", "brotli", "--out", "out"]);
    expect(brotli.code).toBe(0);
    expect(brotli.stdout).toContain(`brotli: 3 of 3 inputs by ${Math.min(3, availableParallelism())} worker`);
    expect(brotliDecompressSync(kept("a.br")).equals(readFileSync(inputs[0] as string))).toBe(true);
    const digest = await run([...inputs, "--through", "sha256", "--workers", "9"]);
    expect(digest.stdout).toContain("sha256: 3 of 3 inputs by 3 workers: ");
    expect(digest.stdout).toContain(`sha256 ${sha256(Buffer.from("x"))} verified, not kept\n`);
    expect(left()).toEqual(["a", "b", "c", "out"]);
  });

  it("keep their names, of which a URL's leads nowhere else", async () => {
    const url = await serve((_request, response) => void response.end("x"));
    const result = await run([`${url}a/..%2Fb?c`, `${url}na%20me`, url, "--out", "new/out"]);
    expect(result.stderr).toBe("");
    expect(readdirSync(join(dir, "new/out")).sort()).toEqual(["..%2Fb.gz", "127.0.0.1.gz", "na me.gz"]);
    const archives = [put("a.gz", gzipSync("a")), put("b.GZ", gzipSync("b")), put("c", gzipSync("c"))];
    expect((await run([...archives, "--through", "gunzip", "--out", "out"])).code).toBe(0);
    expect(names().map((name) => [name, kept(name).toString()])).toEqual([
      ["a", "a"],
      ["b", "b"],
      ["c", "c"],
    ]);
  });
});

describe("an input that fails among others", () => {
  it("fails alone: missing", async () => {
    const inputs = [put("a", "a"), join(dir, "nowhere"), put("b", "b")];
    const result = await run([...inputs, "--out", "out", "--workers", "2"]);
    expect(result.stderr).toBe(
      `sluice: cannot read ${inputs[1]}: there is no such file; check the path (ENOENT)\n` +
        `sluice: 1 of 3 inputs failed:\n  ${inputs[1]}\n`,
    );
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("gzip: 2 of 3 inputs by 2 workers: 2 bytes to ");
    expect(names()).toEqual(["a.gz", "b.gz"]);
    expect(gunzipSync(kept("b.gz")).toString()).toBe("b");
  });

  it("fails alone: broken, and its worker goes on with the next", async () => {
    const broken = put("broken.gz", gzipSync(sample(500_000)).subarray(0, -10));
    const good = put("good.gz", gzipSync("good"));
    const result = await run([broken, good, "--through", "gunzip", "--out", "out", "--workers", "1"], {
      preload: join(root, "test/cli/kill-first-worker.mjs"),
    });
    expect(result.stderr).toMatch(`sluice: cannot gunzip ${broken}: the archive is cut short; `);
    expect(result.stderr).toMatch(`(Z_BUF_ERROR)\nsluice: 1 of 2 inputs failed:\n  ${broken}\n`);
    expect(result.code).toBe(1);
    expect(names()).toEqual(["good"]);
    expect(kept("good").toString()).toBe("good");
    expect(readFileSync(join(dir, "workers-started"), "utf8")).toBe("1");
  });

  it("fails alone: it would be written over another input", async () => {
    mkdirSync(join(dir, "out"));
    put("out/a", "a");
    put("out/a.gz", gzipSync("before"));
    const result = await run(["out/a", "out/a.gz", "--out", "out"]);
    expect(result.stderr).toContain(`sluice: cannot write ${join("out", "a.gz")}: it is the input out/a.gz; `);
    expect(result.code).toBe(1);
    expect(gunzipSync(kept("a.gz")).toString()).toBe("before");
    expect(names()).toEqual(["a", "a.gz", "a.gz.gz"]);
  });

  it.skipIf(process.platform === "win32")(
    "fails alone: its worker died in the middle, and a fresh one takes the next",
    async () => {
      const content = sample(600_000);
      const [dying, other] = [await halting(sample(600_000)), await halting(content)];
      const urls = [`${dying.url}dying`, `${other.url}other`];
      const files = [put("c", sample(200_000)), put("d", sample(100_000))];
      const result = await run([...urls, ...files, "--through", "identity", "--out", "out", "--workers", "2"], {
        preload: join(root, "test/cli/kill-first-worker.mjs"),
        async during(kill) {
          await until(() => existsSync(join(dir, "out")) && begun() === 2);
          kill("SIGUSR2");
          await dying.gone;
          // the second worker is held up: it is the fresh one that does these
          await until(() => names().includes("c") && names().includes("d"));
          other.release();
        },
      });
      expect(result.stderr).toMatch(/^sluice: cannot identity \S+dying: the worker died: [^\n]* \(CONNECTION_LOST\)\n/);
      expect(result.stderr.split("\n").slice(1)).toEqual(["sluice: 1 of 4 inputs failed:", `  ${urls[0]}`, ""]);
      expect(result.code).toBe(1);
      expect(result.stdout).toContain("identity: 3 of 4 inputs by 2 workers: 900,000 bytes to 900,000 bytes");
      expect(names()).toEqual(["c", "d", "other"]);
      expect(sha256(kept("other"))).toBe(sha256(content));
      for (const [index, name] of ["c", "d"].entries()) {
        expect(sha256(kept(name))).toBe(sha256(readFileSync(files[index] as string)));
      }
      expect(readFileSync(join(dir, "workers-started"), "utf8")).toBe("3");
    },
  );
});

describe("--out for several inputs", () => {
  it("is refused if it is a file, before anything starts", async () => {
    const inputs = [put("a", "a"), put("b", "b")];
    put("out", "kept");
    const result = await run([...inputs, "--out", "out"]);
    expect(result.stderr).toBe(
      "sluice: cannot write out: it is a file, and several inputs need a directory; " +
        "name one, or a path where nothing is yet (EEXIST)\n",
    );
    expect(result.stdout).toBe("");
    expect(result.code).toBe(1);
    expect(readFileSync(join(dir, "out"), "utf8")).toBe("kept");
    expect((await run([...inputs, "--out", "out/there"])).stderr).toMatch(/^sluice: cannot write .* \(ENOTDIR\)\n$/);
  });
});

describe("cancelling several inputs", () => {
  it("ends all that are under way, keeps what was done, and says so", async () => {
    const [one, two] = [await halting(sample(600_000)), await halting(sample(600_000))];
    const inputs = [put("a", "a"), `${one.url}one`, `${two.url}two`, put("never", "taken")];
    const result = await run([...inputs, "--through", "identity", "--out", "out", "--workers", "2"], {
      async during(kill) {
        await until(() => existsSync(join(dir, "out/a")) && begun() === 2);
        kill("SIGINT");
      },
    });
    expect(result.stderr).toBe("sluice: cancelled by SIGINT; 1 of 4 results were kept\n");
    expect(result.code).toBe(130);
    await Promise.all([one.gone, two.gone]);
    expect(names()).toEqual(["a"]);
  });
});

describe("on a terminal", () => {
  it.skipIf(process.platform !== "linux" || !existsSync("/usr/bin/script"))(
    "each input has a bar of its own, and no line is lost among them",
    () => {
      const inputs = [put("first", sample(30_000_000)), put("second", sample(30_000_000)), put("third", "x")];
      const command = [process.execPath, main, ...inputs, "--workers", "2"].map((word) => `'${word}'`).join(" ");
      const text = execFileSync("script", ["-qec", command, "/dev/null"], {
        cwd: dir,
        env: { ...process.env, TMPDIR: temp },
      }).toString("utf8");
      expect(text).toMatch(/\/first gzip {5}█*░* \d+ % of 30\.0 MB {2}\d+\.\d MB\/s/);
      expect(text).toMatch(/\/second gzip {5}█*░* \d+ % of 30\.0 MB {2}\d+\.\d MB\/s/);
      expect(text).toMatch(/\/second checking █*░* /);
      for (const input of inputs) expect(text).toContain(`gzip: ${input}: `);
      expect(text).toContain("gzip: 3 of 3 inputs by 2 workers: ");
    },
  );
});
