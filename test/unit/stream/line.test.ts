/** The first of what waits, whatever has left before. */
import { describe, expect, it } from "vitest";
import { Line } from "../../../src/stream/line.ts";

describe("Line", () => {
  it("is in order, also where some have left, come later, or come again", () => {
    const [a, b, c, d] = [{}, {}, {}, {}];
    const line = new Line<object>();
    expect(line.first).toBe(undefined);
    for (const each of [a, b, c]) line.add(each);
    expect(line.first).toBe(a);
    expect([line.delete(b), line.delete(b)]).toEqual([true, false]);
    expect(line.first).toBe(a);
    line.delete(a);
    expect(line.first).toBe(c);
    line.delete(c);
    expect([line.first, line.size]).toEqual([undefined, 0]);
    for (const each of [d, a]) line.add(each);
    expect(line.first).toBe(d);
    line.delete(d);
    line.add(d);
    expect(line.first).toBe(a);
    const all = line.clear();
    expect([all[0] === a, all[1] === d, all.length, line.first]).toEqual([true, true, 2, undefined]);
    line.add(b);
    expect(line.first).toBe(b);
  });
});
