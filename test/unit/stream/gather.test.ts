/** Turns: who is asked for what he gathered, and how often. */
import { describe, expect, it } from "vitest";
import { type Gathering, Turn } from "../../../src/stream/gather.ts";
import { FakeScheduler } from "../support/scheduler.ts";

/** Gathers, and says so as often as it is told to. */
class Gatherer implements Gathering {
  asked = 0;
  #had: number;
  constructor(had: number) {
    this.#had = had;
  }
  turned(): boolean {
    this.asked++;
    return this.#had-- > 0;
  }
}

describe("Turn", () => {
  it("asks nobody before the turn is over", () => {
    const scheduler = new FakeScheduler();
    const one = new Gatherer(0);
    new Turn(scheduler).add(one);
    expect(one.asked).toBe(0);
    scheduler.turn();
    expect(one.asked).toBe(1);
  });

  it("schedules one task for many streams", () => {
    const scheduler = new FakeScheduler();
    const turn = new Turn(scheduler);
    const many = Array.from({ length: 10 }, () => new Gatherer(0));
    for (const each of many) turn.add(each);
    expect(scheduler.deferred.length).toBe(1);
    scheduler.turn();
    expect(many.map((each) => each.asked)).toEqual(many.map(() => 1));
  });

  it("asks again after the next turn whoever had gathered something, and only him", () => {
    const scheduler = new FakeScheduler();
    const turn = new Turn(scheduler);
    const busy = new Gatherer(2);
    const idle = new Gatherer(0);
    turn.add(busy);
    turn.add(idle);
    for (let i = 0; i < 5; i++) scheduler.turn();
    expect([busy.asked, idle.asked]).toEqual([3, 1]);
  });

  it("schedules nothing once nobody gathers any more", () => {
    const scheduler = new FakeScheduler();
    new Turn(scheduler).add(new Gatherer(1));
    scheduler.turn();
    expect(scheduler.deferred.length).toBe(1);
    scheduler.turn();
    expect(scheduler.deferred.length).toBe(0);
  });

  it("takes who joins while the turn ends into the next one", () => {
    const scheduler = new FakeScheduler();
    const turn = new Turn(scheduler);
    const late = new Gatherer(0);
    turn.add({
      turned: () => {
        turn.add(late);
        return false;
      },
    });
    scheduler.turn();
    expect(late.asked).toBe(0);
    scheduler.turn();
    expect(late.asked).toBe(1);
    expect(scheduler.deferred.length).toBe(0);
  });

  it("counts what starts in one turn together, however often its microtasks drain", () => {
    const scheduler = new FakeScheduler();
    const turn = new Turn(scheduler);
    const stream = { rested: () => {} };
    for (let chunks = 0; !turn.isOver(stream); chunks++) {
      expect(chunks).toBeLessThan(20);
      turn.add(new Gatherer(1));
      turn.spend(65_536);
      scheduler.turn();
    }
    for (const task of scheduler.yielded.splice(0)) task();
    expect(turn.isOver(stream)).toBe(false);
  });

  it("asks for no later turn while little is started", () => {
    const scheduler = new FakeScheduler();
    const turn = new Turn(scheduler);
    turn.add(new Gatherer(1));
    turn.spend(65_536);
    scheduler.turn();
    expect(scheduler.yielded.length).toBe(0);
  });

  it("lets those that rest go on one after the other, each in a later turn, although no turn is told to be over", () => {
    const scheduler = new FakeScheduler();
    const turn = new Turn(scheduler);
    const order: string[] = [];
    for (const name of ["a", "b", "c"]) turn.rest({ rested: () => void order.push(name) });
    const seen = Array.from({ length: 3 }, () => {
      for (const task of scheduler.yielded.splice(0)) task();
      return order.join("");
    });
    expect(seen).toEqual(["a", "ab", "abc"]);
    expect(scheduler.yielded.length).toBe(0);
  });
});
