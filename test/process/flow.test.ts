/**
 * Flow between two processes, in both directions, measured from outside: by what a source was asked for, by digests, by
 * the clock.
 */
import { type SpawnOptions, spawn, type WorkerProcess } from "sluice/process";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeSide } from "./flow-side.mjs";
import { script } from "./runtimes.ts";

const MiB = 2 ** 20;
/** The defaults where chunks are counted: 1,024 chunks and 8 MiB of them may be on their way; and the ends hold a few. */
const WINDOW_BYTES = 8 * MiB;
const WINDOW_CHUNKS = WINDOW_BYTES / (64 * 1024);
const SLACK = 40;

type Act = (action: string, params?: object) => Promise<unknown>;

async function start(options: SpawnOptions = {}): Promise<{ worker: WorkerProcess; down: Act; up: Act }> {
  const { command, args } = script("node", "flow-worker.mjs");
  const side = makeSide(() => worker);
  const worker = await spawn(command, args, { ...side, ...options });
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  const actions = side.methods as unknown as Record<string, (params: object) => Promise<unknown>>;
  return {
    worker,
    down: async (action, params = {}) => actions[action]?.(params),
    up: (action, params = {}) => worker.call(action, params),
  };
}

describe.each(["down", "up"] as const)("%s", (direction) => {
  it("a stream that nobody reads stops its source within the window, and delays no other and no call", async () => {
    const act = (await start())[direction];
    const seen = (await act("unread")) as Record<string, number>;
    expect(seen["bytes"]).toBeLessThanOrEqual(WINDOW_BYTES + SLACK * 64 * 1024);
    expect(seen["bytes"]).toBeGreaterThan(WINDOW_BYTES / 2);
    expect(seen).toMatchObject({ later: seen["pulls"], digestEqual: true });
    expect(seen["slowest"]).toBeLessThan(1_000);
  });

  it("a call awaited inside the loop over a full stream returns", async () => {
    const act = (await start())[direction];
    expect(await act("callInside", { count: 300 })).toBe(300);
  });

  it("break stops the producer at the other end within its window", async () => {
    const act = (await start())[direction];
    const source = (await act("leave", { count: 5, key: "left" })) as { pulls: number; cancelled: boolean };
    expect(source.cancelled).toBe(true);
    expect(source.pulls).toBeLessThanOrEqual(5 + WINDOW_CHUNKS + SLACK);
  });

  it("a break at the other end stops our producer within its window", async () => {
    const act = (await start())[direction];
    const source = (await act("left", { count: 5 })) as { pulls: number; cancelled: boolean };
    expect(source.cancelled).toBe(true);
    expect(source.pulls).toBeLessThanOrEqual(5 + WINDOW_CHUNKS + SLACK);
  });
});
