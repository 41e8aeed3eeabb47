/** Draws one direction of a stream: its chunks, who writes them and who reads them, and how each of the two ends. */
import type { Random } from "./random.ts";
import type { ChunkKind, FlowPlan, OptionsPlan, ReaderPlan, WriterPlan } from "./scenario.ts";

/** Around this long (virtual milliseconds) most runs take: when something goes wrong, it does so by then. */
const SPAN = 150;

/** When something goes wrong; often early, before both sides know of each other or of the stream. */
export function drawMoment(random: Random): number {
  return random.int(0, random.chance(0.35) ? SPAN / 5 : SPAN);
}

export function drawKind(random: Random, codec: "clone" | "raw"): ChunkKind {
  if (codec === "raw" || random.chance(0.4)) {
    return random.pick(["bytes", "bytes", "sub", "sub", "pooled", "reused", "rewritten", "buffer", "doubles"]);
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

export function drawFlow(random: Random, kind: ChunkKind, receiver: OptionsPlan): FlowPlan {
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
    [count <= 10 ? 8 : 0, "large" as const],
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
  const style =
    kind === "reused" || kind === "rewritten"
      ? "await"
      : random.pick(["await", "relock", "ready", "ready", "flood", "flood", "pipe", "pipe"] as const);
  const how = random.weighted([
    [74, "close" as const],
    [9, "abort-at" as const],
    [5, style === "pipe" ? ("signal-at" as const) : ("abort-at" as const)],
    [9, style === "pipe" ? ("source-error" as const) : ("abort" as const)],
    [3, "bad-chunk" as const],
  ]);
  const after = random.int(0, count);
  const ms = drawMoment(random);
  const end = how === "close" ? { how } : how === "abort-at" || how === "signal-at" ? { how, ms } : { how, after };
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
    [style === "iterate" ? 0 : 6, { how: "cancel-at", ms: drawMoment(random) }],
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
