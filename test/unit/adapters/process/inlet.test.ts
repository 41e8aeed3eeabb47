import { describe, expect, it } from "vitest";
import { Inlet } from "../../../../adapters/process/inlet.ts";
import type { ByteLinkReceiver } from "../../../../src/link.ts";

/** A receiver with places of that many bytes. */
function receiver(size: number): { receiver: ByteLinkReceiver; got: number[] } {
  const got: number[] = [];
  let place = new Uint8Array(size);
  let at = 0;
  const none = (): void => {};
  const made: ByteLinkReceiver = {
    met: none,
    text: none,
    connected: none,
    lost: none,
    space: () => place.subarray(at),
    filled(count) {
      got.push(...place.subarray(at, at + count));
      at += count;
      if (at < size) return;
      place = new Uint8Array(size);
      at = 0;
    },
  };
  return { receiver: made, got };
}

describe("Inlet", () => {
  it("has the core's own places read into", () => {
    const inlet = new Inlet(() => {});
    const { receiver: core, got } = receiver(4);
    inlet.start(core);
    const place = inlet.place();
    expect(place.length).toBe(4);
    place.set([1, 2, 3]);
    inlet.placed(3);
    expect(inlet.place().length).toBe(1);
    inlet.place().set([4]);
    inlet.placed(1);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it("copies what was read elsewhere, because its place was asked for before the core was there", () => {
    const inlet = new Inlet(() => {});
    const early = inlet.place();
    const { receiver: core, got } = receiver(3);
    inlet.start(core);
    early.set([1, 2, 3, 4, 5]);
    inlet.placed(5);
    inlet.place().set([6]);
    inlet.placed(1);
    inlet.take(Uint8Array.of(7, 8, 9, 10));
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("tells of data that come before the core listens", () => {
    let early = 0;
    const inlet = new Inlet(() => {
      early += 1;
    });
    inlet.place();
    inlet.placed(1);
    expect(early).toBe(1);
  });

  it("drops what comes after the end, also in the midst of a read", () => {
    const inlet = new Inlet(() => {
      throw new Error("early");
    });
    const { receiver: core, got } = receiver(2);
    const { filled } = core;
    core.filled = (count) => {
      filled(count);
      inlet.stop();
    };
    inlet.start(core);
    inlet.take(Uint8Array.of(1, 2, 3, 4));
    inlet.take(Uint8Array.of(5));
    inlet.place();
    inlet.placed(1);
    expect(got).toEqual([1, 2]);
  });
});
