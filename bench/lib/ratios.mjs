// Figures held against targets.json: ratios between two subjects of a work, differences, or a figure by itself. Each is
// taken within a round and its median counts, so that what slows a whole round down does not touch it. Not a place for
// figures: targets are data.
import { spread } from "./spread.mjs";
import { kindOf, verdict } from "./verdict.mjs";

/**
 * `samples`: work -> row -> value per round. `targets`: name -> target:
 *
 *   { target, work, subject, baseline }      subject / baseline, both of them rows of the work
 *   { ..., difference: true }                subject − baseline
 *   { target, work, subject }                the subject's own figure
 *   { ..., subject: [...], baseline: [...] } several of either: the pair that fares worst against the target counts
 *   { ..., kind: "at most" }                 how it is held against the target; without it "at least"
 *   { ..., asked }                           what was asked for, where the target is less: what holds on every machine
 *                                            seen so far, so that it gets no worse. The reason is in docs/benchmarks.md
 *
 * One `{ name, value, min, max, kind, target, met, asked, reached }` per target; `value` is null where a subject did not
 * run, `asked` and `reached` are missing where the target is what was asked for.
 */
export function judge(targets, samples) {
  return Object.entries(targets).map(([name, given]) => {
    const { kind, target, asked, ...of } = given;
    const { worse } = kindOf(name, given);
    const spreads = pairs(of).map((pair) => compare(pair, samples));
    if (spreads.includes(undefined)) return { name, value: null, ...verdict(name, given, null) };
    const { median: value, min, max } = spreads.reduce((one, other) => (worse(other.median, one.median) ? other : one));
    return { name, value, min, max, ...verdict(name, given, value) };
  });
}

/** Each subject with each baseline. */
function pairs({ subject, baseline, ...of }) {
  return [subject]
    .flat()
    .flatMap((own) => [baseline].flat().map((other) => ({ ...of, subject: own, baseline: other })));
}

/** The spread of the rounds' values, or undefined where one is missing. */
function compare({ work, subject, baseline, difference = false }, samples) {
  const own = samples.get(work)?.get(subject);
  if (!own) return undefined;
  if (baseline === undefined) return spread(own);
  const others = samples.get(work).get(baseline);
  if (own.length !== others?.length) return undefined;
  return spread(own.map((value, round) => (difference ? value - others[round] : value / others[round])));
}

/** What is wrong with `ratios`, in words; undefined if nothing is. */
export function short(ratios) {
  if (ratios.length === 0) return "no ratio to check in targets.json";
  const names = ratios
    .filter(({ met }) => !met)
    .map(({ name, value }) => (value === null ? `${name} (missing)` : name));
  return names.length === 0 ? undefined : `short of the target: ${names.join("; ")}`;
}

/** What was asked for and not reached, in words; undefined if all of it was. */
export function unreached(ratios) {
  const names = ratios.filter(({ reached }) => reached === false).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return `short of what was asked (docs/benchmarks.md has the reasons): ${names.join("; ")}`;
}
