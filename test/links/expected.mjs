// What a session comes to, in every browser.
import { expect } from "vitest";
import { SOON } from "./places.mjs";

/** Of `near.exercise`. */
export function exercised({ made }) {
  expect(made).toBeGreaterThan(1);
  // The window, and what each side's own queue may hold beside it.
  expect(made).toBeLessThanOrEqual(16);
  return { sum: 5, back: [1, { two: 2 }, [3, 3, 3], "four"], made };
}

/** Of `near.occupy`, whose other side went at `start`: everything was lost, soon, and nothing is left behind. */
export function lost({ at, why }, start) {
  expect(at - start).toBeLessThan(SOON);
  return {
    outcomes: Object.fromEntries(
      ["read", "writerClosed", "call", "pipe", "closed", "write"].map((name) => [name, "CONNECTION_LOST"]),
    ),
    at,
    why,
    locks: 0,
  };
}
