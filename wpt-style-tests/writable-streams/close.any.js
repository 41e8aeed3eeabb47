// META: global=worker
// META: script=../resources/test-utils.js
// close() ends the stream behind all that was written, and is fulfilled when the end has arrived.

promise_test(async () => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  assert_equals(await writer.close(), undefined, "close()");
  assert_equals(await writer.closed, undefined, "writer.closed");
  assert_equals(writer.desiredSize, 0, "desiredSize");
  const reader = readable.getReader();
  assert_true((await reader.read()).done, "the reader's first read");
  assert_equals(await reader.closed, undefined, "reader.closed");
}, "close() of an unused stream closes both ends");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const writes = writeAll(writer, range(7));
  const closed = writer.close();
  assert_array_equals(await readAll(readable.getReader()), range(7));
  await Promise.all([...writes, closed]);
}, "every chunk written before close() is read before the end");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b", "c"]);
  await writer.close();
  await quiet();
  assert_array_equals(await readAll(readable.getReader()), ["a", "b", "c"]);
}, "close() needs no read when the chunks have room, and they can be read later");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b", "c"]);
  const closed = writer.close();
  await assert_pending(closed, "close() while two chunks wait");
  const reader = readable.getReader();
  assert_array_equals(await readSome(reader, 1), ["a"]);
  await assert_pending(closed, "close() while one chunk waits");
  assert_array_equals(await readAll(reader), ["b", "c"]);
  await closed;
}, "close() waits for the writes that wait for room");

promise_test(async () => {
  const { readable, writable } = await makePair();
  const reader = readable.getReader();
  const reads = [reader.read(), reader.read(), reader.read()];
  const writer = writable.getWriter();
  writer.write("a");
  writer.close();
  const [first, second, third] = await Promise.all(reads);
  assert_equals(first.value, "a");
  assert_true(second.done, "second read");
  assert_true(third.done, "third read");
}, "reads that wait are fulfilled as done when the end arrives");

promise_test(async (t) => {
  const { writable } = await makePair();
  const writer = writable.getWriter();
  const closed = writer.close();
  await promise_rejects_js(t, TypeError, writer.close(), "close() while closing");
  await closed;
  await promise_rejects_js(t, TypeError, writer.close(), "close() when closed");
  assert_equals(await writer.closed, undefined, "writer.closed");
}, "a second close() is a TypeError and does no harm");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await readable.cancel("enough");
  await writer.closed.catch(() => {});
  await promise_rejects_js(t, TypeError, writer.close(), "close()");
  await promise_rejects_exactly(t, "enough", writer.closed, "writer.closed");
}, "close() of an errored stream is a TypeError, and the error stays what it was");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  const closed = writer.close();
  writer.releaseLock();
  assert_array_equals(await readAll(readable.getReader()), ["a", "b"]);
  await closed;
  assert_equals(await writable.getWriter().closed, undefined, "closed of the next writer");
}, "close() goes on after releaseLock()");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await promise_rejects_js(t, TypeError, writable.close(), "close() of a locked stream");
  writer.releaseLock();
  await writable.close();
  assert_true((await readable.getReader().read()).done);
}, "writable.close() needs no writer, and is a TypeError while there is one");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  await writer.close();
  assert_equals(await writer.abort("too late"), undefined, "abort()");
  assert_equals(await writer.closed, undefined, "writer.closed");
  await quiet();
  assert_array_equals(await readAll(readable.getReader()), ["a", "b"]);
}, "abort() after close() was fulfilled changes nothing, unread chunks stay");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  await writable.getWriter().close();
  assert_array_equals(await readAll(readable.getReader()), []);
  const back = other.writable.getWriter();
  writeAll(back, range(5));
  const closed = back.close();
  assert_array_equals(await readAll(other.readable.getReader()), range(5));
  await closed;
}, "close() leaves the other direction open");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 0 });
  const writer = writable.getWriter();
  await writer.close();
  assert_true((await readable.getReader().read()).done);
}, "close() needs no room: it is fulfilled with a highWaterMark of 0 and no read");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const back = other.writable.getWriter();
  writeAll(writer, ["a", "b"]);
  writeAll(back, ["c", "d"]);
  await Promise.all([writer.close(), back.close()]);
  assert_array_equals(await readAll(readable.getReader()), ["a", "b"]);
  assert_array_equals(await readAll(other.readable.getReader()), ["c", "d"]);
}, "both directions closed at once can both still be read to their ends");
