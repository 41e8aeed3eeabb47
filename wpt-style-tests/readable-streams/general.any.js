// META: global=worker
// META: script=../resources/test-utils.js
// What the readable end gives of what the writable end was given: all of it, in order, and no more.

promise_test(async () => {
  const { readable, writable } = await makePair();
  assert_true(readable instanceof ReadableStream, "readable is a ReadableStream");
  assert_true(writable instanceof WritableStream, "writable is a WritableStream");
  assert_false(readable.locked, "readable is unlocked");
  assert_false(writable.locked, "writable is unlocked");
}, "both ends are streams of the platform, unlocked");

promise_test(async () => {
  const { readable } = await makePair();
  assert_throws_js(TypeError, () => readable.getReader({ mode: "byob" }));
  assert_false(readable.locked, "not locked by that");
}, "a readable end that is no byte stream has no BYOB reader");

promise_test(async () => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  const reader = readable.getReader();
  writeAll(writer, range(50));
  assert_array_equals(await readSome(reader, 50), range(50));
}, "chunks are read in the order in which they were written");

promise_test(async () => {
  const { readable, writable } = await makePair();
  const reader = readable.getReader();
  const read = reader.read();
  await assert_pending(read, "nothing was written yet");
  await writable.getWriter().write("a");
  const { value, done } = await read;
  assert_equals(value, "a");
  assert_false(done);
}, "a read that waits is given the next chunk written");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 0 });
  const reader = readable.getReader();
  const reads = range(4).map(() => reader.read());
  writeAll(writable.getWriter(), ["a", "b", "c", "d"]);
  const values = (await Promise.all(reads)).map(({ value }) => value);
  assert_array_equals(values, ["a", "b", "c", "d"]);
}, "several reads that wait are filled in order, also with a highWaterMark of 0");

for (const highWaterMark of [0, 1, 2, 3, 16, 1000]) {
  promise_test(async () => {
    const { readable, writable } = await makePair({ highWaterMark });
    const writer = writable.getWriter();
    writeAll(writer, range(100));
    const closed = writer.close();
    assert_array_equals(await readAll(readable.getReader()), range(100));
    await closed;
  }, `100 chunks pass through a highWaterMark of ${highWaterMark}`);
}

promise_test(async () => {
  const values = [
    undefined,
    null,
    false,
    true,
    0,
    -0,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 70n,
    "",
    "é\0\ud83d",
  ];
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  writeAll(writer, values);
  writer.close();
  assert_array_equals(await readAll(readable.getReader()), values);
}, "every primitive is a chunk, undefined and null too");

promise_test(async () => {
  const { readable, writable } = await makePair();
  const shared = { n: 1 };
  writable.getWriter().write({
    date: new Date(5),
    map: new Map([["k", [shared, shared]]]),
    set: new Set([1]),
    bytes: new Uint16Array([1, 65535]),
    buffer: new Uint8Array([7]).buffer,
  });
  const { value } = await readable.getReader().read();
  assert_equals(value.date.getTime(), 5);
  assert_equals(value.map.get("k")[0].n, 1);
  assert_equals(value.map.get("k")[0], value.map.get("k")[1], "what was one object is one object");
  assert_true(value.set.has(1));
  assert_true(value.bytes instanceof Uint16Array);
  assert_array_equals(value.bytes, [1, 65535]);
  assert_array_equals(new Uint8Array(value.buffer), [7]);
}, "an object chunk keeps what structured clone keeps");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 20 });
  const writer = writable.getWriter();
  const bytes = new Uint8Array(3);
  for (const n of range(20)) await writer.write(bytes.fill(n));
  const chunks = await readSome(readable.getReader(), 20);
  for (const n of range(20)) assert_array_equals(chunks[n], [n, n, n]);
}, "a buffer used again once its write was fulfilled arrives as it was each time");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 20 });
  const writer = writable.getWriter();
  const row = { n: 0 };
  for (row.n of range(20)) await writer.write(row);
  const chunks = await readSome(readable.getReader(), 20);
  assert_array_equals(
    chunks.map(({ n }) => n),
    range(20),
  );
}, "an object used again once its write was fulfilled arrives as it was each time");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const bytes = new Uint8Array([1, 2, 3, 4]);
  await writable.getWriter().write(bytes.subarray(1, 3));
  const { value } = await readable.getReader().read();
  assert_array_equals(value, [2, 3]);
  assert_equals(bytes.byteLength, 4, "the writer's own buffer is not taken away");
}, "a view of a larger buffer arrives as that view, and is copied");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const first = readable.getReader();
  const read = first.read();
  first.releaseLock();
  await promise_rejects_js(t, TypeError, read, "the read that waited");
  writer.write("a");
  const second = readable.getReader();
  const { value } = await second.read();
  assert_equals(value, "a");
}, "releaseLock() rejects a read that waits, and the chunk goes to the next reader");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  writeAll(writable.getWriter(), range(6));
  const first = readable.getReader();
  assert_array_equals(await readSome(first, 2), [0, 1]);
  first.releaseLock();
  assert_false(readable.locked);
  assert_array_equals(await readSome(readable.getReader(), 4), [2, 3, 4, 5]);
}, "a second reader goes on where the first one left");

promise_test(async () => {
  const { readable, writable } = await makePair();
  const double = new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk * 2) });
  const writer = writable.getWriter();
  writeAll(writer, range(5));
  writer.close();
  assert_array_equals(await readAll(readable.pipeThrough(double).getReader()), [0, 2, 4, 6, 8]);
}, "pipeThrough() works from the readable end");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  const writer = writable.getWriter();
  const reader = readable.getReader();
  writeAll(writer, range(3));
  await writer.close();
  await assert_pending(reader.closed, "closed while three chunks are unread");
  assert_array_equals(await readAll(reader), range(3));
  await reader.closed;
}, "reader.closed is fulfilled once the last chunk was read, not before");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  const there = writable.getWriter();
  const back = other.writable.getWriter();
  writeAll(there, ["a", "b", "c"]);
  writeAll(back, [1, 2, 3]);
  const [a, b] = await Promise.all([readSome(readable.getReader(), 3), readSome(other.readable.getReader(), 3)]);
  assert_array_equals(a, ["a", "b", "c"]);
  assert_array_equals(b, [1, 2, 3]);
}, "the two directions do not mix");
