// How one value fares against its target, and against what was asked for where the target is less. Imports nothing.

/** Whether a value meets its target, and which of two values is the worse. */
const KINDS = {
  "at least": { meets: (value, target) => value >= target, worse: (one, other) => one < other },
  "at most": { meets: (value, target) => value <= target, worse: (one, other) => one > other },
};

/** How a value fares against its target: `{ kind, target, met, asked, reached }`. */
export function verdict(name, { target, asked, kind = "at least" }, value) {
  const { meets, worse } = kindOf(name, { kind });
  const isMet = (bound) => value !== null && meets(value, bound);
  if (asked === undefined) return { kind, target, met: isMet(target) };
  if (worse(target, asked)) return { kind, target, met: isMet(target), asked, reached: isMet(asked) };
  throw new TypeError(`Cannot judge "${name}": its target is no less than what was asked for, so leave that out`);
}

export function kindOf(name, { kind = "at least" }) {
  const found = KINDS[kind];
  if (!found) throw new TypeError(`Cannot judge "${name}": its kind is "${kind}"`);
  return found;
}
