/** Which codecs a stream is taken with, and what is said where the two sides differ. */
import { describe, expect, it } from "vitest";
import type { Codec } from "../../../src/codecs/codec.ts";
import { raw } from "../../../src/codecs/raw.ts";
import { resolveLimits } from "../../../src/limits.ts";
import { mismatchOf, optionsFor } from "../../../src/stream/agreement.ts";
import type { StreamOptions } from "../../../src/stream/definition.ts";
import { codecName, OptionsReader } from "../../../src/stream/options.ts";
import { StrategyReader } from "../../../src/stream/strategy.ts";
import type { OpenFrame } from "../../../src/wire/frames.ts";
import { WIDE } from "../support/mock-peer.ts";

const reader = new OptionsReader(new StrategyReader(globalThis), resolveLimits({}, true), true);
const mine: Codec = { name: "mine", unit: "chunks", encode: () => new Uint8Array(), decode: () => 1 };

function opened(codec: string, returns?: string): OpenFrame {
  return { type: "stream-open", id: 2, name: "s", codec, ...(returns !== undefined && { returns }), readable: WIDE };
}

/** What this side reads and writes, and what is wrong with that. */
function taken(frame: OpenFrame, options: StreamOptions = {}): [reads: string, writes: string, wrong?: string] {
  const resolved = optionsFor(frame, options, reader);
  const wrong = mismatchOf(frame, resolved);
  const codecs: [string, string] = [codecName(resolved.incoming.codec), codecName(resolved.codec)];
  return wrong === undefined ? codecs : [...codecs, wrong.message];
}

describe("A stream that the remote has opened", () => {
  it.each<[string, OpenFrame, StreamOptions, [string, string]]>([
    ["the default on both sides", opened("clone"), {}, ["clone", "clone"]],
    ["raw, which needs no option", opened("raw"), {}, ["raw", "raw"]],
    ["raw one way only", opened("raw", "clone"), {}, ["raw", "clone"]],
    ["raw the other way only", opened("clone", "raw"), {}, ["clone", "raw"]],
    ["a codec that both name", opened("mine"), { codec: mine }, ["mine", "mine"]],
    [
      "a codec for each direction",
      opened("mine", "raw"),
      { codec: { readable: mine, writable: raw() } },
      ["mine", "raw"],
    ],
  ])("is taken with %s", (_, frame, options, codecs) => {
    expect(taken(frame, options)).toEqual(codecs);
  });

  it.each<[string, OpenFrame, StreamOptions, string]>([
    [
      "its opener sends what this side cannot read",
      opened("mine"),
      {},
      'its opener sends "mine", this side reads "clone"',
    ],
    [
      "its opener reads what this side does not send",
      opened("clone", "mine"),
      {},
      'its opener reads "mine", this side sends "clone"',
    ],
    [
      "this side names a codec, and its opener one that needs no option",
      opened("raw"),
      { codec: mine },
      'its opener sends "raw", this side reads "mine"',
    ],
  ])("is not taken where %s", (_, frame, options, what) => {
    expect(taken(frame, options)[2]).toBe(`Cannot open stream "s": ${what}, name the same codec on both`);
  });
});
