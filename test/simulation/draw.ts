/** Draws a scenario from a seed. What is drawn must be able to end: nobody waits for what will never come. */
import { drawOptions } from "./draw-options.ts";
import { Random } from "./random.ts";
import {
  type ChannelEvent,
  type ChunkKind,
  type FlowPlan,
  type HandlerEnd,
  type LinkPlan,
  type OptionsPlan,
  other,
  type ReaderPlan,
  type Scenario,
  type SideName,
  type SidePlan,
  type StreamEvent,
  type StreamPlan,
  type WriterPlan,
} from "./scenario.ts";

/** Around this long (virtual milliseconds) most runs take: when something goes wrong, it does so by then. */
const SPAN = 150;

export function draw(seed: number): Scenario {
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
  const streams = Array.from({ length: count }, (_, index) => drawStream(random, index, sides, link));
  return {
    seed,
    link,
    sides,
    streams,
    calls: Array.from({ length: random.chance(0.25) ? random.int(1, 3) : 0 }, () => ({
      side: random.pick(["A", "B"]),
      at: random.int(0, SPAN),
      takes: random.int(0, 60),
      cancelAfter: random.chance(0.3) ? random.int(0, 60) : undefined,
    })),
    event: drawChannelEvent(random),
    closing: random.pick(["A", "B", "both", "dispose"]),
    quiet: random.chance(0.3),
  };
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
    initialCredit: random.weighted([
      [70, undefined],
      [10, { chunks: 0, bytes: 0 }],
      [10, { chunks: 4, bytes: 1000 }],
      [10, { chunks: 20, bytes: 1_000_000 }],
    ]),
    limits: {
      ...(random.chance(0.12) && { streams: random.int(1, 2) }),
      ...(random.chance(0.25) && { streamBytes: random.pick([1, 64, 1000, 20_000, 150_000]) }),
    },
  };
}

function drawChannelEvent(random: Random): ChannelEvent | undefined {
  const how = random.weighted([
    [70, undefined],
    [13, "kill" as const],
    [8, "close" as const],
    [6, "abort" as const],
    [3, "dispose" as const],
  ]);
  const ms = random.int(0, SPAN);
  if (how === undefined) return undefined;
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
    [24, sides[other(opener)].takesIncoming ? ("incoming" as const) : ("nobody" as const)],
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

function drawKind(random: Random, codec: "clone" | "raw"): ChunkKind {
  if (codec === "raw" || random.chance(0.4)) {
    return random.pick(["bytes", "bytes", "sub", "sub", "pooled", "reused", "buffer", "doubles"]);
  }
  return random.weighted([
    [35, "number"],
    [12, "object"],
    [12, "record"],
    [5, "text"],
    [15, "holder"],
    [6, "instance"],
    [6, "deep"],
    [6, "map"],
    [7, "list"],
  ]);
}

function drawHandlerEnd(random: Random): HandlerEnd {
  const how = random.weighted([
    [88, "wait" as const],
    [6, "returns" as const],
    [6, "throws" as const],
  ]);
  const ms = random.chance(0.3) ? -1 : random.int(0, SPAN);
  return how === "wait" ? { how } : { how, ms };
}

function drawStreamEvent(random: Random, link: LinkPlan): StreamEvent | undefined {
  const how = random.weighted([
    [88, undefined],
    [5, "abort" as const],
    [5, "signal" as const],
    [2, link.forks.A && link.forks.B ? ("lane-cut" as const) : undefined],
  ]);
  const ms = random.int(0, SPAN);
  if (how === undefined) return undefined;
  return how === "abort" ? { how, ms, side: random.pick(["A", "B"]) } : { how, ms };
}

function drawFlow(random: Random, kind: ChunkKind, receiver: OptionsPlan): FlowPlan {
  const count = random.weighted([
    [10, 0],
    [50, random.int(1, 8)],
    [32, random.int(8, 30)],
    [8, random.int(30, 150)],
  ]);
  const lengths = random.weighted([
    [5, "empty" as const],
    [40, "small" as const],
    [25, "medium" as const],
    [22, "mixed" as const],
    [count <= 30 ? 8 : 0, "large" as const],
  ]);
  return {
    kind,
    lengths,
    count,
    writer: drawWriter(random, kind, count),
    reader: drawReader(random, count, receiver),
  };
}

function drawWriter(random: Random, kind: ChunkKind, count: number): WriterPlan {
  // A buffer may be used again once its write has settled.
  const style = kind === "reused" ? "await" : random.pick(["await", "ready", "flood", "pipe"] as const);
  const how = random.weighted([
    [74, "close" as const],
    [9, "abort-at" as const],
    [5, style === "pipe" ? ("signal-at" as const) : ("abort-at" as const)],
    [9, style === "pipe" ? ("source-error" as const) : ("abort" as const)],
    [3, "bad-chunk" as const],
  ]);
  const after = random.int(0, count);
  const ms = random.int(0, SPAN);
  const end =
    how === "close" ? { how } : how === "abort-at" || how === "signal-at" ? { how, ms } : { how, after };
  return {
    style,
    delay: random.pick([0, 0, 0, 3, 20]),
    startAt: random.chance(0.7) ? 0 : random.int(0, 60),
    sourceMark: random.int(0, 3),
    end: style === "pipe" && end.how === "abort-at" ? { how: "signal-at", ms } : end,
  };
}

function drawReader(random: Random, count: number, { bytes }: OptionsPlan): ReaderPlan {
  const style = random.pick(
    bytes
      ? (["loop", "byob", "byob", "byob", "iterate", "pipe"] as const)
      : (["loop", "loop", "burst", "relock", "iterate", "pipe", "tee"] as const),
  );
  const after = random.int(0, count);
  const stop = random.weighted<ReaderPlan["stop"]>([
    [78, undefined],
    // An iterator has the only lock there is.
    [style === "iterate" ? 0 : 6, { how: "cancel-at", ms: random.int(0, SPAN) }],
    [16, { how: style === "iterate" ? "break" : style === "pipe" ? "sink-error" : "cancel", after }],
  ]);
  const pause = random.chance(0.2) ? { after: random.int(0, count), ms: random.int(50, 400) } : undefined;
  return {
    style,
    delay: random.pick([0, 0, 0, 3, 20]),
    startAt: random.chance(0.7) ? 0 : random.int(0, 100),
    ...(pause && { pause }),
    ...(stop && { stop }),
  };
}
