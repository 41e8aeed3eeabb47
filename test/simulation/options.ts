/** From the plan of one side's options to what a user would pass to `openStream`, or give beside a handler. */
import type { Codec } from "../../src/codecs/codec.ts";
import { raw } from "../../src/codecs/raw.ts";
import type { StreamOptions } from "../../src/stream/definition.ts";
import { weigh } from "./chunks.ts";
import type { Causes } from "./reasons.ts";
import type { OptionsPlan, SideName, StrategyPlan } from "./scenario.ts";

export function optionsOf(plan: OptionsPlan, side: SideName, causes: Causes): StreamOptions {
  const { both, readable, writable, codec, bytes, transfer } = plan;
  return {
    ...(both && { highWaterMark: both.highWaterMark, ...(both.size && { size: sizeOf(both, side, causes) }) }),
    // A byte stream takes no size function, not even that of CountQueuingStrategy.
    ...(readable && {
      readableStrategy:
        bytes && readable.unit === "chunks"
          ? { highWaterMark: readable.highWaterMark }
          : strategyOf(readable, side, causes),
    }),
    ...(writable && { writableStrategy: strategyOf(writable, side, causes) }),
    ...(codec && { codec: raw() }),
    ...(bytes && { readable: "bytes" as const }),
    ...(transfer === true && { transfer }),
    ...(transfer === "function" && { transfer: (chunk: unknown) => buffersOf(chunk) }),
  };
}

function strategyOf(plan: StrategyPlan, side: SideName, causes: Causes): QueuingStrategy {
  const { unit, highWaterMark } = plan;
  if (unit === "bytes") return new ByteLengthQueuingStrategy({ highWaterMark });
  if (unit === "custom") return { highWaterMark, size: sizeOf(plan, side, causes) };
  return highWaterMark % 2 === 0 ? new CountQueuingStrategy({ highWaterMark }) : { highWaterMark };
}

/** A `size()` that goes wrong where the plan has it so. */
function sizeOf({ size = "uneven", fault }: StrategyPlan, side: SideName, causes: Causes): (chunk: unknown) => number {
  let calls = 0;
  return (chunk) => {
    if (calls++ !== fault?.at) return weigh(size, chunk);
    if (fault.how === "throws") {
      const error = new RangeError(`size() throws at ${side}`);
      causes.gave(side, error);
      throw error;
    }
    causes.says("RangeError", "BAD_WEIGHT");
    return fault.how === "NaN" ? Number.NaN : -1;
  };
}

function buffersOf(chunk: unknown): Transferable[] {
  const buffer = ArrayBuffer.isView(chunk) ? chunk.buffer : chunk;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

/** A codec that the opener does not have. */
export const otherCodec: Codec = {
  name: "other",
  unit: "chunks",
  encode: () => new Uint8Array(0),
  decode: (bytes) => bytes,
};
