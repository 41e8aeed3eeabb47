import { describe, expect, it } from "vitest";
import { checkParentOptions, readSpawnOptions } from "../../../../adapters/process/options.ts";
import type { SpawnOptions } from "../../../../adapters/process/types.ts";

describe("The options of spawn", () => {
  it("have defaults", () => {
    expect(readSpawnOptions({})).toMatchObject({
      connect: {},
      control: "stdio",
      startTimeout: 10_000,
      shutdown: { finish: Number.POSITIVE_INFINITY, exit: 5_000, terminate: 5_000 },
    });
  });

  it("keep the other defaults where some are given", () => {
    expect(readSpawnOptions({ shutdown: { exit: 1 } }).shutdown).toEqual({
      finish: Number.POSITIVE_INFINITY,
      exit: 1,
      terminate: 5_000,
    });
    const loose = { shutdown: { exit: undefined }, cwd: undefined } as unknown as SpawnOptions;
    expect(readSpawnOptions(loose).shutdown.exit).toBe(5_000);
  });

  it("hand on what is connect's", () => {
    const methods = { a: () => 1 };
    expect(readSpawnOptions({ methods, cwd: "/", limits: { calls: 2 } }).connect).toEqual({
      methods,
      limits: { calls: 2 },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ["an unknown one", { startTimout: 1 }, /"startTimout": no such option.*startTimeout/],
    ["one of every object", { toString: 1 }, /"toString": no such option/],
    ["one that would make it less safe", { secret: false }, /no such option/],
    ["an unknown control", { control: "tcp" }, /control to "tcp": use "stdio" or "fd"/],
    ["stdout, where the control has it", { stdout: "inherit" }, /stdout: the control channel has it/],
    ["a pipe for stderr", { stderr: "pipe" }, /use "stream" or "inherit"/],
    ["a time that is none", { startTimeout: Number.NaN }, /startTimeout to NaN/],
    ["a negative time", { heartbeat: -1 }, /heartbeat to -1: pass milliseconds/],
    ["a time of a step that is none", { shutdown: { exit: "1" } }, /shutdown exit to "1"/],
    ["an unknown step", { shutdown: { kill: 1 } }, /"kill": no such option/],
    ["no object of steps", { shutdown: 5 }, /shutdown to 5: pass an object/],
    ["a signal that is none", { signal: {} }, /pass an AbortSignal/],
    ["a working directory that is none", { cwd: 1 }, /pass a path/],
    ["a callback that is none", { onStray: 1 }, /pass a function/],
  ])("refuse %s", (_, options, message) => {
    expect(() => readSpawnOptions(options as SpawnOptions)).toThrow(
      expect.objectContaining({ code: "BAD_OPTION", message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, unknown, string, RegExp]>([
    ["an unknown limit", { limits: { nope: 1 } }, "BAD_OPTION", /"nope": no such option/],
    ["a limit that is none", { limits: { streams: -1 } }, "BAD_OPTION", /limits.streams to -1/],
    ["an unknown handshake", { handshake: "never" }, "BAD_OPTION", /handshake "never"/],
    [
      "a handshake that a process cannot do without",
      { handshake: "optional" },
      "BAD_OPTION",
      /"optional" on this link/,
    ],
    ["a method that is none", { methods: { a: 5 } }, "BAD_DEFINITION", /method "a"/],
    ["a stream's handler that is none", { streams: { a: {} } }, "BAD_DEFINITION", /stream "a"/],
    ["a wrong option of a stream", { streams: { a: { handler() {}, transfer: 5 } } }, "BAD_OPTION", /stream "a"/],
    ["a wrong option of the default stream", { data: { codec: 5 } }, "BAD_OPTION", /as a codec.*data/],
  ])("refuse what connect refuses: %s", (_, options, code, message) => {
    expect(() => readSpawnOptions(options as SpawnOptions)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it("are a RangeError where a number is out of range, else a TypeError", () => {
    expect(() => readSpawnOptions({ heartbeat: -1 })).toThrow(RangeError);
    expect(() => readSpawnOptions({ signal: 5 as never })).toThrow(TypeError);
    expect(() => readSpawnOptions({ heartbeat: "1" } as never)).toThrow(TypeError);
  });
});

describe("The options of parentLink", () => {
  it("refuse what is unknown or wrong", () => {
    expect(() => checkParentOptions({ fd: 3 } as never)).toThrow(/"fd": no such option/);
    expect(() => checkParentOptions({ control: 3 } as never)).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
    checkParentOptions({ control: "fd", heartbeat: 5 });
  });
});
