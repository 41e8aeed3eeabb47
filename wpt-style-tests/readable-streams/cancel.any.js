// META: global=worker
// META: script=../resources/test-utils.js
// cancel() at the readable end, and what both ends are afterwards.

promise_test(async () => {
  const { readable } = await makePair();
  const reader = readable.getReader();
  assert_equals(await reader.cancel("enough"), undefined, "cancel()");
  assert_equals(await reader.closed, undefined, "reader.closed");
  assert_true((await reader.read()).done, "a read afterwards");
}, "cancel() is fulfilled with undefined and closes the readable end");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await readable.getReader().cancel("enough");
  await promise_rejects_exactly(t, "enough", writer.closed, "writer.closed");
  await promise_rejects_exactly(t, "enough", writer.ready, "writer.ready");
  await promise_rejects_exactly(t, "enough", writer.write("a"), "a write afterwards");
  assert_equals(writer.desiredSize, null, "desiredSize");
}, "cancel(reason) errors the writable end with the reason");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await readable.cancel();
  await promise_rejects_exactly(t, undefined, writer.closed, "writer.closed");
}, "cancel() without a reason errors the writable end with undefined");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  const writes = writeAll(writer, range(4));
  assert_equals(await takenOver(writes), 1, "writes taken over before");
  await readable.cancel("enough");
  for (const write of writes.slice(1)) await promise_rejects_exactly(t, "enough", write, "a write that waited");
}, "writes that wait for room are rejected with the reason of cancel()");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, range(3));
  const closed = writer.close();
  await assert_pending(closed, "close() behind writes that wait");
  await readable.cancel("enough");
  await promise_rejects_exactly(t, "enough", closed, "close()");
  await promise_rejects_exactly(t, "enough", writer.closed, "writer.closed");
}, "a close() that waits behind writes is rejected with the reason of cancel()");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  await Promise.all(writeAll(writable.getWriter(), range(3)));
  const reader = readable.getReader();
  await reader.cancel("enough");
  const { value, done } = await reader.read();
  assert_true(done);
  assert_equals(value, undefined);
}, "cancel() throws away the chunks that were not read");

promise_test(async () => {
  const { readable } = await makePair();
  const reader = readable.getReader();
  const reads = [reader.read(), reader.read()];
  reader.cancel("enough");
  for (const { done } of await Promise.all(reads)) assert_true(done);
}, "reads that wait are fulfilled as done by cancel()");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const reader = readable.getReader();
  await promise_rejects_js(t, TypeError, readable.cancel("enough"), "cancel() of a locked stream");
  await writable.getWriter().write("a");
  assert_equals((await reader.read()).value, "a");
}, "cancel() of a locked stream is a TypeError and does no harm");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writer.write("a");
  await writer.close();
  const reader = readable.getReader();
  assert_array_equals(await readAll(reader), ["a"]);
  assert_equals(await reader.cancel("too late"), undefined);
  assert_equals(await writer.closed, undefined);
}, "cancel() after the end was read changes nothing");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  await writer.close();
  await readable.cancel("enough");
  await quiet();
  assert_equals(await writer.closed, undefined, "writer.closed");
  assert_equals(writer.desiredSize, 0, "desiredSize");
}, "cancel() of what is left after close() was fulfilled leaves the writable end closed");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  await writable.abort("gone");
  const reader = readable.getReader();
  await promise_rejects_exactly(t, "gone", reader.closed, "reader.closed");
  await promise_rejects_exactly(t, "gone", reader.cancel("enough"), "cancel()");
}, "cancel() of an errored stream is rejected with the error that it has");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const reader = readable.getReader();
  await Promise.all([reader.cancel("first"), reader.cancel("second")]);
  await promise_rejects_exactly(t, "first", writable.getWriter().closed, "writer.closed");
}, "of two calls of cancel() the first one's reason counts");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  await readable.cancel("enough");
  const writer = writable.getWriter();
  await writer.closed.catch(() => {});
  const back = other.writable.getWriter();
  writeAll(back, range(5));
  const closed = back.close();
  assert_array_equals(await readAll(other.readable.getReader()), range(5));
  await closed;
}, "cancel() leaves the other direction as it is");
