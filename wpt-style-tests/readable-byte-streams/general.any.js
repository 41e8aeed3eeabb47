// META: global=worker
// META: script=../resources/test-utils.js
// The readable end as a byte stream: what is written are buffers, what is read is filled into the reader's own.

const bytesPair = (options) => makePair({ readable: "bytes", highWaterMark: 64, ...options });
const bytes = (...values) => new Uint8Array(values);
const view = (length) => new Uint8Array(length);

/** All bytes until the end, read into views of `length`. */
async function fillAll(reader, length) {
  const all = [];
  for (;;) {
    const { value, done } = await reader.read(view(length));
    if (done) return all;
    all.push(...value);
  }
}

promise_test(async () => {
  const { readable } = await bytesPair();
  const reader = readable.getReader({ mode: "byob" });
  assert_true(reader instanceof ReadableStreamBYOBReader);
  assert_true(readable.locked);
  assert_throws_js(TypeError, () => readable.getReader(), "a second reader");
  reader.releaseLock();
  assert_true(readable.getReader() instanceof ReadableStreamDefaultReader);
}, "getReader({ mode: 'byob' }) gives a BYOB reader, and after it one of the other kind");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  writable.getWriter().write(bytes(1, 2, 3));
  const { value, done } = await readable.getReader().read();
  assert_false(done);
  assert_true(value instanceof Uint8Array);
  assert_array_equals(value, [1, 2, 3]);
}, "a default reader gets Uint8Arrays");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  writable.getWriter().write(bytes(1, 2, 3));
  const own = view(8);
  const { value, done } = await readable.getReader({ mode: "byob" }).read(own);
  assert_false(done);
  assert_array_equals(value, [1, 2, 3]);
  assert_equals(value.buffer.byteLength, 8, "the memory of the view that was given");
  assert_equals(own.byteLength, 0, "which is detached from the view itself");
}, "read(view) fills the view's memory, which moves to the result");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const reader = readable.getReader({ mode: "byob" });
  const read = reader.read(view(4));
  await assert_pending(read, "nothing was written yet");
  writable.getWriter().write(bytes(9));
  assert_array_equals((await read).value, [9]);
}, "read(view) waits for the first bytes, and not for more");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  writable.getWriter().write(bytes(...range(10)));
  const reader = readable.getReader({ mode: "byob" });
  assert_array_equals((await reader.read(view(4))).value, [0, 1, 2, 3]);
  assert_array_equals((await reader.read(view(4))).value, [4, 5, 6, 7]);
  assert_array_equals((await reader.read(view(4))).value, [8, 9]);
}, "a chunk that is larger than the view is given in parts");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  await Promise.all(writeAll(writable.getWriter(), [bytes(1, 2), bytes(3), bytes(4, 5, 6)]));
  await quiet();
  const { value } = await readable.getReader({ mode: "byob" }).read(view(16));
  assert_array_equals(value, [1, 2, 3, 4, 5, 6]);
}, "chunks that are there fill one view together");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const reader = readable.getReader({ mode: "byob" });
  const buffer = new ArrayBuffer(8);
  writer.write(bytes(1, 2, 3));
  const { value } = await reader.read(new Uint8Array(buffer, 2, 4));
  assert_equals(value.byteOffset, 2, "offset");
  assert_equals(value.byteLength, 3, "length");
  assert_array_equals(new Uint8Array(value.buffer), [0, 0, 1, 2, 3, 0, 0, 0]);
}, "a view into the middle of a buffer is filled there, the rest is left as it is");

for (const View of [Int8Array, Uint8ClampedArray, Uint16Array, Float64Array, DataView]) {
  promise_test(async () => {
    const { readable, writable } = await bytesPair();
    writable.getWriter().write(bytes(...range(16)));
    const { value } = await readable.getReader({ mode: "byob" }).read(new View(new ArrayBuffer(16)));
    assert_equals(value.constructor, View, "the kind of view that was given");
    assert_equals(value.byteLength, 16);
    assert_array_equals(new Uint8Array(value.buffer), range(16));
  }, `read() into a ${View.name} gives one`);
}

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const read = readable.getReader({ mode: "byob" }).read(new Uint32Array(2));
  writer.write(bytes(1, 0));
  await assert_pending(read, "half an element");
  writer.write(bytes(0, 0));
  const { value } = await read;
  assert_equals(value.length, 1);
  assert_array_equals(new Uint8Array(value.buffer, 0, 4), [1, 0, 0, 0]);
}, "a read into larger elements waits for a whole one");

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  handled(writer.closed);
  const reader = readable.getReader({ mode: "byob" });
  const read = handled(reader.read(new Uint16Array(1)));
  await writer.write(bytes(1));
  handled(writer.close());
  await promise_rejects_js(t, TypeError, read, "the read");
  await promise_rejects_js(t, TypeError, reader.closed, "reader.closed");
}, "an end in the middle of an element is a TypeError to its reader");

