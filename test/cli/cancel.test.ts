/**
 * Ctrl-C and its kin: both sides stop, no file stays, one line, and the exit code of the signal. After kill -9 a file
 * stays until the next run.
 */
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { dir, expectFailure, left, put, run, serve, temp, until } from "./run.ts";

/** Sends some bytes, then nothing more, and tells when the client has gone. */
async function stalling(): Promise<{ url: string; gone: Promise<void> }> {
  let tell = (): void => {};
  const gone = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const url = await serve((_request, response) => {
    response.on("close", tell);
    response.writeHead(200, { "content-length": 50_000_000 });
    response.write(randomBytes(300_000));
  });
  return { url, gone };
}
/** The temporary file is there, and something was written to it. */
const begun = (where: string) => (): boolean =>
  readdirSync(where).some((name) => name.startsWith(".sluice-") && statSync(join(where, name)).size > 0);

describe("cancelling", () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    it(`${signal} in the middle leaves no file, says so in one line, and exits with ${code}`, async () => {
      const { url, gone } = await stalling();
      const result = await run([url, "--through", "identity", "--out", "out"], {
        async during(kill) {
          await until(begun(dir));
          kill(signal);
        },
      });
      expectFailure(result, `cancelled by ${signal}; nothing was kept`, code);
      await gone;
      expect(left()).toEqual([]);
    });
  }

  it("SIGINT in the middle of real work leaves no file either", async () => {
    const result = await run([process.execPath, "--through", "brotli"], {
      async during(kill) {
        await until(begun(temp));
        kill("SIGINT");
      },
    });
    expectFailure(result, "cancelled by SIGINT; nothing was kept", 130);
    expect(left()).toEqual([]);
  });

  it("SIGINT while the server does not answer ends it too", async () => {
    let asked = false;
    const url = await serve(() => {
      asked = true;
    });
    const result = await run([url], {
      async during(kill) {
        await until(() => asked);
        kill("SIGINT");
      },
    });
    expectFailure(result, "cancelled by SIGINT; nothing was kept", 130);
    expect(left()).toEqual([]);
  });

  it("takes the echo of a signal as the same one, and a second one as the default death, with a clean-up", async () => {
    const module = JSON.stringify(new URL("../../examples/transform/interrupt.mjs", import.meta.url).href);
    const script = `
      import { writeFileSync } from "node:fs";
      import { interruptible } from ${module};
      const signal = interruptible(() => writeFileSync("cleaned", ""));
      signal.addEventListener("abort", () => writeFileSync("aborted", ""));
      setInterval(() => {}, 1000);
      writeFileSync("ready", "");
    `;
    const result = await run([], {
      script,
      async during(kill) {
        await until(() => existsSync(join(dir, "ready")));
        kill("SIGINT");
        await until(() => existsSync(join(dir, "aborted")));
        kill("SIGINT"); // at once: the same Ctrl-C, passed on by npm
        await sleep(600);
        expect(existsSync(join(dir, "cleaned"))).toBe(false);
        kill("SIGINT");
      },
    });
    expect(result.signal).toBe("SIGINT");
    expect(existsSync(join(dir, "cleaned"))).toBe(true);
  });
});

describe.skipIf(process.platform === "win32")("kill -9", () => {
  /** Runs until something was written, and is killed; the name of what it left. */
  async function killed(where: string, ...args: string[]): Promise<string> {
    const { url } = await stalling();
    const { signal } = await run([url, "--through", "identity", ...args], {
      async during(kill) {
        await until(begun(where));
        kill("SIGKILL");
      },
    });
    expect(signal).toBe("SIGKILL");
    const [name = "", ...others] = readdirSync(where).filter((each) => each.startsWith(".sluice-"));
    expect(others).toEqual([]);
    return name;
  }

  it("leaves a file beside the target, or in the temporary directory, which the next run removes", async () => {
    put("input", "x");
    await killed(dir, "--out", "out");
    await killed(temp);
    expect((await run(["input", "--out", "other"])).stderr).toBe("");
    expect(left()).toEqual(["input", "other"]);
    await killed(temp);
    expect((await run(["input"])).stderr).toBe("");
    expect(left()).toEqual(["input", "other"]);
  });

  it("lets the next run remove nothing of a process that lives, and nothing that is not ours", async () => {
    const { url } = await stalling();
    const living = await run([url, "--through", "identity", "--out", "out"], {
      async during(kill) {
        await until(begun(dir));
        const [its = ""] = left();
        const input = put("input", "x");
        const name = await killed(temp);
        const [, place = "", pid = "", random = ""] = /^\.sluice-(\w{8})-(\d+)-(\w{16})\.tmp$/.exec(name) ?? [];
        const like = (fill: string): string => `.sluice-${place}-${pid}-${random.replace(/./g, fill)}.tmp`;
        const kept = [
          `.sluice-${random}.tmp`,
          `.sluice-${place.replace(/./g, "0")}-${pid}-${random}.tmp`, // of another machine
          `.sluice-${place}-${process.pid}-${random}.tmp`,
          `a${name}`,
          `${name}~`,
        ];
        for (const each of kept) put(each, "kept");
        mkdirSync(join(dir, like("a")));
        symlinkSync("input", join(dir, like("b")));
        kept.push(like("a"), like("b"));
        if (process.getuid?.() === 0) {
          chownSync(put(like("c"), "kept"), 65534, 65534);
          kept.push(like("c"));
        }
        put(like("d"), "removed");
        expect((await run([input, "--out", "other"])).stderr).toBe("");
        expect(left()).toEqual([...kept, its, "input", "other"].sort());
        kill("SIGINT");
      },
    });
    expectFailure(living, "cancelled by SIGINT; nothing was kept", 130);
  });
});
