/** Draws what a side asks of its two ends of a stream: strategies, codec, byte readables, moving. */
import { hasByteLength } from "./chunks.ts";
import type { Random } from "./random.ts";
import type { ChunkKind, OptionsPlan, SizeName, StrategyPlan } from "./scenario.ts";

const sizes: readonly SizeName[] = ["uneven", "fraction", "length", "heavy"];

export function drawOptions(random: Random, codec: "clone" | "raw", writes: ChunkKind, reads: ChunkKind): OptionsPlan {
  const bytes = codec === "raw" && random.chance(0.4);
  // Byte readables imply the codec; of a far side that names none, the opener's is taken.
  const named = codec === "raw" && (!bytes || random.chance(0.5)) ? { codec } : {};
  const moves = random.weighted<OptionsPlan["transfer"]>([
    [60, false],
    [30, true],
    [hasByteLength(writes) && writes !== "reused" ? 10 : 0, "function"],
  ]);
  // The shared pool of Node's small Buffers must never be moved by name, nor what is written again at all.
  const pooled = moves === "function" && (writes === "pooled" || writes === "sub");
  const transfer = writes === "rewritten" ? false : pooled ? true : moves;
  const rest = { ...named, bytes, transfer };
  const form = random.weighted([
    [30, "none" as const],
    [25, "both" as const],
    [45, "each" as const],
  ]);
  if (form === "none") return rest;
  if (form === "both") return { ...rest, both: drawStrategy(random, false, !bytes) };
  const readable = random.chance(0.7) ? drawStrategy(random, hasByteLength(reads), !bytes) : undefined;
  const writable = random.chance(0.7) ? drawStrategy(random, hasByteLength(writes), true) : undefined;
  return { ...rest, ...(readable && { readable }), ...(writable && { writable }) };
}

/** The strategy in force at a side's writable, and at its readable. */
export function writableStrategy({ both, writable }: OptionsPlan): StrategyPlan | undefined {
  return writable ?? both;
}

export function readableStrategy({ both, readable }: OptionsPlan): StrategyPlan | undefined {
  return readable ?? both;
}

function drawStrategy(random: Random, canBeBytes: boolean, canBeCustom: boolean): StrategyPlan {
  const unit = random.weighted([
    [50, "chunks" as const],
    [canBeBytes ? 35 : 0, "bytes" as const],
    [canBeCustom ? 25 : 0, "custom" as const],
  ]);
  if (unit === "chunks") {
    return {
      unit,
      highWaterMark: random.pick([0, 0, 0.5, 1, 1, 2, 2.5, 3, 5, 16, 64, 1000, Number.POSITIVE_INFINITY]),
    };
  }
  if (unit === "bytes") {
    const highWaterMark = random.pick([0, 0.5, 1, 100, 1000, 1000.5, 16_384, 65_536, 1e6, Number.POSITIVE_INFINITY]);
    return { unit, highWaterMark };
  }
  const fault = { at: random.int(0, 10), how: random.pick(["throws", "NaN", "negative"] as const) };
  return {
    unit,
    highWaterMark: random.pick([0, 0.1, 0.5, 1, 2.5, 10, 100, 5000, Number.POSITIVE_INFINITY]),
    size: random.pick(sizes),
    ...(random.chance(0.06) && { fault }),
  };
}
