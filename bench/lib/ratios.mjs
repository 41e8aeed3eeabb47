// Ratios between two subjects of a work, held against targets.json. A ratio is taken within each round and its median
// counts, so that what slows a whole round down does not touch it. Not a place for figures: targets are data.
import { spread } from "./spread.mjs";

/**
 * `targets`: ratio name -> `{ target, work, subject, baseline }`; `samples`: work -> subject -> value per round.
 * One `{ name, value, min, max, target, met }` per target; `value` is null where a subject did not run.
 */
export function judge(targets, samples) {
  return Object.entries(targets).map(([name, { target, work, subject, baseline }]) => {
    const over = samples.get(work)?.get(subject);
    const under = samples.get(work)?.get(baseline);
    if (!over?.length || over.length !== under?.length) return { name, value: null, target, met: false };
    const { median: value, min, max } = spread(over.map((sample, round) => sample / under[round]));
    return { name, value, min, max, target, met: value >= target };
  });
}

/** What is wrong with `ratios`, in words; undefined if nothing is. */
export function short(ratios) {
  if (ratios.length === 0) return "no ratio to check in targets.json";
  const names = ratios
    .filter(({ met }) => !met)
    .map(({ name, value }) => (value === null ? `${name} (missing)` : name));
  return names.length === 0 ? undefined : `short of the target: ${names.join("; ")}`;
}
