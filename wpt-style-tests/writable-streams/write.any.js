// META: global=worker
// META: script=../resources/test-utils.js
// write() is fulfilled when the far side has room for the chunk: that is the backpressure of the pair.

promise_test(async () => {
  const { writable } = await makePair({ highWaterMark: 1 });
  assert_equals(await writable.getWriter().write("a"), undefined);
}, "write() is fulfilled with undefined while there is room, without any read");

for (const highWaterMark of [1, 2, 5, 16]) {
  promise_test(async () => {
    const { readable, writable } = await makePair({ highWaterMark });
    const writes = writeAll(writable.getWriter(), range(highWaterMark + 5));
    assert_equals(await takenOver(writes), highWaterMark, "before any read");
    await readSome(readable.getReader(), highWaterMark + 5);
    await Promise.all(writes);
  }, `with a highWaterMark of ${highWaterMark} just as many writes are fulfilled without a read`);
}

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 0 });
  const writes = writeAll(writable.getWriter(), range(3));
  assert_equals(await takenOver(writes), 0, "before any read");
  const reader = readable.getReader();
  assert_equals((await reader.read()).value, 0);
  assert_equals(await takenOver(writes), 1, "after one read");
  assert_array_equals(await readSome(reader, 2), [1, 2]);
  await Promise.all(writes);
}, "with a highWaterMark of 0 each write waits for a read of its own");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const reader = readable.getReader();
  const writes = writeAll(writable.getWriter(), range(4));
  for (const read of range(4)) {
    assert_equals(await takenOver(writes), read + 1, `after ${read} reads`);
    await reader.read();
  }
}, "with a highWaterMark of 1 every read lets exactly one more write through");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const reader = readable.getReader();
  const writes = writeAll(writable.getWriter(), range(40));
  for (let read = 0; read < 32; read += 4) {
    assert_less_than_equal(await takenOver(writes), read + 4, `after ${read} reads`);
    await readSome(reader, 4);
  }
  assert_equals(await takenOver(writes), 36, "once all that was taken over has been read");
}, "never more is taken over than was read plus the highWaterMark");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const order = [];
  const writes = writeAll(writable.getWriter(), range(6));
  writes.forEach((write, index) => {
    write.then(() => order.push(index));
  });
  await readSome(readable.getReader(), 6);
  await Promise.all(writes);
  assert_array_equals(order, range(6));
}, "writes are fulfilled in the order in which they were made");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  const writer = writable.getWriter();
  let written = 0;
  const producer = (async () => {
    while (written < 200) {
      await writer.ready;
      writer.write(written++);
    }
  })();
  await quiet();
  const standing = written;
  assert_greater_than_equal(standing, 3, "at least what the reader has room for");
  assert_less_than(standing, 200, "it stops");
  await quiet();
  assert_equals(written, standing, "it has stopped for good");
  const reader = readable.getReader();
  await readSome(reader, 3);
  await quiet();
  assert_greater_than(written, standing, "after reads it goes on");
  assert_less_than(written, 200, "and stops again");
  assert_array_equals(await readSome(reader, 197), range(200).slice(3));
  await producer;
}, "a producer that awaits writer.ready stops while nobody reads, and goes on with the reads");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  await writer.ready;
  const room = writer.desiredSize;
  assert_greater_than(room, 0, "desiredSize at first");
  writeAll(writer, range(room + 5));
  await quiet();
  assert_less_than_equal(writer.desiredSize, 0, "desiredSize when full");
  await assert_pending(writer.ready, "ready when full");
  await readSome(readable.getReader(), room + 5);
  await writer.ready;
  await quiet();
  assert_equals(writer.desiredSize, room, "desiredSize when all was read");
}, "desiredSize falls to 0 or below when the far side is full, and recovers");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const first = writable.getWriter();
  const writes = writeAll(first, ["a", "b", "c"]);
  first.releaseLock();
  const second = writable.getWriter();
  writes.push(...writeAll(second, ["d", "e"]));
  assert_array_equals(await readSome(readable.getReader(), 5), ["a", "b", "c", "d", "e"]);
  await Promise.all(writes);
}, "writes of a writer released meanwhile are made, before those of the next one");

promise_test(async (t) => {
  const { writable } = await makePair();
  const writer = writable.getWriter();
  assert_throws_js(TypeError, () => writable.getWriter(), "a second writer");
  writer.releaseLock();
  await promise_rejects_js(t, TypeError, writer.write("a"), "write() of a released writer");
}, "one writer at a time, and none after releaseLock()");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  const closed = writer.close();
  await promise_rejects_js(t, TypeError, writer.write("late"), "write()");
  assert_array_equals(await readAll(readable.getReader()), ["a", "b"]);
  await closed;
}, "write() behind a close() that waits is a TypeError, and the chunk does not arrive");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  await writer.close();
  await promise_rejects_js(t, TypeError, writer.write("late"), "write()");
  assert_array_equals(await readAll(readable.getReader()), []);
}, "write() of a closed stream is a TypeError, and the chunk does not arrive");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 1 });
  const stuck = writeAll(writable.getWriter(), range(5));
  const back = writeAll(other.writable.getWriter(), range(20));
  assert_array_equals(await readSome(other.readable.getReader(), 20), range(20));
  await Promise.all(back);
  assert_equals(await takenOver(stuck), 1, "the full direction is still full");
  assert_array_equals(await readSome(readable.getReader(), 5), range(5));
}, "a direction that is full does not hold up the other one");
