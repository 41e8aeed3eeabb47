/** What the page promises, the same in every browser. */
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../examples/web/generated.ts";
import { BrowserMissing, type BrowserName } from "../browsers/open.mjs";
import { DemoPage, type Shown } from "./demo-page.ts";
import { inspect } from "./inspect.ts";
import { isFocused, STEPS, startWithKeys, tabTo } from "./keyboard.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Half noise, half text, and no multiple of a chunk. */
const SAMPLE: Buffer = Buffer.concat([randomBytes(1_500_001), Buffer.alloc(1_500_000, "all the water in the sluice ")]);
const FILES: Record<string, Uint8Array> = {
  "/sample.bin": SAMPLE,
  "/sample.txt.gz": gzipSync(SAMPLE),
  // One piece of this becomes a thousand: so much must not pass the windows at once.
  "/zeros.gz": gzipSync(Buffer.alloc(32 * 1024 * 1024)),
  "/cut.gz": gzipSync(SAMPLE).subarray(0, 1_000_000),
  "/empty.bin": new Uint8Array(0),
};

/** The least size that the page offers. */
const GENERATED = 16 * 1024 * 1024;
/** What both windows and a chunk here and there can hold, of which half cannot be packed, in pieces of 64 KiB. */
const MOST_PULLS_UNREAD = 48;

