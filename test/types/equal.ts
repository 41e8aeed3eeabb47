/** Claims about types, which `tsc` checks: nothing here does anything. */

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `same<Expected>()(value)`: the type of `value` is exactly that. */
export function same<Expected>(): <Actual>(
  value: Actual,
  ...wrong: Equal<Actual, Expected> extends true ? [] : [Expected]
) => void {
  return () => {};
}

/** Written around what must compile and never runs. */
export function typesOnly(_claims: () => unknown): void {}
