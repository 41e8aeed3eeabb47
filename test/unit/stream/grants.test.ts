/** When a grant goes by itself, and when together with others. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Lane } from "../../../src/link.ts";
import { Turn } from "../../../src/stream/gather.ts";
import { Grants } from "../../../src/stream/grants.ts";
import { MOST_CREDITS } from "../../../src/wire/frames.ts";
import { FakeScheduler } from "../support/scheduler.ts";

describe("grants", () => {
  const scheduler = new FakeScheduler();
  /** What was posted, and where. */
  let posted: [string, unknown][] = [];
  let grants: Grants;

  function lane(name: string): Lane {
    return { post: (message) => void posted.push([name, message]), listen() {}, close() {} };
  }
  function tell(id: number, limit: number): void {
    grants.tell(id, lane(`lane ${id}`), { limit, bytes: limit * 10 });
  }
  function nextTurn(): void {
    for (const task of scheduler.yielded.splice(0)) task();
  }
  const alone = (id: number, limit: number): unknown => [
    `lane ${id}`,
    { type: "stream-credit", id, limit, bytes: limit * 10 },
  ];
  const together = (ids: number[], limits: number[]): unknown => [
    "link",
    { type: "stream-credits", ids, limits, bytes: limits.map((limit) => limit * 10) },
  ];

  beforeEach(() => {
    posted = [];
    scheduler.yielded = [];
    grants = new Grants(lane("link"), new Turn(scheduler));
  });

  it("of a lone stream go at once, however many, and ask for no turn after the first", () => {
    for (let limit = 1; limit <= 3; limit++) tell(1, limit);
    nextTurn();
    for (let limit = 4; limit <= 6; limit++) tell(1, limit);
    expect(posted).toEqual([1, 2, 3, 4, 5, 6].map((limit) => alone(1, limit)));
    expect(scheduler.yielded.length).toBe(0);
  });

  it("of others in the same turn go together over the link when it is over", () => {
    tell(1, 1);
    tell(2, 2);
    tell(3, 3);
    tell(1, 4);
    tell(2, 5);
    expect(posted).toEqual([alone(1, 1), alone(1, 4)]);
    nextTurn();
    expect(posted.slice(2)).toEqual([together([2, 3, 2], [2, 3, 5])]);
  });

  it("go at once again in the next turn: the first", () => {
    tell(1, 1);
    nextTurn();
    tell(2, 2);
    tell(1, 3);
    nextTurn();
    expect(posted).toEqual([alone(1, 1), alone(2, 2), together([1], [3])]);
  });

  it("go before the turn is over when there are enough", () => {
    const ids = Array.from({ length: MOST_CREDITS }, (_, at) => at + 2);
    tell(1, 1);
    for (const id of ids) tell(id, id);
    expect(posted).toEqual([alone(1, 1), together(ids, ids)]);
    nextTurn();
    expect(posted.length).toBe(2);
  });

  it("are not told any more once the channel has ended", () => {
    tell(1, 1);
    tell(2, 2);
    grants.close();
    nextTurn();
    expect(posted).toEqual([alone(1, 1)]);
  });
});
