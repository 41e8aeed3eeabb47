/** Backpressure measured from outside: by the source's own pulls and by the runtime's own account of memory. */
import { describe, expect, test } from "vitest";
import { measure } from "./run.ts";

interface Report {
  readonly offered: number;
  readonly pulls: number;
  readonly rssGrowth: number;
  readonly nearGrowth: number;
  readonly farGrowth: number;
  readonly delivered: number;
  readonly digestEqual: boolean;
}

const MiB = 1024 * 1024;
/** The defaults: a writable holds one chunk, a readable 1,024. */
const WINDOWS = 1 + 1_024;

const bounded = ({ pulls, rssGrowth, nearGrowth, farGrowth }: Report): boolean =>
  pulls <= WINDOWS + 2 && rssGrowth < 64 * MiB && nearGrowth < 64 * MiB && farGrowth < 64 * MiB;

describe("a reader that stops after one chunk while 1 GiB is offered", () => {
  test("stops the source within the windows, and gets all of it when it reads on", async () => {
    const report = await measure<Report>("./stopped-reader.mjs", "stop after one");
    expect(report, JSON.stringify(report)).toSatisfy(bounded);
    expect(report).toMatchObject({ delivered: report.offered, digestEqual: true });
  });

  test("does not stop it with credit switched off: this harness would notice", async () => {
    const report = await measure<Report>("./stopped-reader.mjs", "stop after one, without credit");
    expect(report, JSON.stringify(report)).not.toSatisfy(bounded);
    expect(report).toMatchObject({ delivered: report.offered, digestEqual: true });
  });
});
