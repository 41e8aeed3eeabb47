// META: global=worker
// META: script=../resources/test-utils.js
// META: subjects=local,channel,channel-shared
// The writable end before the far side has taken the stream, which is to it what a start() that has not settled is to
// a sink: it can be used at once, and nothing leaves. (The side that takes a stream has no such time.)

promise_test(async () => {
  const { writable, start } = await makePair({ started: false });
  const writer = writable.getWriter();
  assert_equals(writer.desiredSize, 1, "desiredSize");
  assert_equals(await writer.ready, undefined, "ready");
  await assert_pending(writer.closed, "closed");
  await start();
}, "it wants a chunk before it was taken");

promise_test(async () => {
  const { writable, start } = await makePair({ started: false, highWaterMark: 3 });
  const writer = writable.getWriter();
  const writes = writeAll(writer, ["a", "b"]);
  assert_equals(await takenOver(writes), 0, "before it was taken");
  const { readable } = await start();
  await Promise.all(writes);
  assert_array_equals(await readSome(readable.getReader(), 2), ["a", "b"]);
}, "writes wait until it was taken, and are made then, in order");

promise_test(async () => {
  const { writable, start } = await makePair({ started: false, highWaterMark: 2 });
  const writes = writeAll(writable.getWriter(), range(6));
  assert_equals(await takenOver(writes), 0, "before it was taken");
  const { readable } = await start();
  assert_equals(await takenOver(writes), 2, "as many as have room, once it was taken");
  assert_array_equals(await readSome(readable.getReader(), 6), range(6));
}, "of writes that were made before, no more are taken over than there is room for");

promise_test(async () => {
  const { writable, start } = await makePair({ started: false });
  const writer = writable.getWriter();
  const closed = writer.close();
  await assert_pending(closed, "close() before it was taken");
  const { readable } = await start();
  assert_true((await readable.getReader().read()).done, "a read");
  assert_equals(await closed, undefined, "close()");
  assert_equals(await writer.closed, undefined, "writer.closed");
}, "close() waits until it was taken");

promise_test(async () => {
  const { writable, start } = await makePair({ started: false, highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(5));
  const closed = writer.close();
  const { readable } = await start();
  assert_array_equals(await readAll(readable.getReader()), range(5));
  await closed;
}, "what was written before is read before the end, however early close() was called");

promise_test(async (t) => {
  const { writable, start } = await makePair({ started: false });
  const writer = writable.getWriter();
  const reason = new RangeError("never mind");
  const [write] = writeAll(writer, ["a"]);
  const aborted = writer.abort(reason);
  await promise_rejects_exactly(t, reason, writer.ready, "ready");
  const { readable } = await start();
  assert_equals(await aborted, undefined, "abort()");
  await promise_rejects_exactly(t, reason, write, "the write");
  await promise_rejects_exactly(t, reason, writer.closed, "writer.closed");
  await promise_rejects_alike(t, reason, readable.getReader().closed, "reader.closed");
}, "abort() before it was taken rejects what was written, and its reason arrives");

promise_test(async (t) => {
  const { writable, start } = await makePair({ started: false });
  const writer = writable.getWriter();
  const closed = handled(writer.close());
  handled(writer.abort("never mind"));
  const { readable } = await start();
  await promise_rejects_exactly(t, "never mind", closed, "close()");
  await promise_rejects_exactly(t, "never mind", readable.getReader().read(), "a read");
}, "abort() before it was taken comes before a close() that waits");

promise_test(async (t) => {
  const { writable, start } = await makePair({ started: false });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  const { readable } = await start();
  await readable.cancel("not wanted");
  await promise_rejects_exactly(t, "not wanted", writer.closed, "writer.closed");
}, "a side that takes it and cancels errors it");

promise_test(async () => {
  const { writable, start } = await makePair({ started: false, highWaterMark: 2 });
  const writer = writable.getWriter();
  const queue = writer.desiredSize;
  writer.releaseLock();
  const source = countingSource(40);
  const pipe = source.readable.pipeTo(writable);
  await quiet();
  assert_less_than_equal(source.produced, queue, "asked of the source before it was taken");
  const { readable } = await start();
  await quiet();
  assert_less_than_equal(source.produced, queue + 2, "and while nobody reads");
  assert_array_equals(await readAll(readable.getReader()), range(40));
  await pipe;
}, "a source piped to it is asked for no more than its queue holds until it was taken");

promise_test(async () => {
  const { writable, start } = await makePair({ started: false, highWaterMark: 2 });
  const first = writable.getWriter();
  const writes = writeAll(first, ["a"]);
  first.releaseLock();
  assert_false(writable.locked);
  writes.push(...writeAll(writable.getWriter(), ["b"]));
  const { readable } = await start();
  await Promise.all(writes);
  assert_array_equals(await readSome(readable.getReader(), 2), ["a", "b"]);
}, "writers may change before it was taken");
