/** Meeting: in every order, and whatever is lost before somebody listens, both meet once. */
import { describe, expect, it } from "vitest";
import { isReady, Meeting, makeNonce, type Ready } from "../../../../adapters/message-port/meeting.ts";

interface End {
  readonly meeting: Meeting;
  listening: boolean;
  met: number;
  restarted: number;
  /** Posted to this end and not yet delivered. */
  readonly inbox: Ready[];
}

interface World {
  readonly ends: readonly [End, End];
  posted: number;
}

/** What can happen next: an end starts to listen and says `ready`, or gets its next message. */
type Step = readonly ["start" | "deliver" | "lose", 0 | 1];

function world(): World {
  const end = (nonce: string): End => ({
    meeting: new Meeting(nonce),
    listening: false,
    met: 0,
    restarted: 0,
    inbox: [],
  });
  return { ends: [end("aaa"), end("bbb")], posted: 0 };
}

function post(to: World, whom: 0 | 1, ready: Ready): void {
  to.posted++;
  to.ends[whom].inbox.push(ready);
}

function take(to: World, [what, who]: Step): void {
  const end = to.ends[who];
  const other = who === 0 ? 1 : 0;
  if (what === "start") {
    end.listening = true;
    post(to, other, end.meeting.ready);
    return;
  }
  const message = end.inbox.shift() as Ready;
  if (what === "lose") return;
  const { answer, met, restarted } = end.meeting.hear(message);
  // Meeting proves that the other end listens: nothing that is posted from now on is lost.
  if (met) expect(to.ends[other].listening).toBe(true);
  end.met += Number(met);
  end.restarted += Number(restarted);
  if (answer !== undefined) post(to, other, answer);
}

/** A message that came before its end listened may be lost, in some runtimes. */
function possible(to: World): Step[] {
  const steps: Step[] = [];
  for (const who of [0, 1] as const) {
    const { listening, inbox } = to.ends[who];
    if (!listening) steps.push(["start", who]);
    if (inbox.length > 0) steps.push([listening ? "deliver" : "lose", who]);
  }
  return steps;
}

function replay(course: readonly Step[]): World {
  const to = world();
  for (const step of course) take(to, step);
  return to;
}

/** Every course there is, to its end. */
function* courses(course: readonly Step[] = []): Generator<readonly Step[]> {
  expect(course.length).toBeLessThan(20);
  const steps = possible(replay(course));
  if (steps.length === 0) yield course;
  for (const step of steps) yield* courses([...course, step]);
}

describe("Two ends that meet", () => {
  const all = [...courses()];

  it("have many ways to do so, with and without loss", () => {
    expect(all.length).toBeGreaterThan(5);
    expect(all.some((course) => course.some(([what]) => what === "lose"))).toBe(true);
    expect(all.some((course) => course.every(([what]) => what !== "lose"))).toBe(true);
  });

  it.each(all.map((course) => [course.map((step) => step.join(" ")).join(", "), course] as const))(
    "meet once each, agree on who is first, and fall silent: %s",
    (_, course) => {
      const { ends, posted } = replay(course);
      for (const { met, restarted } of ends) expect([met, restarted]).toEqual([1, 0]);
      expect(ends[0].meeting.first).not.toBe(ends[1].meeting.first);
      expect(posted).toBeLessThanOrEqual(4);
    },
  );
});

describe("Meeting.hear()", () => {
  const ready = (nonce: string, seen: string | null = null): Ready => ({ sluice: "ready", nonce, seen });

  it("answers whoever does not know it yet, and nobody else", () => {
    const meeting = new Meeting("me");
    expect(meeting.hear(ready("you"))).toEqual({ answer: ready("me", "you"), met: true, restarted: false });
    expect(meeting.hear(ready("you", "me"))).toEqual({ answer: undefined, met: false, restarted: false });
  });

  it("meets somebody who has heard of it without an answer", () => {
    expect(new Meeting("me").hear(ready("you", "me"))).toEqual({ answer: undefined, met: true, restarted: false });
  });

  it("answers again where its answer was lost", () => {
    const meeting = new Meeting("me");
    meeting.hear(ready("you"));
    expect(meeting.hear(ready("you"))).toEqual({ answer: ready("me", "you"), met: false, restarted: false });
  });

  it("does so a few times at the most: whoever asks for more is not waiting for an answer", () => {
    const meeting = new Meeting("me");
    const answers = Array.from({ length: 100 }, () => meeting.hear(ready("you")).answer);
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(4);
  });

  it("meets another once it has forgotten the one before, and answers it as often", () => {
    const meeting = new Meeting("me");
    for (let i = 0; i < 10; i++) meeting.hear(ready("you"));
    meeting.forget();
    expect(meeting.ready).toEqual(ready("me"));
    expect(meeting.hear(ready("another"))).toEqual({ answer: ready("me", "another"), met: true, restarted: false });
  });

  it("tells that somebody else is there than before, and does not answer him", () => {
    const meeting = new Meeting("me");
    meeting.hear(ready("you"));
    expect(meeting.hear(ready("another"))).toEqual({ answer: undefined, met: false, restarted: true });
    expect(meeting.hear(ready("another", "me")).restarted).toBe(true);
  });

  it("answers somebody who has met one before it: the worker or page was loaded anew at this end", () => {
    const meeting = new Meeting("me");
    expect(meeting.hear(ready("you", "one before"))).toMatchObject({ answer: ready("me", "you"), met: true });
  });

  it("says whom it has seen, once it has", () => {
    const meeting = new Meeting("me");
    expect(meeting.ready).toEqual(ready("me"));
    meeting.hear(ready("you"));
    expect(meeting.ready).toEqual(ready("me", "you"));
  });
});

describe("isReady()", () => {
  it.each<[unknown, boolean]>([
    [{ sluice: "ready", nonce: "a", seen: null }, true],
    [{ sluice: "ready", nonce: "a", seen: "b" }, true],
    [{ sluice: "port", nonce: "a", seen: null }, false],
    [{ sluice: "ready", nonce: 1, seen: null }, false],
    [{ sluice: "ready", nonce: "a" }, false],
    [{ sluice: "ready", nonce: "a", seen: 1 }, false],
    [{ jsonrpc: "2.0" }, false],
    [undefined, false],
    [null, false],
    ["ready", false],
    [[], false],
  ])("of %o: %o", (message, expected) => {
    expect(isReady(message)).toBe(expected);
  });
});

describe("makeNonce()", () => {
  it("is long, and another each time", () => {
    const nonces = new Set(Array.from({ length: 100 }, makeNonce));
    expect(nonces.size).toBe(100);
    for (const nonce of nonces) expect(nonce.length).toBeGreaterThanOrEqual(32);
  });
});
