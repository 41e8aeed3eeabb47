// META: global=worker
// META: script=../resources/test-utils.js
// What a program may and may not give as a queuing strategy: refused as the standard's constructors refuse it, and
// where size() fails later, both ends are errored.

const thrown = new Error("what the strategy threw");

const refused = [
  ["a highWaterMark of NaN", RangeError, { highWaterMark: Number.NaN }],
  ["a highWaterMark of -1", RangeError, { highWaterMark: -1 }],
  ["a highWaterMark of -Infinity", RangeError, { highWaterMark: Number.NEGATIVE_INFINITY }],
  ["a highWaterMark that is a word", RangeError, { highWaterMark: "many" }],
  ["a highWaterMark that is an object", RangeError, { highWaterMark: {} }],
  ["a highWaterMark that is a symbol", TypeError, { highWaterMark: Symbol("many") }],
  ["a highWaterMark that is a bigint", TypeError, { highWaterMark: 1n }],
  ["a size that is no function", TypeError, { highWaterMark: 1, size: "large" }],
  ["a size of null", TypeError, { highWaterMark: 1, size: null }],
  ["a number instead of a strategy", TypeError, 1],
  ["a string instead of a strategy", TypeError, "many"],
];

for (const [what, ErrorClass, strategy] of refused) {
  promise_test(async (t) => {
    await promise_rejects_js(t, ErrorClass, makePair({ strategy }), "makePair()");
  }, `${what} is a ${ErrorClass.name}`);
}

promise_test(async (t) => {
  const strategy = {
    get highWaterMark() {
      throw thrown;
    },
  };
  await promise_rejects_exactly(t, thrown, makePair({ strategy }), "makePair()");
}, "what a getter of highWaterMark throws comes out as it is");

promise_test(async (t) => {
  const strategy = {
    highWaterMark: 1,
    get size() {
      throw thrown;
    },
  };
  await promise_rejects_exactly(t, thrown, makePair({ strategy }), "makePair()");
}, "what a getter of size throws comes out as it is");

promise_test(async (t) => {
  const highWaterMark = {
    valueOf() {
      throw thrown;
    },
  };
  await promise_rejects_exactly(t, thrown, makePair({ strategy: { highWaterMark } }), "makePair()");
}, "what the conversion of a highWaterMark throws comes out as it is");

const converted = [
  ["the string 2", "2", 2],
  ["true", true, 1],
  ["null", null, 0],
  ["an object that is 3 as a number", { valueOf: () => 3 }, 3],
  ["-0", -0, 0],
  ["1.5", 1.5, 2],
];

for (const [what, highWaterMark, taken] of converted) {
  promise_test(async () => {
    const { readable, writable } = await makePair({ strategy: { highWaterMark } });
    const writes = writeAll(writable.getWriter(), range(6));
    assert_equals(await takenOver(writes), taken, "writes taken over without a read");
    assert_array_equals(await readSome(readable.getReader(), 6), range(6));
  }, `${what} is a highWaterMark: ${taken} chunks are taken over without a read`);
}

promise_test(async () => {
  const { readable, writable } = await makePair({ strategy: { highWaterMark: Number.POSITIVE_INFINITY } });
  const writes = writeAll(writable.getWriter(), range(300));
  await Promise.all(writes);
  assert_array_equals(await readSome(readable.getReader(), 300), range(300));
}, "a highWaterMark of Infinity takes over whatever is written");

promise_test(async () => {
  const { writable } = await makePair({ strategy: { highWaterMark: 2, size: undefined } });
  assert_equals(await takenOver(writeAll(writable.getWriter(), range(6))), 2);
}, "a size of undefined counts chunks");

const sizes = [
  ["gives NaN", RangeError, () => Number.NaN],
  ["gives -1", RangeError, () => -1],
  ["gives Infinity", RangeError, () => Number.POSITIVE_INFINITY],
  ["gives undefined", RangeError, () => undefined],
  [
    "throws a SyntaxError",
    SyntaxError,
    () => {
      throw new SyntaxError("no size");
    },
  ],
];

for (const [what, ErrorClass, size] of sizes) {
  promise_test(async (t) => {
    const { readable, writable } = await makePair({ highWaterMark: 5, size });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    await promise_rejects_js(t, ErrorClass, writer.write("a"), "write()");
    await promise_rejects_js(t, ErrorClass, writer.closed, "writer.closed");
    await promise_rejects_js(t, ErrorClass, reader.closed, "reader.closed");
    await promise_rejects_js(t, ErrorClass, reader.read(), "a read");
  }, `a size() that ${what} rejects the write and errors both ends with a ${ErrorClass.name}`);
}

promise_test(async (t) => {
  const size = (chunk) => {
    if (chunk === "bad") throw thrown;
    return 1;
  };
  const { readable, writable, other } = await makePair({ highWaterMark: 2, size });
  const writer = writable.getWriter();
  await writer.write("good");
  await promise_rejects_alike(t, thrown, writer.write("bad"), "write()");
  await promise_rejects_alike(t, thrown, readable.getReader().closed, "reader.closed");
  other.writable.getWriter().write("still there");
  assert_equals((await other.readable.getReader().read()).value, "still there");
}, "a size() that throws leaves the other direction as it is");

promise_test(async (t) => {
  const { writable } = await makePair({ strategy: new ByteLengthQueuingStrategy({ highWaterMark: 10 }) });
  const writer = writable.getWriter();
  await promise_rejects_js(t, RangeError, writer.write("text has no byteLength"), "write()");
  await promise_rejects_js(t, RangeError, writer.closed, "writer.closed");
}, "a ByteLengthQueuingStrategy with a chunk that has no byteLength is a RangeError");
