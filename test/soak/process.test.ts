/** What goes from process to process, and what it costs: measured by digests, and by what the system says of memory. */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MiB = 2 ** 20;
/** What goes through each codec, each way: 32 MiB; by `npm run test:full` 1 GiB. */
const SIZE = Number(process.env["SLUICE_SOAK_MIB"] ?? 32);
const PEAK = 256 * MiB;
/** JSON, the slowest, does 60 MiB a second on a busy machine; both ways. */
const TIME = 30_000 + SIZE * 200;

/** Runs a script of this folder in a Node with no flags, and gives what it prints as JSON. */
function run<T>(script: string, ...args: string[]): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path, ...args], { timeout: TIME, killSignal: "SIGKILL" }, (error, out, err) => {
      if (error === null && err === "") resolve(JSON.parse(out) as T);
      else reject(new Error(`${script} has failed: ${error?.message}\n${err}`, { cause: error }));
    });
  });
}

interface Tally {
  readonly bytes: number;
  readonly chunks: number;
  readonly digest: string;
}

interface Passage {
  readonly there: Tally;
  readonly thereRead: Tally;
  readonly back: Tally;
  readonly backRead: Tally;
  readonly peaks: { readonly parent: number; readonly child: number };
  readonly exit: { readonly code: number | null };
}

describe.runIf(process.platform === "linux")("Processes", () => {
  it.each(["raw", "float32", "json", "msgpack", "protobuf", "arrow", "auto"])(
    `${SIZE} MiB through the codec %s, there and back: nothing is lost, and memory stays flat`,
    async (codec) => {
      const seen = await run<Passage>("./process-codecs.mjs", "parent", codec, String(SIZE));
      expect(seen.there.bytes).toBeGreaterThanOrEqual(SIZE * MiB);
      expect(seen.thereRead).toEqual(seen.there);
      expect(seen.backRead).toEqual(seen.back);
      expect(seen.back).toEqual(seen.there);
      expect(seen.exit.code).toBe(0);
      expect(seen.peaks.parent, JSON.stringify(seen)).toBeLessThan(PEAK);
      expect(seen.peaks.child, JSON.stringify(seen)).toBeLessThan(PEAK);
    },
    TIME,
  );

  describe.each(["down", "up"])("500 x 1 MiB sent to a stuck handler (%s)", (direction) => {
    it.each(["stream", "data"])("by %s make the receiver grow by less than 64 MiB", async (way) => {
      const seen = await run<{ taken: number; growth: number }>("./process-stuck.mjs", "parent", direction, way);
      expect(seen.growth, JSON.stringify(seen)).toBeLessThan(64 * MiB);
      // The window is 8 MiB.
      expect(seen.taken).toBeGreaterThanOrEqual(7);
      expect(seen.taken).toBeLessThanOrEqual(10);
    });
  });
});
