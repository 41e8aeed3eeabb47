/** What a user may get wrong is refused where it is passed, and the error names it and says what to pass. */
import { runInNewContext } from "node:vm";
import { connect, define } from "sluice";
import { framed } from "sluice/bytes";
import { arrow } from "sluice/codecs/arrow";
import { msgpack } from "sluice/codecs/msgpack";
import { protobuf } from "sluice/codecs/protobuf";
import { protobuf as protobufjs } from "sluice/codecs/protobufjs";
import { raw } from "sluice/codecs/raw";
import { messagePortLink } from "sluice/message-port";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Channel, ConnectOptions } from "../../src/mod.ts";
import { rejectedBy, thrownBy } from "./support/error-of.ts";

/** Connects with whatever was passed. */
function connected(...options: unknown[]): Channel {
  const { port1 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const channel = connect(messagePortLink(port1), ...(options as [ConnectOptions]));
  channel.closed.catch(() => {});
  onTestFinished(() => channel.abort());
  return channel;
}

const notObjects = [null, 5, "options"];

/** Of `connect`: what is passed, and what the error says. */
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ["an option that is none", { stream: {} }, /connect option "stream": no such option, use one of methods, streams, /],
  ["one of every object", { toString: 1 }, /"toString": no such option/],
  ["methods that are no object", { methods: () => 1 }, /methods to .*: pass an object/],
  [
    "methods of a class",
    {
      methods: new (class {
        work() {}
      })(),
    },
    /methods to that: pass a plain object, \{ name: /,
  ],
  ["a Map of methods", { methods: new Map([["work", () => 1]]) }, /methods to that: pass a plain object/],
  ["streams that are null", { streams: null }, /streams to null: pass an object/],
  ["limits that are a number", { limits: 5 }, /limits to 5: pass an object/],
  ["options of data that are true", { data: true }, /data to true: pass an object/],
  ["classes that are missing", { ponyfill: {} }, /ponyfill to that: pass \{ ReadableStream, WritableStream \}/],
  ["credit that is a number", { initialCredit: 1 }, /initialCredit to 1: pass \{ chunks, bytes \}/],
  ["half of a credit", { initialCredit: { chunks: 1 } }, /initialCredit to that: pass \{ chunks, bytes \}/],
  ["less credit than none", { initialCredit: { chunks: -1, bytes: 0 } }, /pass .*, whole numbers of 0 or more/],
  ["credit of NaN", { initialCredit: { chunks: Number.NaN, bytes: 0 } }, /pass .*, whole numbers of 0 or more/],
  ["endless credit", { initialCredit: { chunks: 1, bytes: Number.POSITIVE_INFINITY } }, /whole numbers of 0 or more/],
  ["credit of a chunk and a half", { initialCredit: { chunks: 1.5, bytes: 9 } }, /whole numbers of 0 or more/],
  ["a handler of data", { data: { handler() {} } }, /"handler" of data: pass the function to channel.onData/],
  ["data in bytes", { data: { readable: "bytes" } }, /readable of data to "bytes": .* keep them/],
  ["a trace that is null", { trace: null }, /trace to null: pass \{ calls, streams \}, functions/],
  ["a trace that is a function", { trace: () => {} }, /trace to .*: pass \{ calls, streams \}, functions/],
  ["a sink that is none", { trace: { call() {} } }, /trace to that: pass \{ calls, streams \}, functions/],
  ["a sink that is no function", { trace: { calls: 5 } }, /trace to that: pass \{ calls, streams \}, functions/],
  ["a time that is none", { startTimeout: "soon" }, /startTimeout to "soon": pass milliseconds, 0 or more/],
  ["a handshake that is none", { handshake: "maybe" }, /handshake "maybe": pass "required" or "optional"/],
];

describe("connect()", () => {
  it.each<[object, RegExp]>([
    [
      { streams: { rows: { highWatermark: 5, handler() {} } } },
      /"highWatermark".*\(in the definition of stream "rows"\)/,
    ],
    [{ streams: { rows: { readableStrategy: { highWatermark: 5 }, handler() {} } } }, /"highWatermark".*stream "rows"/],
    [{ streams: { rows: { signal: new AbortController().signal, handler() {} } } }, /"signal".*openStream.*"rows"/],
    [{ streams: { rows: { metadata: 5, handler() {} } } }, /"metadata".*openStream.*"rows"/],
    [{ data: { codek: raw() } }, /"codek".*\(in the definition of data\)/],
  ])("says in whose definition a mistake is: %o", (options, message) => {
    expect(thrownBy(() => connected(options)).error.message).toMatch(message);
  });

  it.each(wrong)("refuses %s", (_, options, message) => {
    expect(() => connected(options)).toThrow(
      expect.objectContaining({ code: "BAD_OPTION", message: expect.stringMatching(message) }),
    );
  });

  it.each(notObjects)("refuses %j for options", (options) => {
    expect(thrownBy(() => connected(options)).error.message).toBe("Cannot use these connect options: pass an object");
  });

  it("takes methods without a prototype, and those of another realm", () => {
    const bare = Object.assign(Object.create(null), { work: () => 1 });
    for (const methods of [bare, runInNewContext("({ work() {} })")]) connected({ methods });
  });

  it("takes options that are undefined as left out", () => {
    expect(connected().stats().state).toBe("meeting");
    const options = ["methods", "streams", "ponyfill", "limits", "initialCredit", "handshake", "data", "trace"];
    expect(connected(Object.fromEntries(options.map((name) => [name, undefined]))).stats().state).toBe("meeting");
  });
});

describe("define()", () => {
  it("refuses a part that is none, and takes every option of connect", () => {
    expect(thrownBy(() => define({ method: {} })).code).toBe("BAD_OPTION");
    const all = { methods: {}, streams: {}, limits: { calls: 5 }, data: {}, handshake: "required" } as const;
    expect(define(all)).toBe(all);
  });
});

describe("A call", () => {
  it.each(notObjects)("rejects for %j as options", async (options) => {
    const { error, code } = await rejectedBy(connected().call("work", {}, options as never));
    expect([code, error.message]).toEqual(["BAD_OPTION", "Cannot use these call options: pass an object"]);
  });

  it("rejects for an option that is none", async () => {
    const { error, code } = await rejectedBy(connected().call("work", {}, { timeOut: 5 } as never));
    expect(code).toBe("BAD_OPTION");
    expect(error.message).toMatch(/call option "timeOut": no such option, use one of signal, timeout, onProgress$/);
  });

  it("of a stream throws for one, and takes a fallback", () => {
    const channel = connected();
    expect(thrownBy(() => channel.stream("work", {}, { timeOut: 5 } as never)).error.message).toMatch(/, fallback$/);
    expect(thrownBy(() => channel.stream("work", {}, null as never)).code).toBe("BAD_OPTION");
    channel.stream("work", {}, { fallback: "list" }).cancel();
  });
});

describe("openStream()", () => {
  it.each(notObjects)("refuses %j for options", (options) => {
    const { error, code } = thrownBy(() => connected().openStream("work", options as never));
    expect([code, error.message]).toEqual(["BAD_OPTION", "Cannot use these stream options: pass an object"]);
  });

  it.each([null, 5, {}])("refuses %j for a signal", (signal) => {
    const { error, code } = thrownBy(() => connected().openStream("work", { signal: signal as never }));
    expect([code, error.message]).toEqual(["BAD_OPTION", expect.stringMatching(/option signal to .*AbortSignal/)]);
  });
});

describe("A codec", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["raw of a number", () => raw(4 as never), /raw codec of that: pass the class of a view, such as Float32Array/],
    ["raw of another class", () => raw(Date as never), /pass the class of a view/],
    ["raw of null", () => raw(null as never), /pass the class of a view/],
    ["msgpack of a number", () => msgpack(5 as never), /msgpack options: pass an object/],
    ["msgpack with a mistyped option", () => msgpack({ useBigInt: true } as never), /"useBigInt": no such option/],
    ["msgpack without an extension codec", () => msgpack({ extensionCodec: true } as never), /to true: pass an object/],
    ["arrow with a mistyped option", () => arrow({ is: "batch" } as never), /"is": no such option, use one of as/],
    ["arrow as what it cannot be", () => arrow({ as: "row" } as never), /as to "row": use "table" or "batch"/],
    ["protobuf of nothing", () => protobuf(undefined as never), /pass a message type .* schema of @bufbuild\/protobuf/],
    ["protobufjs of null", () => protobufjs(null as never), /pass a message type of protobufjs/],
  ])("refuses %s", (_, make, message) => {
    const { error, code } = thrownBy(make);
    expect([error.name, code, error.message]).toEqual(["TypeError", "BAD_OPTION", expect.stringMatching(message)]);
  });

  it("takes the class of any view", () => {
    for (const View of [Uint8Array, BigInt64Array, DataView, Buffer]) expect(raw(View as never).name).toBe("raw");
  });
});

