/** Which ids belong to whom, and which a remote may use. */
import { describe, expect, it } from "vitest";
import { Ids } from "../../../src/stream/ids.ts";
import { thrownBy } from "../support/error-of.ts";

const LAST = 2 ** 31 - 1;

function greeted(first: boolean): Ids {
  const ids = new Ids();
  ids.greeted(first);
  return ids;
}

describe("Ids", () => {
  it.each([
    [true, [1, 3, 5], 2],
    [false, [2, 4, 6], 1],
  ])("are odd at the side that is first, and even at the other: first is %s", (first, ours, theirs) => {
    const ids = greeted(first);
    expect([ids.take(), ids.take(), ids.take()]).toEqual(ours);
    expect(ours.map((id) => ids.isOurs(id))).toEqual([true, true, true]);
    expect(ids.isOurs(theirs)).toBe(false);
  });

  it.each([true, false])("say how many are left, and end there: first is %s", (first) => {
    const ids = new Ids(6);
    ids.greeted(first);
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) seen.push([ids.left, ids.take()]);
    expect(seen).toEqual(
      first
        ? [
            [3, 1],
            [2, 3],
            [1, 5],
            [0, undefined],
          ]
        : [
            [3, 2],
            [2, 4],
            [1, 6],
            [0, undefined],
          ],
    );
  });

  it("were used up to the last of either side", () => {
    const ids = greeted(true);
    ids.take();
    ids.takeOfRemote(4);
    expect([1, 2, 3, 4, 5, 6].map((id) => ids.isUsed(id))).toEqual([true, true, false, true, false, false]);
  });

  it.each([
    ["of our own", 3],
    ["used before", 4],
    ["left out before", 2],
    ["beyond the last", LAST + 1],
  ])("are refused to the remote where one is %s", (_, id) => {
    const ids = greeted(true);
    ids.takeOfRemote(4);
    expect(thrownBy(() => ids.takeOfRemote(id))).toMatchObject({ code: "BAD_STREAM_ID" });
  });

  it("may be left out by the remote, up to the last", () => {
    const ids = greeted(false);
    ids.takeOfRemote(1);
    ids.takeOfRemote(LAST);
    expect(ids.isUsed(LAST)).toBe(true);
  });
});
