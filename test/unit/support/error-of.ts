/** What a function throws, to be looked at: its class, its code, whom it blames. */

export interface Thrown {
  readonly error: Error & { code?: unknown; origin?: unknown };
  readonly code: unknown;
}

export function thrownBy(act: () => unknown): Thrown {
  try {
    act();
  } catch (error) {
    return { error: error as Thrown["error"], code: (error as { code?: unknown }).code };
  }
  throw new Error("Expected it to throw, and it did not");
}

export async function rejectedBy(promise: Promise<unknown>): Promise<Thrown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  return thrownBy(() => {
    if ("error" in outcome) throw outcome.error;
  });
}
