/** What a remote may do too often, in time that a test moves. */
import { describe, expect, it } from "vitest";
import { Conduct, Rate } from "../../src/conduct.ts";
import type { ProtocolError } from "../../src/errors.ts";
import { resolveLimits } from "../../src/limits.ts";
import { FakeScheduler } from "./support/scheduler.ts";

describe("Rate", () => {
  it("lets twice its rate through at once, and not one more", () => {
    const rate = new Rate(new FakeScheduler(), 3, 1_000);
    expect(Array.from({ length: 8 }, () => rate.take())).toEqual([...Array(6).fill(true), false, false]);
  });

  it("lets its rate through for ever", async () => {
    const scheduler = new FakeScheduler();
    const rate = new Rate(scheduler, 3, 1_000);
    for (let second = 0; second < 100; second++) {
      expect([rate.take(), rate.take(), rate.take()]).toEqual([true, true, true]);
      await scheduler.pass(1_000);
    }
  });

  it("notices a little more than its rate, in time", async () => {
    const scheduler = new FakeScheduler();
    const rate = new Rate(scheduler, 3, 1_000);
    let seconds = 0;
    for (; seconds < 100; seconds++) {
      if (![rate.take(), rate.take(), rate.take(), rate.take()].every((fine) => fine)) break;
      await scheduler.pass(1_000);
    }
    expect(seconds).toBe(3);
  });

  it("runs no timer while there is nothing to forget, and none at all without a limit", async () => {
    const scheduler = new FakeScheduler();
    const rate = new Rate(scheduler, 3, 1_000);
    expect(scheduler.timers).toEqual([]);
    rate.take();
    rate.take();
    expect(scheduler.timers.length).toBe(1);
    await scheduler.pass(1_000);
    expect(scheduler.timers).toEqual([]);
    const free = new Rate(scheduler, Number.POSITIVE_INFINITY, 1_000);
    for (let i = 0; i < 1_000; i++) expect(free.take()).toBe(true);
    expect(scheduler.timers).toEqual([]);
  });
});

describe("Conduct", () => {
  const cases = [
    ["reset", 200, "RESET_FLOOD"],
    ["fault", 100, "FAULT_FLOOD"],
    ["ping", 10, "PING_FLOOD"],
  ] as const;

  it.each(cases)("of %ss, twice %i are too many of a remote that is not trusted: %s", (what, limit, code) => {
    const codes: string[] = [];
    const noted = (error: ProtocolError): void => void codes.push(error.code);
    const conduct = new Conduct(new FakeScheduler(), resolveLimits({}, false), noted);
    for (let i = 0; i < 2 * limit; i++) conduct[what]();
    expect(codes).toEqual([]);
    conduct[what]();
    expect(codes).toEqual([code]);
  });

  it.each(cases)("counts no %ss of a trusted remote", (what) => {
    const codes: string[] = [];
    const noted = (error: ProtocolError): void => void codes.push(error.code);
    const conduct = new Conduct(new FakeScheduler(), resolveLimits({}, true), noted);
    for (let i = 0; i < 10_000; i++) conduct[what]();
    expect(codes).toEqual([]);
  });
});
