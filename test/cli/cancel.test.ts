/** Ctrl-C and its kin: both sides stop, no file stays, one line, and the exit code of the signal. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { dir, expectFailure, left, run, serve, temp, until } from "./run.ts";

describe("cancelling", () => {
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
