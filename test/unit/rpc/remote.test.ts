/** What `channel.remote` tells, and which links a handshake may be optional on. */
import { describe, expect, it } from "vitest";
import { resolveLimits } from "../../../src/limits.ts";
import { makeHello, readHello } from "../../../src/rpc/hello.ts";
import { checkHandshake, PLAIN_REMOTE, sluiceRemote } from "../../../src/rpc/remote.ts";
import { thrownBy } from "../support/error-of.ts";

describe("sluiceRemote()", () => {
  const hello = makeHello(resolveLimits({ calls: 7 }, true), { chunks: 1, bytes: 64 }, true);

  it("tells the version, what the remote can do, and its limits", () => {
    expect(sluiceRemote(1, readHello(hello), hello)).toEqual({
      version: 1,
      capabilities: { streams: true, fork: true },
      limits: { streams: 16_384, unaccepted: 256, calls: 7, maxChunk: 2 ** 24, window: Number.POSITIVE_INFINITY },
    });
  });

  it.each<[unknown, boolean]>([
    [{ streams: false }, false],
    [{ streams: true }, true],
    [{}, true],
    [null, true],
    [undefined, true],
  ])("of the capabilities %o takes streams: %o", (capabilities, streams) => {
    const given = { ...hello, capabilities };
    expect(sluiceRemote(1, readHello(given), given).capabilities.streams).toBe(streams);
  });

  it("has no version and no streams where the remote is a plain one", () => {
    expect(PLAIN_REMOTE).toMatchObject({ version: undefined, capabilities: { streams: false, fork: false } });
  });
});

describe("checkHandshake()", () => {
  it("is required unless it is said to be optional", () => {
    for (const carriesUnmet of [true, false, undefined]) {
      expect(checkHandshake(undefined, carriesUnmet)).toBe("required");
      expect(checkHandshake("required", carriesUnmet)).toBe("required");
    }
    expect(checkHandshake("optional", true)).toBe("optional");
  });

  it.each([null, true, "none", 5])("refuses %o with a TypeError", (given) => {
    expect(thrownBy(() => checkHandshake(given, true))).toMatchObject({ code: "BAD_OPTION" });
  });

  it("refuses it as optional where nothing crosses before the two have met", () => {
    const { error, code } = thrownBy(() => checkHandshake("optional", false));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_OPTION");
  });
});