export async function demoSuite(name: BrowserName): Promise<void> {
  const demo = await opened(name);
  // A browser that is missing is listed, with the command to run; with CI=true it is a failure.
  if (demo instanceof BrowserMissing) {
    console.warn(demo.message);
    describe.skip(`${name}: ${demo.message}`, () => {
      it("is not run", () => {});
    });
    return;
  }

  describe(`the page in ${name}`, () => {
    afterAll(() => demo.close());
    beforeEach(() => demo.load());
    afterEach(async () => expect(await demo.problems()).toEqual([]));

    it("packs a file that was chosen", async () => {
      await demo.chooseFile("/sample.bin", "gzip", "picked");
      await demo.start();
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done", download: "sample.bin.gz" });
      expect(sha256(gunzipSync(await demo.downloaded()))).toBe(sha256(SAMPLE));
      await demo.until("that is said", async () => (await demo.announced()).includes("sample.bin, gzip: done."));
    });

    it("unpacks a file that was dropped", async () => {
      await demo.chooseFile("/sample.txt.gz", "gunzip", "dropped");
      await demo.start();
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done", download: "sample.txt" });
      expect(sha256(await demo.downloaded())).toBe(sha256(SAMPLE));
    });

    it("digests what an address gives", async () => {
      await demo.chooseUrl(`${demo.server.origin}/sample.bin`, "sha256");
      await demo.start();
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done", code: sha256(SAMPLE) });
    });

    it("takes an empty file", async () => {
      await demo.chooseFile("/empty.bin", "gzip", "picked");
      await demo.start();
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done" });
      expect(gunzipSync(await demo.downloaded()).byteLength).toBe(0);
    });

    it("unpacks what it has generated and packed itself", async () => {
      await demo.chooseGenerated("gunzip", 3);
      await demo.start();
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done" });
      expect(sha256(await demo.downloaded())).toBe(await generatedDigest(3));
    });

    it.each(["gzip", "sha256"] as const)("pauses the source of %s while its reader stands still", async (operation) => {
      await demo.setSpeed("form", "stopped");
      await demo.chooseGenerated(operation, 7);
      await demo.start();
      const paused = await demo.streamIn(1, "paused");
      expect(paused).toMatchObject({ label: "paused: waiting for credit", there: "credit 0 bytes of 512 KiB" });
      expect(paused.pulls).toBeLessThan(MOST_PULLS_UNREAD);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await demo.stream(1)).toMatchObject({ state: "paused", pulls: paused.pulls });
      await demo.until("that is said", async () => (await demo.announced()).includes("paused, waiting for credit"));

      await demo.setSpeed(1, "unlimited");
      const { state, code } = await demo.streamIn(1, "done");
      expect(state).toBe("done");
      const digest = operation === "sha256" ? code : sha256(gunzipSync(await demo.downloaded()));
      expect(digest).toBe(await generatedDigest(7));
    });

    it("holds the windows also where a piece becomes a thousand", async () => {
      await demo.setSpeed("form", "stopped");
      await demo.chooseFile("/zeros.gz", "gunzip", "picked");
      await demo.start();
      await demo.until(
        "something is unread",
        async () => !/^0 bytes/.test((await demo.stream(1))?.unread ?? "0 bytes"),
      );
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      // However much the browser unpacks at once: the window's 512 KiB, and a chunk more or less.
      expect(await demo.stream(1)).toMatchObject({
        back: "credit 0 bytes of 512 KiB",
        unread: expect.stringMatching(/^[45]\d\d KiB unread/),
      });
      await demo.setSpeed(1, "unlimited");
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done" });
    });

    it("fails every stream when the worker is killed, and works again with a new one", async () => {
      await demo.setSpeed("form", "stopped");
      for (const [i, operation] of (["gzip", "gunzip", "sha256"] as const).entries()) {
        await demo.chooseGenerated(operation, i);
        await demo.start();
        await demo.streamIn(i + 1, "paused");
      }
      await demo.page.click("#worker-button");
      for (const number of [1, 2, 3]) {
        const shown: Shown = await demo.streamIn(number, "failed");
        expect(shown).toMatchObject({ state: "failed", code: "CONNECTION_LOST" });
        expect(shown.outcome).toMatch(/the worker was terminated\. Start a new worker/);
      }
      await demo.until("the worker is gone", async () => (await demo.worker()) === "Not running");
      await demo.start();
      await demo.until("a start is refused", async () => (await demo.formProblem()) !== "");
      expect(await demo.formProblem()).toBe("There is no worker: start a new one first.");

      await demo.page.click("#worker-button");
      expect(await demo.worker()).toBe("Running");
      await demo.setSpeed("form", "unlimited");
      await demo.chooseFile("/sample.bin", "sha256", "picked");
      await demo.start();
      expect(await demo.streamIn(4, "done")).toMatchObject({ state: "done", code: sha256(SAMPLE) });
    });

    it("cancels one stream and no other", async () => {
      await demo.setSpeed("form", "stopped");
      for (const number of [1, 2]) {
        await demo.chooseGenerated("gzip", number);
        await demo.start();
        await demo.streamIn(number, "paused");
      }
      await demo.page.click("#streams > li:first-child [data-part=cancel]");
      expect(await demo.streamIn(2, "cancelled")).toMatchObject({ state: "cancelled" });
      expect(await demo.stream(1)).toMatchObject({ state: "paused" });
      await demo.setSpeed(1, "unlimited");
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done" });
    });

    it.each(["/sample.bin", "/cut.gz"])("says that %s cannot be unpacked", async (path) => {
      await demo.chooseFile(path, "gunzip", "picked");
      await demo.start();
      const shown = await demo.streamIn(1, "failed");
      expect(shown).toMatchObject({ state: "failed", code: "NOT_GZIP" });
      expect(shown.outcome).toMatch(/no gzip archive, or a damaged one/);
    });

    it("says what is wrong with an address", async () => {
      const { origin, port } = demo.server;
      const cases = [
        ["", "Give an address, such as https://example.org/data.bin."],
        ["ftp://example.org/x", "A page cannot fetch ftp: addresses. Use http or https, or choose a file."],
        ["http://[", '"http://[" is no address. Write it as https://host/path.'],
        [`${origin}/nothing`, `127.0.0.1:${port} answers "404 Not Found". Check the address.`],
        [
          `http://localhost:${port}/sample.bin`,
          `localhost:${port} answers, but does not let other pages read this (CORS). Download it, then choose the file here.`,
        ],
      ];
      const closed = await closedPort();
      cases.push([
        `http://127.0.0.1:${closed}/`,
        `127.0.0.1:${closed} cannot be reached. Check the address and the network.`,
      ]);
      for (const [url = "", message = ""] of cases) {
        await demo.chooseUrl(url, "gzip");
        await demo.start();
        await demo.until(`"${url}" is refused`, async () => (await demo.formProblem()) === message);
      }
      expect(await demo.stream(1)).toBeNull();
    });

    it("asks for a file, and for a seed that is a number", async () => {
      await demo.choose("file", "gzip");
      await demo.start();
      await demo.until("it asks", async () => (await demo.formProblem()) !== "");
      expect(await demo.formProblem()).toBe("Choose a file first, or drop one on this page.");
      await demo.chooseGenerated("gzip", -1);
      await demo.start();
      await demo.until("it asks", async () => /seed/.test(await demo.formProblem()));
      expect(await demo.formProblem()).toBe("The seed must be a whole number from 0 to 4294967295.");
    });

    it("is used with a keyboard alone: a stream is started, sped up and removed", async () => {
      const { page } = demo;
      await startWithKeys(demo);
      await tabTo(demo, "#streams [type=range]");
      for (let i = 0; i < STEPS; i++) await page.press("ArrowRight");
      expect(await demo.streamIn(1, "done")).toMatchObject({ state: "done", code: await generatedDigest(1) });
      // Its slider is gone; who was there is still at this stream.
      expect(await isFocused(demo, "#streams [data-part=cancel]")).toBe(true);
      await page.press(" ");
      expect(await demo.stream(1)).toBeNull();
    });

    it("is used with a keyboard alone: figures are opened, a stream is cancelled, the worker is killed", async () => {
      const { page } = demo;
      await startWithKeys(demo);
      await tabTo(demo, "#streams summary");
      await page.press("Enter");
      expect(await page.evaluate(() => document.querySelector("details")?.open)).toBe(true);
      await tabTo(demo, "#streams [data-part=cancel]");
      await page.press("Enter");
      expect(await demo.streamIn(1, "cancelled")).toMatchObject({ state: "cancelled" });
      await page.press(" ");
      expect(await demo.stream(1)).toBeNull();
      expect(await isFocused(demo, "#worker-button")).toBe(true);
      await page.press("Enter");
      await demo.until("the worker is gone", async () => (await demo.worker()) === "Not running");
      await page.press("Enter");
      expect(await demo.worker()).toBe("Running");
    });

    it.each(["light", "dark"] as const)(
      "is free of what axe-core finds in %s colours, and is pictured",
      async (scheme) => {
        const other = scheme === "dark" ? await DemoPage.open(name, FILES, { dark: true }) : demo;
        try {
          await other.load();
          await inspect(other, scheme);
          expect(await other.problems()).toEqual([]);
        } finally {
          if (other !== demo) await other.close();
        }
      },
    );
  });
}

async function opened(name: BrowserName): Promise<DemoPage | BrowserMissing> {
  try {
    return await DemoPage.open(name, FILES);
  } catch (error) {
    if (error instanceof BrowserMissing && process.env["CI"] !== "true") return error;
    throw error;
  }
}

async function generatedDigest(seed: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of generated(GENERATED, seed)) hash.update(chunk);
  return hash.digest("hex");
}

/** One where nothing listens. */
function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
