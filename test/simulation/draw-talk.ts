/** Draws what the two sides say to each other beside streams: calls, values with streams in them, the default stream. */
import { drawMoment } from "./draw-flow.ts";
import type { Random } from "./random.ts";
import type { SideName } from "./scenario.ts";

/** What a side does with the default stream: what it sends, and how it takes what the other one does. */
export interface DataPlan {
  readonly takes: "onData" | "readable" | "nobody";
  readonly takeAt: number;
  readonly highWaterMark: number | undefined;
  /** The most that a chunk takes to be handled; 0: at once, without a promise. */
  readonly delay: number;
  /** `onData`'s function fails at this chunk, or the reader cancels. */
  readonly stopsAt: number | undefined;
  readonly sends: number;
  readonly style: "await" | "flood" | "writer";
  readonly sendAt: number;
  readonly sendDelay: number;
  readonly end: "open" | "close" | "abort";
}

export type StepKind = "answer" | "fail" | "never" | "note" | "handled" | "fold" | "source" | "fill" | "through";

/** A call or notification, with what becomes of it. */
export interface StepPlan {
  readonly index: number;
  readonly kind: StepKind;
  readonly side: SideName;
  readonly at: number;
  /** Chunks of its stream, when its source fails, and after how many its reader stops. */
  readonly count: number;
  readonly failAt: number | undefined;
  readonly stopAfter: number | undefined;
  /** The most that a chunk, or an answer, takes. */
  readonly delay: number;
  readonly cancelAfter: number | undefined;
  readonly timeout: number | undefined;
}

export interface TalkPlan {
  readonly data: Readonly<Record<SideName, DataPlan>>;
  readonly steps: readonly StepPlan[];
}

/** `scarce`: streams are so few that two calls which each need one of both sides could wait for each other. */
export function drawTalk(random: Random, scarce: boolean): TalkPlan | undefined {
  if (!random.chance(0.35)) return undefined;
  const data = { A: drawData(random), B: drawData(random) };
  const steps = Array.from({ length: random.int(0, 8) }, (_, index) => drawStep(random, index, data, scarce));
  return { data, steps };
}

function drawData(random: Random): DataPlan {
  const sends = random.chance(0.7) ? random.int(1, 25) : 0;
  return {
    takes: random.weighted([
      [60, "onData" as const],
      [30, "readable" as const],
      [10, "nobody" as const],
    ]),
    takeAt: random.chance(0.7) ? 0 : random.int(0, 100),
    highWaterMark: random.pick([undefined, 0, 0.5, 1, 1, 2, 4, 16]),
    delay: random.pick([0, 0, 5, 30]),
    stopsAt: random.chance(0.1) ? random.int(0, sends) : undefined,
    sends,
    style: random.pick(["await", "flood", "writer"]),
    sendAt: random.chance(0.6) ? 0 : drawMoment(random),
    sendDelay: random.pick([0, 0, 3, 15]),
    end: random.weighted([
      [75, "open" as const],
      [15, "close" as const],
      [10, "abort" as const],
    ]),
  };
}

function drawStep(random: Random, index: number, data: TalkPlan["data"], scarce: boolean): StepPlan {
  const side = random.pick<SideName>(["A", "B"]);
  const nobody = data[side === "A" ? "B" : "A"].takes === "nobody";
  const kind = random.weighted<StepKind>([
    [25, "answer"],
    [8, "fail"],
    [8, "never"],
    [10, "note"],
    // Of what nobody takes, this would be waited for to the end.
    [nobody ? 0 : 15, "handled"],
    [15, "fold"],
    [15, "source"],
    [10, "fill"],
    [scarce ? 0 : 10, "through"],
  ]);
  const count = random.int(0, 12);
  const cancelAfter = random.chance(0.2) ? random.int(0, 60) : undefined;
  const timeout = random.chance(0.1) ? random.int(0, 80) : undefined;
  return {
    index,
    kind,
    side,
    at: drawMoment(random),
    count,
    failAt: random.chance(0.15) ? random.int(0, count) : undefined,
    stopAfter: random.chance(0.25) ? random.int(1, count + 1) : undefined,
    delay: random.pick([0, 0, 4, 20]),
    cancelAfter,
    // What is never answered is given up at last.
    timeout: kind === "never" && cancelAfter === undefined ? (timeout ?? random.int(0, 200)) : timeout,
  };
}
