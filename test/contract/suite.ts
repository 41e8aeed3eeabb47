/**
 * The contract of every link, written once. A file per link calls `linkContract` with a way to make a connected pair;
 * what a link cannot do is named in `gaps`, with the reason.
 */
import { describe, expect, it, type TestContext } from "vitest";
import { abandoned } from "./suite/abandoned.ts";
import { byteReadables } from "./suite/bytes.ts";
import { calls } from "./suite/calls.ts";
import { channels } from "./suite/channel.ts";
import { charges } from "./suite/charges.ts";
import { chunks } from "./suite/chunks.ts";
import { closing } from "./suite/closing.ts";
import { codecs } from "./suite/codecs.ts";
import { codecsByName } from "./suite/codecs-by-name.ts";
import { crossing } from "./suite/crossing.ts";
import { defaultStream } from "./suite/data.ts";
import { ending } from "./suite/ending.ts";
import { losses } from "./suite/losses.ts";
import { many } from "./suite/many.ts";
import { opening } from "./suite/opening.ts";
import { options } from "./suite/options.ts";
import { ownership } from "./suite/ownership.ts";
import type { Contract, Gaps, MakePair } from "./suite/pair.ts";
import { pipes } from "./suite/pipes.ts";
import { reasonsCross } from "./suite/reasons.ts";
import { statsAndCalls } from "./suite/stats.ts";
import { transfers } from "./suite/transfers.ts";
import { pullAndUnlimited } from "./suite/unlimited.ts";
import { values } from "./suite/values.ts";
import { valuesEnding } from "./suite/values-ending.ts";
import { valuesLimits } from "./suite/values-limits.ts";
import { valuesRefused } from "./suite/values-refused.ts";
import { waiting } from "./suite/waiting.ts";
import { weights } from "./suite/weights.ts";
import { windows } from "./suite/windows.ts";

const topics: Readonly<Record<string, (contract: Contract) => void>> = {
  abandoned,
  byteReadables,
  calls,
  channels,
  charges,
  chunks,
  closing,
  codecs,
  codecsByName,
  crossing,
  defaultStream,
  ending,
  losses,
  many,
  opening,
  options,
  ownership,
  pipes,
  pullAndUnlimited,
  reasonsCross,
  statsAndCalls,
  transfers,
  values,
  valuesEnding,
  valuesLimits,
  valuesRefused,
  waiting,
  weights,
  windows,
};

/** A gap may also be that something never comes: it is waited for that long, in milliseconds. */
const GAP = 1_000;

/** Registers all tests for the link that `makePair` makes pairs over. */
export function linkContract(name: string, makePair: MakePair, gaps: Gaps = {}): void {
  const unused = new Set(Object.keys(gaps));
  const gapOf = (title: string): string | undefined =>
    Object.keys(gaps).find((gap) => gap === title || (gap.endsWith("*") && title.startsWith(gap.slice(0, -1))));
  const contract: Contract = {
    test(title, body) {
      const gap = gapOf(title);
      if (gap === undefined) return it(title, run);
      unused.delete(gap);
      const why = gaps[gap];
      if (typeof why === "object") return it.skip(`${title} (${why.reason})`, run);
      // It is run all the same: one that passes is none any more, and fails.
      it.fails(`${title} (${why})`, { timeout: GAP }, run);

      async function run({ onTestFinished }: Pick<TestContext, "onTestFinished">): Promise<void> {
        await body((options) => {
          const pair = makePair(options);
          // Whatever became of the test, be it that its time was up.
          onTestFinished(() => pair.dispose());
          return pair;
        });
      }
    },
  };
  describe(name, () => {
    for (const [topic, register] of Object.entries(topics)) describe(topic, () => register(contract));
    it("has no gap without a test of that title", () => expect([...unused]).toEqual([]));
  });
}
