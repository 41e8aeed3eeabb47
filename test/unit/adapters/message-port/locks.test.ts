/** Which runtimes' locks count as a sign of life. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { lockManager } from "../../../../adapters/message-port/locks.ts";

const locks = { request: () => {}, query: () => {} };

describe("lockManager()", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is none on Node, whose locks do not tell of a worker's end", () => {
    vi.stubGlobal("navigator", { locks });
    expect(lockManager()).toBeUndefined();
  });

  it("is the platform's elsewhere, if it has one", () => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("navigator", { locks });
    const there = lockManager();
    vi.stubGlobal("navigator", {});
    const lacking = lockManager();
    vi.stubGlobal("navigator", undefined);
    const bare = lockManager();
    vi.unstubAllGlobals();
    expect([there, lacking, bare]).toEqual([locks, undefined, undefined]);
  });
});
