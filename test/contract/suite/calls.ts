/** Calls over a real link: their progress, and what the far side's method learns of a cancel. */
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import { failure, quiet, reason, rejection } from "./tools.ts";

export function calls({ test }: Contract): void {
  test("progress comes in order, before its call settles, and never after", async (make) => {
    const pair = make({});
    const log: unknown[] = [];
    const onProgress = (value: unknown): void => void log.push(value);
    const result = await pair.near.call("count", { to: 100 }, { onProgress });
    log.push(result);
    await quiet(pair);
    expect(log).toEqual([...Array.from({ length: 100 }, (_, i) => ({ at: i })), "counted"]);
  });

  test("calls at once get each its own progress, and those that ask for none do not mind", async (make) => {
    const { near } = make({});
    const counted = Array.from({ length: 20 }, async (_, to) => {
      let times = 0;
      await near.call("count", { to }, { onProgress: () => void times++ });
      return times;
    });
    expect(await near.call("count", { to: 5 })).toBe("counted");
    expect(await Promise.all(counted)).toEqual(Array.from({ length: 20 }, (_, to) => to));
  });

  test("a throwing onProgress rejects the call with that error, and the method learns of it", async (make) => {
    const { near, far } = make({});
    const error = makeReason("coded");
    const onProgress = (): void => {
      throw error;
    };
    expect(await rejection(near.call("watch", { key: "thrown" }, { onProgress }))).toBe(error);
    expect(await far.report("thrown")).toEqual({ reason: reason("coded") });
    expect(await near.call("ping")).toBe("pong");
  });

  test("a caller's abort reaches the method's signal, with its reason", async (make) => {
    for (const name of ["coded", "caused"] as const) {
      const { near, far } = make({});
      const controller = new AbortController();
      const onProgress = (): void => controller.abort(makeReason(name));
      expect(await failure(near.call("watch", { key: name }, { signal: controller.signal, onProgress }))).toEqual(
        reason(name),
      );
      expect(await far.report(name)).toEqual({ reason: reason(name) });
    }
  });

  test("both ends know what the other can do", async (make) => {
    const { near } = make({ far: { limits: { calls: 7 } } });
    expect(near.remote).toBeUndefined();
    await near.ready;
    expect(near.remote).toMatchObject({ version: 1, capabilities: { streams: true }, limits: { calls: 7 } });
  });
}
