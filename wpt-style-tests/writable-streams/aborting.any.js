// META: global=worker
// META: script=../resources/test-utils.js
// abort() at the writable end: at once, whatever waits, and with its reason at the other end.

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  const reason = new Error("gone");
  assert_equals(await writer.abort(reason), undefined, "abort()");
  await promise_rejects_exactly(t, reason, writer.closed, "writer.closed");
  await promise_rejects_exactly(t, reason, writer.ready, "writer.ready");
  await promise_rejects_exactly(t, reason, writer.write("a"), "a write afterwards");
  assert_equals(writer.desiredSize, null, "desiredSize");
  const reader = readable.getReader();
  await promise_rejects_alike(t, reason, reader.closed, "reader.closed");
  await promise_rejects_alike(t, reason, reader.read(), "a read");
}, "abort(reason) errors both ends with the reason");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  await writable.abort();
  await promise_rejects_exactly(t, undefined, readable.getReader().closed, "reader.closed");
  await promise_rejects_exactly(t, undefined, writable.getWriter().closed, "writer.closed");
}, "abort() without a reason errors both ends with undefined");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const reader = readable.getReader();
  const reads = [reader.read(), reader.read()];
  writable.abort("gone");
  for (const read of reads) await promise_rejects_exactly(t, "gone", read, "a read that waited");
}, "reads that wait are rejected with the reason of abort()");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  const writer = writable.getWriter();
  await Promise.all(writeAll(writer, range(3)));
  await writer.abort("gone");
  const reader = readable.getReader();
  await promise_rejects_exactly(t, "gone", reader.closed, "reader.closed");
  await promise_rejects_exactly(t, "gone", reader.read(), "a read of what was not read before");
}, "abort() throws away the chunks that were not read");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  const writes = writeAll(writer, range(4));
  assert_equals(await takenOver(writes), 1, "writes taken over before");
  assert_equals(await writer.abort("gone"), undefined, "abort()");
  for (const write of writes.slice(1)) await promise_rejects_exactly(t, "gone", write, "a write that waited");
  await promise_rejects_exactly(t, "gone", readable.getReader().closed, "reader.closed");
}, "abort() does not wait for room: the writes that do are rejected with its reason");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 0 });
  const writer = writable.getWriter();
  const [write] = writeAll(writer, ["a"]);
  await assert_pending(write, "a write nobody reads");
  await writer.abort("gone");
  await promise_rejects_exactly(t, "gone", write, "the write");
  await promise_rejects_exactly(t, "gone", readable.getReader().read(), "a read");
}, "abort() does not wait for a read either, with a highWaterMark of 0");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, range(3));
  const closed = writer.close();
  await assert_pending(closed, "close() behind writes that wait");
  await writer.abort("gone");
  await promise_rejects_exactly(t, "gone", closed, "close()");
  await promise_rejects_exactly(t, "gone", readable.getReader().closed, "reader.closed");
}, "abort() after close() that still waits: the stream is errored, not closed");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await promise_rejects_js(t, TypeError, writable.abort("gone"), "abort() of a locked stream");
  writer.write("a");
  assert_equals((await readable.getReader().read()).value, "a");
}, "writable.abort() of a locked stream is a TypeError and does no harm");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await Promise.all([writer.abort("first"), writer.abort("second")]);
  await promise_rejects_exactly(t, "first", writer.closed, "writer.closed");
  await promise_rejects_exactly(t, "first", readable.getReader().closed, "reader.closed");
  assert_equals(await writer.abort("third"), undefined, "abort() of an errored stream");
}, "of several calls of abort() the first one's reason counts");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const reader = readable.getReader();
  writeAll(writer, ["a", "b"]);
  assert_array_equals(await readSome(reader, 2), ["a", "b"]);
  writer.abort("gone");
  await promise_rejects_exactly(t, "gone", reader.read(), "the next read");
}, "chunks read before abort() were read, the next read is rejected");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  writer.abort("gone");
  writer.releaseLock();
  await promise_rejects_exactly(t, "gone", readable.getReader().closed, "reader.closed");
  await promise_rejects_exactly(t, "gone", writable.getWriter().closed, "closed of the next writer");
}, "abort() goes on after releaseLock()");

promise_test(async (t) => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  await writable.getWriter().abort("gone");
  await promise_rejects_exactly(t, "gone", readable.getReader().closed, "reader.closed");
  const back = other.writable.getWriter();
  writeAll(back, range(5));
  const closed = back.close();
  assert_array_equals(await readAll(other.readable.getReader()), range(5));
  await closed;
}, "abort() leaves the other direction as it is");

promise_test(async (t) => {
  const one = await makePair();
  const two = await makePair();
  await one.writable.abort("gone");
  await promise_rejects_exactly(t, "gone", one.readable.getReader().closed, "reader.closed");
  two.writable.getWriter().write("a");
  assert_equals((await two.readable.getReader().read()).value, "a");
}, "abort() leaves other pairs as they are");