for (const [what, chunk, expected] of [
  ["an ArrayBuffer", () => bytes(1, 2, 3, 4).buffer, [1, 2, 3, 4]],
  ["a Uint16Array", () => new Uint16Array(bytes(1, 2, 3, 4).buffer), [1, 2, 3, 4]],
  ["a DataView", () => new DataView(bytes(1, 2, 3, 4).buffer, 1, 2), [2, 3]],
  ["a part of a larger buffer", () => bytes(1, 2, 3, 4).subarray(1, 3), [2, 3]],
]) {
  promise_test(async () => {
    const { readable, writable } = await bytesPair();
    const written = chunk();
    const { byteLength } = written;
    await writable.getWriter().write(written);
    const { value } = await readable.getReader({ mode: "byob" }).read(view(16));
    assert_array_equals(value, expected);
    assert_equals(written.byteLength, byteLength, "the writer's own memory is not taken away");
  }, `${what} is written as its bytes`);
}

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const read = readable.getReader({ mode: "byob" }).read(view(4));
  await writer.write(bytes());
  await assert_pending(read, "after a chunk without bytes");
  await writer.write(bytes(7));
  assert_array_equals((await read).value, [7]);
}, "a chunk without bytes is taken over and serves no read");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  writeAll(writer, [bytes(1, 2), bytes(3)]);
  handled(writer.close());
  const reader = readable.getReader({ mode: "byob" });
  assert_array_equals(await fillAll(reader, 2), [1, 2, 3]);
  const { value, done } = await reader.read(view(5));
  assert_true(done);
  assert_true(value instanceof Uint8Array, "the reader gets its view back");
  assert_equals(value.byteLength, 0, "with nothing in it");
  assert_equals(value.buffer.byteLength, 5, "and its memory");
  await reader.closed;
}, "behind the end a read is done, and gives back the reader's memory");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const reader = readable.getReader({ mode: "byob" });
  const reads = [reader.read(view(3)), reader.read(view(4))];
  await writable.getWriter().close();
  for (const [index, { value, done }] of (await Promise.all(reads)).entries()) {
    assert_true(done);
    assert_equals(value.byteLength, 0);
    assert_equals(value.buffer.byteLength, 3 + index);
  }
}, "reads into views that wait are done when the end arrives");

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const reader = readable.getReader({ mode: "byob" });
  const read = reader.read(view(4));
  assert_equals(await reader.cancel("enough"), undefined, "cancel()");
  assert_object_equals(await read, { value: undefined, done: true }, "the read");
  await promise_rejects_exactly(t, "enough", writer.closed, "writer.closed");
}, "cancel() ends a read into a view, whose memory is gone, and errors the writable end");

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const reason = new RangeError("gone");
  const reader = readable.getReader({ mode: "byob" });
  const read = handled(reader.read(view(4)));
  await writable.abort(reason);
  await promise_rejects_alike(t, reason, read, "the read that waited");
  await promise_rejects_alike(t, reason, reader.read(view(4)), "another one");
  await promise_rejects_alike(t, reason, reader.closed, "closed");
}, "abort() rejects reads into views with its reason");

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const first = readable.getReader({ mode: "byob" });
  const read = first.read(view(4));
  first.releaseLock();
  await promise_rejects_js(t, TypeError, read, "the read that waited");
  writer.write(bytes(1, 2));
  const second = readable.getReader({ mode: "byob" });
  assert_array_equals((await second.read(view(4))).value, [1, 2]);
}, "releaseLock() rejects a read into a view, and the bytes go to the next reader");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  writable.getWriter().write(bytes(...range(6)));
  const byob = readable.getReader({ mode: "byob" });
  assert_array_equals((await byob.read(view(2))).value, [0, 1]);
  byob.releaseLock();
  const plain = readable.getReader();
  assert_array_equals((await plain.read()).value, [2, 3, 4, 5]);
}, "a default reader goes on where a BYOB reader has left");

promise_test(async () => {
  const { readable, writable } = await bytesPair({ highWaterMark: 10 });
  const writes = writeAll(
    writable.getWriter(),
    range(6).map((n) => view(4).fill(n)),
  );
  assert_equals(await takenOver(writes), 3, "4 and 8 are below 10, 12 is not");
  const reader = readable.getReader({ mode: "byob" });
  const all = [];
  while (all.length < 24) all.push(...(await reader.read(view(24))).value);
  assert_array_equals(
    all,
    range(24).map((at) => Math.floor(at / 4)),
  );
  await Promise.all(writes);
}, "the highWaterMark counts bytes: chunks are taken over while fewer are held");

promise_test(async () => {
  const { readable, writable } = await bytesPair({ highWaterMark: 0 });
  const writes = writeAll(writable.getWriter(), [bytes(1, 2), bytes(3, 4)]);
  assert_equals(await takenOver(writes), 0, "before any read");
  const reader = readable.getReader({ mode: "byob" });
  assert_array_equals((await reader.read(view(2))).value, [1, 2]);
  assert_equals(await takenOver(writes), 1, "after one read");
  assert_array_equals((await reader.read(view(2))).value, [3, 4]);
  await Promise.all(writes);
}, "with a highWaterMark of 0 each write waits for a read of its own");

for (const length of [1, 7, 64, 1000]) {
  promise_test(async () => {
    const { readable, writable } = await bytesPair({ highWaterMark: 50 });
    const writer = writable.getWriter();
    const chunks = range(40).map((n) => view((n * 13) % 37).fill(n));
    writeAll(writer, chunks);
    const closed = writer.close();
    const all = await fillAll(readable.getReader({ mode: "byob" }), length);
    assert_array_equals(
      all,
      chunks.flatMap((chunk) => [...chunk]),
    );
    await closed;
  }, `chunks of many lengths pass through views of ${length} bytes, in order`);
}

promise_test(async () => {
  const { readable, writable } = await bytesPair({ highWaterMark: 8 });
  const writer = writable.getWriter();
  const sink = recordingSink();
  const pipe = readable.pipeTo(sink.writable);
  const sent = range(30);
  writeAll(
    writer,
    sent.map((n) => bytes(n, n)),
  );
  handled(writer.close());
  await pipe;
  const all = sink.chunks().flatMap((chunk) => [...chunk]);
  assert_array_equals(
    all,
    sent.flatMap((n) => [n, n]),
  );
}, "pipeTo() works from a byte stream");
