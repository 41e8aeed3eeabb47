/** Draws a scenario from a seed. What is drawn must be able to end: nobody waits for what will never come. */
import { drawFlow, drawKind, drawMoment } from "./draw-flow.ts";
import { drawOptions } from "./draw-options.ts";
import { drawTalk } from "./draw-talk.ts";
import { Random } from "./random.ts";
import {
  type ChannelEvent,
  type FlowPlan,
  type HandlerEnd,
  type LinkPlan,
  type OptionsPlan,
  other,
  type Scenario,
  type SideName,
  type SidePlan,
  type StreamEvent,
  type StreamPlan,
} from "./scenario.ts";

/** One seed of so many is about links of bytes. */
export const BYTES_EVERY = 3;

export function draw(seed: number): Scenario {
  const scenario = withSlowReaders(drawMessages(seed));
  return seed % BYTES_EVERY === 0 ? overBytes(scenario) : scenario;
}

function drawMessages(seed: number): Scenario {
  const random = new Random(seed);
  const link = drawLink(random);
  const sides = { A: drawSide(random), B: drawSide(random) };
  const count = random.weighted([
    [30, 1],
    [28, 2],
    [20, 3],
    [10, 4],
    [7, 5],
    [5, 6],
  ]);
  const event = drawChannelEvent(random);
  const drawn = Array.from({ length: count }, (_, index) => drawStream(random, index, sides, link));
  // For what has come to be there unread when the link dies, somebody has to be late.
  const late = event !== undefined && "ends" in event;
  const streams = late ? drawn.map((stream) => withLateReaders(random, stream)) : drawn;
  return {
    seed,
    link,
    sides,
    streams,
    calls: Array.from({ length: random.chance(0.25) ? random.int(1, 3) : 0 }, () => ({
      side: random.pick(["A", "B"]),
      at: drawMoment(random),
      takes: random.int(0, 60),
      cancelAfter: random.chance(0.3) ? random.int(0, 60) : undefined,
    })),
    talk: drawTalk(random, sides.A.limits.streams !== undefined || sides.B.limits.streams !== undefined),
    event,
    closing: random.pick(["A", "B", "both", "dispose"]),
    quiet: random.chance(0.3),
  };
}

/** The same over bytes: without lanes of their own, and with chunks that bytes can carry. */
function overBytes(scenario: Scenario): Scenario {
  const random = new Random(scenario.seed ^ 0xb17e5);
  const flow = (plan: FlowPlan): FlowPlan => {
    const kind = OVER_BYTES[plan.kind] ?? plan.kind;
    const isHuge = plan.count <= MOST_HUGE && random.chance(0.3);
    return { ...plan, kind, ...(isHuge && { lengths: "huge" as const }) };
  };
  return {
    ...scenario,
    link: {
      ...scenario.link,
      forks: { A: false, B: false },
      bytes: {
        ownControl: random.chance(0.6),
        lag: random.pick([0, 0, 300]),
        piece: random.pick([1, 3, 20, 1000, 100_000]),
        atOnce: random.pick([0, 0, 0.5, 1]),
        cuts: random.pick([0, 1, 4]),
      },
    },
    streams: scenario.streams.map((stream) => ({
      ...stream,
      forth: flow(stream.forth),
      back: flow(stream.back),
      event: stream.event?.how === "lane-cut" ? undefined : stream.event,
    })),
  };
}

/** Chunks of a direction that may be so large that each goes in fragments. */
const MOST_HUGE = 12;

/** In place of what only a clone can carry. */
const OVER_BYTES: Partial<Record<FlowPlan["kind"], FlowPlan["kind"]>> = {
  holder: "object",
  instance: "record",
  deep: "object",
  map: "record",
  list: "text",
};

/** One seed of so many is about readers that need longer for half of a window than a write waits. */
const SLOW_EVERY = 16;

/** Nobody keeps a stream untaken, or reads nothing, for that long: so no write may be given up. */
const STALL = 1_000;

function withSlowReaders(scenario: Scenario): Scenario {
  if (scenario.seed % SLOW_EVERY !== 0) return scenario;
  const random = new Random(scenario.seed ^ 0x510e);
  const { link, sides } = scenario;
  const side = (plan: SidePlan): SidePlan => {
    const { streams: _, unaccepted: __, ...limits } = plan.limits;
    return { ...plan, limits: { ...limits, stall: STALL } };
  };
  const readable = { unit: "chunks", highWaterMark: 64 } as const;
  return {
    ...scenario,
    link: { ...link, tells: true, stallChance: 0, stall: 0 },
    sides: { A: side(sides.A), B: side(sides.B) },
    talk: undefined,
    streams: scenario.streams.map((stream) => {
      const { far, forth, met } = stream;
      if (met !== "handler" || far.bytes) return stream;
      const reader = { ...forth.reader, delay: 200 };
      const slow: FlowPlan = { ...forth, lengths: "small", count: random.int(80, 120), reader };
      return { ...stream, far: { ...far, readable }, forth: slow };
    }),
  };
}

