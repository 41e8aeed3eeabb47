/** A link of bytes as the core sees it: what it refuses to send, how it ends, and that it forgets. */
import { connect } from "sluice";
import { describe, expect, it } from "vitest";
import type { CoreReceiver } from "../../../src/wire/core-link.ts";
import { FramedLink } from "../../../src/wire/framed.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { MockByteLink } from "../support/byte-link.ts";
import { DATA, feed, frameBytes, joined, MORE, pattern, REST, text } from "../support/bytes.ts";
import { thrownBy } from "../support/error-of.ts";

const LIMITS = { maxChunk: 1024 * 1024, message: 1024 * 1024 };

/** A framed link that is connected, and what its core hears. */
function make(ownControl: boolean = false, connected: boolean = true, trusted: boolean = true) {
  const link = new MockByteLink(ownControl, trusted);
  const framed = new FramedLink(link, LIMITS);
  const heard: { frames: Frame[]; texts: string[]; breaches: unknown[]; losses: Error[] } = {
    frames: [],
    texts: [],
    breaches: [],
    losses: [],
  };
  const receiver: CoreReceiver = {
    met: () => {},
    receive: () => {},
    frame: (frame) => void heard.frames.push(frame),
    text: (line) => void heard.texts.push(line),
    admits: () => true,
    begins: () => {},
    breach(error) {
      heard.breaches.push(error);
      framed.close();
    },
    lost: (error) => void heard.losses.push(error),
  };
  framed.listen(receiver);
  link.receiver.met(true);
  if (connected) link.receiver.connected();
  return { link, framed, heard };
}

/** Brings bytes as a socket would. */
function bring(framed: FramedLink, ...frames: readonly Uint8Array[]): void {
  feed(framed as never, joined(...frames));
}

const open: Frame = {
  type: "stream-open",
  id: 1,
  name: "",
  codec: "raw",
  readable: { unit: "chunks", limit: Number.POSITIVE_INFINITY, bytes: 5, fixed: false },
};

describe("connect()", () => {
  it.each<[unknown, RegExp]>([
    [new MockByteLink(), /pass framed\(link\)/],
    [{}, /pass what an adapter gives/],
    [undefined, /pass what an adapter gives/],
  ])("refuses %o with a TypeError that says what to pass", (link, hint) => {
    const { error, code } = thrownBy(() => connect(link as never));
    expect(error).toBeInstanceOf(TypeError);
    expect([code, String(error)]).toEqual(["BAD_LINK", expect.stringMatching(hint)]);
  });
});

