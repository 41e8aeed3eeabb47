// Figures held against targets.json: ratios between two subjects of a work, differences, or a figure by itself. Each is
// taken within a round and its median counts, so that what slows a whole round down does not touch it. Not a place for
// figures: targets are data.
import { spread } from "./spread.mjs";

const KINDS = {
  "at least": (value, target) => value >= target,
  "at most": (value, target) => value <= target,
};

/**
 * `samples`: work -> row -> value per round. `targets`: name -> target:
 *
 *   { target, work, subject, baseline }      subject / baseline, both of them rows of the work
 *   { ..., difference: true }                subject − baseline
 *   { target, work, subject }                the subject's own figure
 *   { ..., kind: "at most" }                 how it is held against the target; without it "at least"
 *
 * One `{ name, value, min, max, kind, target, met }` per target; `value` is null where a subject did not run.
 */
export function judge(targets, samples) {
  return Object.entries(targets).map(([name, { target, kind = "at least", ...of }]) => {
    const meets = KINDS[kind];
    if (!meets) throw new TypeError(`Cannot judge "${name}": its kind is "${kind}"`);
    const values = compare(of, samples);
    if (!values) return { name, value: null, kind, target, met: false };
    const { median: value, min, max } = spread(values);
    return { name, value, min, max, kind, target, met: meets(value, target) };
  });
}

/** The value of each round, or undefined where one is missing. */
function compare({ work, subject, baseline, difference = false }, samples) {
  const own = samples.get(work)?.get(subject);
  if (!own || baseline === undefined) return own;
  const others = samples.get(work).get(baseline);
  if (own.length !== others?.length) return undefined;
  return own.map((value, round) => (difference ? value - others[round] : value / others[round]));
}

/** What is wrong with `ratios`, in words; undefined if nothing is. */
export function short(ratios) {
  if (ratios.length === 0) return "no ratio to check in targets.json";
  const names = ratios
    .filter(({ met }) => !met)
    .map(({ name, value }) => (value === null ? `${name} (missing)` : name));
  return names.length === 0 ? undefined : `short of the target: ${names.join("; ")}`;
}