function withLateReaders(random: Random, stream: StreamPlan): StreamPlan {
  const late = (flow: FlowPlan): FlowPlan => ({
    ...flow,
    reader: { ...flow.reader, startAt: flow.reader.startAt + random.int(30, 200) },
  });
  return { ...stream, forth: late(stream.forth), back: late(stream.back) };
}

function drawLink(random: Random): LinkPlan {
  const forks = random.weighted([
    [55, { A: true, B: true }],
    [35, { A: false, B: false }],
    [5, { A: true, B: false }],
    [5, { A: false, B: true }],
  ]);
  const stalls = random.chance(0.15);
  const tells = random.chance(0.75);
  return {
    forks,
    tells,
    lanesTell: tells && random.chance(0.5),
    trusted: random.chance(0.7),
    latency: random.pick([0, 1, 3, 10, 10, 30]),
    stallChance: stalls ? random.pick([0.01, 0.05]) : 0,
    stall: stalls ? random.pick([100, 3000]) : 0,
    split: random.pick([0, 0.3, 1]),
    defer: random.pick(["tick", "task"]),
  };
}

function drawSide(random: Random): SidePlan {
  return {
    connectAt: random.chance(0.5) ? 0 : random.int(0, 40),
    takesIncoming: random.chance(0.6),
    takeDelay: random.pick([0, 0, 20]),
    stopsTakingAt: random.chance(0.05) ? drawMoment(random) : undefined,
    initialCredit: random.weighted([
      [70, undefined],
      [10, { chunks: 0, bytes: 0 }],
      [10, { chunks: 4, bytes: 1000 }],
      [10, { chunks: 20, bytes: 1_000_000 }],
    ]),
    limits: {
      ...(random.chance(0.12) && { streams: random.int(1, 2) }),
      ...(random.chance(0.15) && { unaccepted: 1 }),
      ...(random.chance(0.05) && { maxChunk: random.pick([50, 3000]) }),
      ...(random.chance(0.25) && { streamBytes: random.pick([1, 64, 1000, 20_000, 150_000]) }),
    },
  };
}

function drawChannelEvent(random: Random): ChannelEvent | undefined {
  const how = random.weighted([
    [70, undefined],
    [9, "kill" as const],
    [5, "kill-at-end" as const],
    [8, "close" as const],
    [6, "abort" as const],
    [3, "dispose" as const],
  ]);
  const ms = drawMoment(random);
  if (how === undefined) return undefined;
  if (how === "kill-at-end") return { how: "kill", ends: random.int(1, 4) };
  return how === "kill" ? { how, ms } : { how, ms, side: random.pick(["A", "B"]) };
}

function drawStream(
  random: Random,
  index: number,
  sides: Readonly<Record<SideName, SidePlan>>,
  link: LinkPlan,
): StreamPlan {
  const opener = random.pick<SideName>(["A", "B"]);
  const met = random.weighted([
    [70, "handler" as const],
    [24, sides[other(opener)].takesIncoming ? ("incoming" as const) : ("handler" as const)],
    [3, "nobody" as const],
    [3, "other-codec" as const],
  ]);
  const codec = random.chance(0.25) ? "raw" : "clone";
  const echo = met === "handler" && random.chance(0.12);
  const forth = drawKind(random, codec);
  const kinds = { forth, back: echo ? forth : drawKind(random, codec) };
  const near = drawOptions(random, codec, kinds.forth, kinds.back);
  // Streams from `incomingStreams` have no options of their own.
  const plain: OptionsPlan = { bytes: false, transfer: false };
  const far = met === "handler" ? drawOptions(random, codec, kinds.back, kinds.forth) : plain;
  return {
    index,
    opener,
    openAt: random.chance(0.5) ? 0 : random.int(0, 80),
    // A reader of `incomingStreams` takes every name; to be refused, nobody may read it there.
    met: met === "nobody" && sides[other(opener)].takesIncoming ? "incoming" : met,
    // Bytes have lost their borders, and what was written could not be told.
    echo: echo && !far.bytes,
    badMetadata: random.chance(0.01),
    codec,
    near,
    far,
    forth: drawFlow(random, kinds.forth, far),
    back: drawFlow(random, kinds.back, near),
    handler: drawHandlerEnd(random),
    event: drawStreamEvent(random, link),
  };
}

function drawHandlerEnd(random: Random): HandlerEnd {
  const how = random.weighted([
    [88, "wait" as const],
    [6, "returns" as const],
    [6, "throws" as const],
  ]);
  const ms = random.chance(0.3) ? -1 : drawMoment(random);
  return how === "wait" ? { how } : { how, ms };
}

function drawStreamEvent(random: Random, link: LinkPlan): StreamEvent | undefined {
  const how = random.weighted([
    [85, undefined],
    [6, "abort" as const],
    [7, "signal" as const],
    [2, link.forks.A && link.forks.B ? ("lane-cut" as const) : undefined],
  ]);
  const ms = drawMoment(random);
  if (how === undefined) return undefined;
  return how === "abort" ? { how, ms, side: random.pick(["A", "B"]) } : { how, ms };
}
