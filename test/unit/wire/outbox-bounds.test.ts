/** A remote that never reads: what waits for it is bounded, and ends with a clear error. A busy one is no such remote. */
import { describe, expect, it } from "vitest";
import { Outbox } from "../../../src/wire/outbox.ts";
import { MockByteLink } from "../support/byte-link.ts";
import { pattern } from "../support/bytes.ts";

function make(): { link: MockByteLink; outbox: Outbox; failures: Error[] } {
  const link = new MockByteLink();
  const failures: Error[] = [];
  const outbox = new Outbox(link, {
    room: () => {},
    failed(error) {
      failures.push(error);
      outbox.close();
    },
  });
  outbox.connect();
  return { link, outbox, failures };
}

describe("Outbox: bounds", () => {
  for (const [what, length] of [
    ["small frames", 8],
    ["large frames", 100_000],
  ] as const) {
    it(`a remote that reads nothing ends the link with CONNECTION_LOST, after at most 16 MiB: ${what}`, () => {
      const { outbox, failures } = make();
      const payload = pattern(length);
      let sent = 0;
      for (; failures.length === 0 && sent < 1_000_000; sent++) outbox.control(10, 1 + 2 * sent, payload);
      expect(failures).toHaveLength(1);
      expect(failures[0]).toMatchObject({ name: "LinkError", code: "CONNECTION_LOST" });
      expect(failures[0]?.message).toContain("does not read");
      expect(sent * (length + 16)).toBeLessThan(17 * 1024 * 1024);
      // Nothing is kept after that.
      outbox.control(10, 1, payload);
      expect(failures).toHaveLength(1);
    });
  }

  it("16,384 streams that are accepted, ended and cancelled in one turn are no remote that does not read", () => {
    const { link, outbox, failures } = make();
    for (let id = 0; id < 16_384; id++) for (const type of [3, 7, 10]) outbox.control(type, id, pattern(16));
    expect(failures).toEqual([]);
    expect(link.takeAll()).toHaveLength(3 * 16_384);
  });

  it("credit for a remote that does not read takes one entry a stream, however much is granted", () => {
    const { outbox, failures } = make();
    for (let limit = 0; limit < 1_000_000; limit++) outbox.credit(1, limit, limit);
    expect(failures).toEqual([]);
  });
});