describe("FramedLink", () => {
  it("a message that is longer than the remote takes is a RangeError, and nothing is sent", () => {
    for (const ownControl of [true, false]) {
      const { link, framed } = make(ownControl);
      framed.greeted({}, 100);
      expect(thrownBy(() => framed.post({ jsonrpc: "2.0", method: "x".repeat(100) })).code).toBe("MESSAGE_TOO_LARGE");
      expect([link.takeAll(), link.lines]).toEqual([[], []]);
    }
  });

  for (const [what, metadata] of [
    ["a function", { run: () => {} }],
    ["a bigint", 5n],
    ["NaN", Number.NaN],
    ["bytes", { data: new Uint8Array(1) }],
    ["a Date", new Date(0)],
    [
      "a cycle",
      (() => {
        const list: unknown[] = [];
        list.push(list);
        return list;
      })(),
    ],
  ] as const) {
    it(`metadata that JSON cannot carry is a TypeError that names it, and nothing is sent: ${what}`, () => {
      const { link, framed } = make();
      const { error } = thrownBy(() => framed.post({ ...open, metadata }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain("metadata");
      expect(link.takeAll()).toEqual([]);
    });
  }

  it("null is a limit of ∞, both ways", () => {
    const { link, framed, heard } = make();
    framed.post(open);
    const [frame] = link.takeAll();
    expect(JSON.parse(Buffer.from(frame?.payload ?? []).toString())).toMatchObject({ readable: { limit: null } });
    bring(framed, frameBytes({ type: 2, stream: 1 }, frame?.payload));
    expect(heard.frames).toEqual([open]);
  });

  it("an error that comes with data in one read is told after it, in the next turn", () => {
    const { link, framed, heard } = make();
    bring(
      framed,
      frameBytes({ type: DATA, stream: 1 }, pattern(3)),
      frameBytes({ type: 8, stream: 1 }, text('{"reason":{}}')),
    );
    expect(heard.frames.map(({ type }) => type)).toEqual(["stream-data"]);
    link.scheduler.turn();
    expect(heard.frames.map(({ type }) => type)).toEqual(["stream-data", "stream-error"]);
  });

  it("an error that has come is told before the loss of the link", () => {
    const { link, framed, heard } = make();
    bring(framed, frameBytes({ type: 8, stream: 1 }, text('{"reason":{}}')));
    link.receiver.lost(new Error("gone"));
    expect([heard.frames.length, heard.losses.length]).toEqual([1, 1]);
  });

  it("after a breach neither bytes nor lines are heard, also of the same read", () => {
    const { link, framed, heard } = make(true);
    const good = frameBytes({ type: 7, stream: 1 });
    bring(framed, good, frameBytes({ type: 99 }), good);
    bring(framed, good);
    link.receiver.text("{}");
    expect([heard.frames.length, heard.texts.length, heard.breaches.length]).toEqual([1, 0, 1]);
  });

  it("close sends what is queued, and closes the link once all was taken", () => {
    const { link, framed } = make();
    framed.lane(1).push(pattern(600 * 1024), 0, undefined, true);
    framed.post({ jsonrpc: "2.0", method: "$/bye" });
    framed.close();
    expect(link.closed).toBe(false);
    expect(link.takeAll().map(({ type }) => type)).toContain(1);
    expect(link.closed).toBe(true);
  });

  it("close gives up after a second if the remote takes nothing", async () => {
    const { link, framed } = make();
    framed.post({ jsonrpc: "2.0", method: "$/bye" });
    framed.close();
    await link.scheduler.pass(999);
    expect(link.closed).toBe(false);
    await link.scheduler.pass(1);
    expect(link.closed).toBe(true);
  });

  it("close before the link is connected closes it at once", () => {
    const { link, framed } = make(false, false);
    framed.post({ jsonrpc: "2.0", method: "$/hello" });
    framed.close();
    expect(link.closed).toBe(true);
  });

  it("a lost link is closed, and nothing is sent any more", () => {
    const { link, framed, heard } = make();
    link.receiver.lost(new Error("gone"));
    framed.post({ jsonrpc: "2.0", method: "late" });
    framed.lane(1).push(pattern(100_000), 0, undefined, true);
    link.scheduler.turn();
    expect([link.closed, link.writes.length, heard.losses.length]).toEqual([true, 0, 1]);
  });

  it("only $/shutdown leaves the path of control, to stay behind the streams", () => {
    const { link, framed } = make(true);
    framed.post(open);
    framed.post({ jsonrpc: "2.0", id: 1, method: "$/shutdown" });
    framed.post({ jsonrpc: "2.0", id: 2, method: "work" });
    expect(link.lines).toHaveLength(1);
    expect(link.takeAll().map(({ type }) => type)).toEqual([2, 1]);
  });

  for (const [what, end] of [
    ["a cancel of ours", (framed: FramedLink) => framed.postFrame({ type: "stream-cancel", id: 1, reason: {} }, 1)],
    [
      "an error of the remote",
      (framed: FramedLink) => bring(framed, frameBytes({ type: 8, stream: 1 }, text('{"reason":{}}'))),
    ],
    [
      "an end of the remote",
      (framed: FramedLink) => bring(framed, frameBytes({ type: 6, stream: 1 }, new Uint8Array(8))),
    ],
  ] as const) {
    it(`${what} drops what has come of a chunk`, () => {
      const { framed, heard } = make();
      bring(framed, frameBytes({ type: DATA, stream: 1, flags: MORE, total: 1_000_000 }, pattern(10_000)));
      expect(framed.held).toBeGreaterThan(1_000_000);
      end(framed);
      expect(framed.held).toBe(0);
      expect(heard.breaches).toEqual([]);
    });
  }

  const first = frameBytes({ type: DATA, stream: 1, flags: MORE, total: 1_000_000 }, pattern(10_000));
  const rest = frameBytes({ type: DATA, stream: 1, flags: MORE | REST }, pattern(10_000));
  const whole = frameBytes({ type: DATA, stream: 3 }, pattern(100_000));
  /** What stands still, and a byte that takes it further. */
  for (const [what, begun, more] of [
    ["between two of its fragments", first, rest],
    ["within a fragment", joined(first, rest.subarray(0, 5_000)), rest.subarray(5_000, 5_001)],
    ["in one piece", whole.subarray(0, 50_000), whole.subarray(50_000, 50_001)],
  ] as const) {
    it(`a chunk that stands still for 30 s is a breach of a remote that is not trusted: ${what}`, async () => {
      const { link, framed, heard } = make(false, true, false);
      bring(framed, begun);
      await link.scheduler.pass(29_000);
      bring(framed, more);
      await link.scheduler.pass(30_999);
      expect(heard.breaches).toEqual([]);
      await link.scheduler.pass(1);
      expect(heard.breaches).toEqual([expect.objectContaining({ code: "CHUNK_UNFINISHED" })]);
      expect(link.scheduler.timers.length).toBeLessThanOrEqual(1);
    });

    it(`a remote that is trusted may take its time: ${what}`, async () => {
      const { link, framed, heard } = make();
      bring(framed, begun);
      await link.scheduler.pass(300_000);
      expect(heard.breaches).toEqual([]);
    });
  }

  it("a chunk that stands still is noticed beside one that comes on", async () => {
    const { link, framed, heard } = make(false, true, false);
    bring(framed, first, whole.subarray(0, 50_000));
    for (let at = 50_000; at < 50_005; at++) {
      await link.scheduler.pass(20_000);
      bring(framed, whole.subarray(at, at + 1));
    }
    expect(heard.breaches).toEqual([expect.objectContaining({ message: expect.stringContaining("stream 1") })]);
  });

  it("nothing is watched once all has come, or the link has ended", async () => {
    const { link, framed, heard } = make(false, true, false);
    bring(framed, whole);
    await link.scheduler.pass(30_000);
    expect(link.scheduler.timers).toEqual([]);
    bring(framed, first);
    expect(link.scheduler.timers.length).toBe(1);
    link.receiver.lost(new Error("gone"));
    expect([link.scheduler.timers, heard.breaches]).toEqual([[], []]);
  });
});
