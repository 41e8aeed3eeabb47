/** The far side of a pair whose two ends are in the test's own process. */
import { connect, type Link, type StreamClasses } from "sluice";
import { raw } from "sluice/codecs/raw";
import { codecs } from "../../fixtures/codecs.mjs";
import { farSide } from "../../fixtures/far.mjs";
import { Far } from "../suite/far.ts";
import type { PairOptions } from "../suite/pair.ts";

interface FarHere {
  readonly makeLink: () => Link;
  readonly classes: Required<StreamClasses>;
  /** The classes are not the runtime's own. */
  readonly ponyfill?: boolean;
}

/** Connects it over the link that `makeLink` gives; what it is asked and answers goes through structured clone, as to any other realm. */
export function farHere({ far: spec }: PairOptions, { makeLink, classes, ponyfill = false }: FarHere): Far {
  const side = farSide({ connect, raw, codecs, classes, ponyfill, makeLink, ...(spec && { spec }) });
  return new Far(async (question, ...args) => {
    const answer = await side.ask(question, ...structuredClone(args));
    return structuredClone(answer);
  });
}
