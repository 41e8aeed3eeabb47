import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Ending, type Place } from "../../../../adapters/process/ending.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PLACES: readonly Place[] = ["data", "control", "process"];

function made(): { ending: Ending; told: string[]; over(place: Place): void } {
  const told: string[] = [];
  const ending = new Ending(PLACES, (error) => told.push(error.message));
  return { ending, told, over: (place) => ending.over(place, new Error(place)) };
}

describe("The end of a process", () => {
  it("is told at once when it shows everywhere, by the one that knows best", () => {
    const { told, over } = made();
    for (const place of PLACES) over(place);
    expect(told).toEqual(["process"]);
  });

  it("is told 100 ms after the first place where the others are silent", () => {
    const { told, over } = made();
    over("control");
    vi.advanceTimersByTime(90);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(told).toEqual(["control"]);
  });

  it("waits for the last words of one that has exited meanwhile", () => {
    const { ending, told, over } = made();
    over("control");
    vi.advanceTimersByTime(90);
    ending.exited();
    vi.advanceTimersByTime(200);
    over("process");
    expect(told).toEqual([]);
    over("data");
    expect(told).toEqual(["process"]);
  });

  it("waits for them also where it has exited just when the others had their time", () => {
    const { ending, told, over } = made();
    over("control");
    vi.advanceTimersToNextTimer();
    ending.exited();
    vi.advanceTimersByTime(200);
    expect(told).toEqual([]);
    over("process");
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual(["process"]);
  });

  it("is told a second after the exit where the rest never ends", () => {
    const { ending, told, over } = made();
    ending.exited();
    over("process");
    vi.advanceTimersByTime(990);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(told).toEqual(["process"]);
  });

  it("is not told after it was stopped", () => {
    const { ending, told, over } = made();
    over("control");
    ending.stop();
    ending.exited();
    vi.advanceTimersByTime(2_000);
    expect(told).toEqual([]);
  });
});
