import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Pace } from "../../../../adapters/process/pace.ts";

const KiB = 1024;

/** How much may be read in one turn, 64 KiB at a time. */
function portion(pace: Pace): number {
  let read = 0;
  for (let goesOn = true; goesOn; read += 64 * KiB) goesOn = pace.goesOn(64 * KiB);
  return read;
}

describe("Pace", () => {
  it("lets others have their turn after 1 MiB, and goes on in the next turn", async () => {
    let resumed = 0;
    const pace = new Pace(() => resumed++);
    expect(portion(pace)).toBe(1024 * KiB);
    expect(resumed).toBe(0);
    await setImmediate();
    expect(resumed).toBe(1);
    expect(portion(pace)).toBe(1024 * KiB);
  });

  it("never resumes what it has not stopped", async () => {
    let resumed = 0;
    const pace = new Pace(() => resumed++);
    expect(pace.goesOn(64 * KiB)).toBe(true);
    await setImmediate();
    expect(resumed).toBe(0);
    // What was read in an earlier turn does not count.
    expect(portion(pace)).toBe(1024 * KiB);
  });

  it("reads an eighth of that in a turn for some turns after each message of control", async () => {
    const pace = new Pace(() => {});
    pace.hurry();
    for (let turn = 0; turn < 64; turn++) {
      expect(portion(pace)).toBe(128 * KiB);
      await setImmediate();
    }
    expect(portion(pace)).toBe(1024 * KiB);
    await setImmediate();
    pace.hurry();
    expect(portion(pace)).toBe(128 * KiB);
  });
});
