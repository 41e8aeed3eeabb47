/** The heartbeat, in time that a test moves. */
import { describe, expect, it } from "vitest";
import { LinkError } from "../../../src/errors.ts";
import { Heartbeat } from "../../../src/rpc/heartbeat.ts";
import { bench } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

function heartbeat(interval: number) {
  const one = bench();
  const lost: Error[] = [];
  const beat = new Heartbeat(
    one.scheduler,
    () => interval,
    one.peer,
    (error) => void lost.push(error),
  );
  const pings = (): number => one.sent.filter((each) => "method" in each && each.method === "$/ping").length;
  const pong = (): void => one.answer({ id: one.request().id, result: null });
  return { ...one, beat, lost, pings, pong };
}

describe("Heartbeat", () => {
  it("does nothing before it is started, and nothing at an interval of 0", async () => {
    const idle = heartbeat(100);
    await idle.scheduler.pass(1_000);
    const none = heartbeat(0);
    none.beat.start();
    await none.scheduler.pass(1_000);
    expect([idle.pings(), none.pings(), none.scheduler.asked.length]).toEqual([0, 0, 0]);
  });

  it("pings after an interval, and again an interval after each answer", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(99);
    expect(one.pings()).toBe(0);
    for (let i = 1; i <= 5; i++) {
      await one.scheduler.pass(i === 1 ? 1 : 100);
      expect(one.pings()).toBe(i);
      one.pong();
      await settle();
    }
    expect(one.lost).toEqual([]);
  });

  it("has one ping under way at a time", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(199);
    expect(one.pings()).toBe(1);
  });

  it("says that the remote is lost once a ping was not answered for an interval, once", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(199);
    expect(one.lost).toEqual([]);
    await one.scheduler.pass(1_000);
    expect(one.lost).toHaveLength(1);
    expect(one.lost[0]).toBeInstanceOf(LinkError);
    expect(one.lost[0]).toMatchObject({ code: "CONNECTION_LOST", message: expect.stringContaining("100 ms") });
  });

  it("takes an error for an answer: a remote that refuses a ping is there", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(100);
    one.answer({ id: one.request().id, error: { code: -32_601, message: "no such method" } });
    await one.scheduler.pass(100);
    expect(one.lost).toEqual([]);
    expect(one.pings()).toBe(2);
  });

  it("stops before the first ping", async () => {
    const one = heartbeat(100);
    one.beat.start();
    one.beat.stop();
    await one.scheduler.pass(1_000);
    expect([one.pings(), one.lost.length, one.scheduler.timers.length]).toEqual([0, 0, 0]);
  });

  it("stops while a ping waits: neither its answer nor its timeout matters any more", async () => {
    for (const answered of [true, false]) {
      const one = heartbeat(100);
      one.beat.start();
      await one.scheduler.pass(100);
      one.beat.stop();
      if (answered) one.pong();
      await one.scheduler.pass(1_000);
      expect([one.pings(), one.lost.length]).toEqual([1, 0]);
    }
  });

  it("waits two intervals for the hello of a remote that was met, and pings once it has come", async () => {
    const silent = heartbeat(100);
    silent.beat.met();
    await silent.scheduler.pass(199);
    expect(silent.lost).toEqual([]);
    await silent.scheduler.pass(1);
    expect(silent.lost).toMatchObject([{ code: "CONNECTION_LOST", message: expect.stringContaining("200 ms") }]);

    const greeted = heartbeat(100);
    greeted.beat.met();
    await greeted.scheduler.pass(150);
    greeted.beat.start();
    await greeted.scheduler.pass(100);
    expect([greeted.lost.length, greeted.pings()]).toEqual([0, 1]);
  });

  it("does not count as a call under way", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(100);
    expect(one.peer.active).toBe(0);
  });

  it("does not count the time in which this side stands still, however long", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(100);
    expect(one.pings()).toBe(1);
    // A debugger stops everything; the answer comes meanwhile and waits. Then one timer fires, hours late.
    await one.scheduler.stand(10_000_000);
    expect(one.lost).toEqual([]);
    one.pong();
    await one.scheduler.pass(99);
    expect([one.lost.length, one.pings()]).toEqual([0, 1]);
    await one.scheduler.pass(1);
    expect(one.pings()).toBe(2);
  });

  it("finds a remote that is gone also after it has stood still", async () => {
    const one = heartbeat(100);
    one.beat.start();
    await one.scheduler.pass(100);
    await one.scheduler.stand(10_000_000);
    await one.scheduler.pass(100);
    expect(one.lost).toHaveLength(1);
  });

  it("goes no further once something else tells: the interval has become 0", async () => {
    let interval = 100;
    const one = bench();
    const beat = new Heartbeat(
      one.scheduler,
      () => interval,
      one.peer,
      () => {},
    );
    beat.start();
    interval = 0;
    await one.scheduler.pass(1_000);
    expect([one.sent.length, one.scheduler.timers.length]).toEqual([0, 0]);
  });
});