describe("connect()", () => {
  it("refuses a link that has a channel already", () => {
    const { port1 } = new MessageChannel();
    onTestFinished(() => port1.close());
    const link = messagePortLink(port1);
    const channel = connect(link);
    channel.closed.catch(() => {});
    onTestFinished(() => channel.abort());
    const { error, code } = thrownBy(() => connect(link));
    expect([code, error.message]).toEqual(["BAD_LINK", expect.stringMatching(/this link has a channel/)]);
  });
});

describe("A method", () => {
  it.each(["$/hello", "$/bye", "$/shutdown", "", 5, Symbol("s"), undefined])("refuses %o", async (method) => {
    const channel = connected();
    const called = await rejectedBy(channel.call(method as never));
    const { error, code } = thrownBy(() => channel.notify(method as never));
    expect([called.code, code, error.name]).toEqual(["BAD_METHOD", "BAD_METHOD", "TypeError"]);
    expect(channel.stats().calls).toBe(0);
  });
});

describe("framed()", () => {
  it.each([undefined, null, 5, {}, { kind: "bytes" }, { kind: "message", listen() {}, write() {} }])(
    "refuses %o, which is no link of bytes",
    (link) => {
      const { error, code } = thrownBy(() => framed(link as never));
      expect([code, error.message]).toEqual(["BAD_LINK", expect.stringMatching(/has kind "bytes", listen, write, /)]);
    },
  );
});
