// META: global=worker
// META: script=../resources/test-utils.js
// The writable end is the platform's own object: what its properties are, and what of a call's arguments crosses.

promise_test(async () => {
  const { writable } = await makePair();
  assert_array_equals(Object.keys(writable), [], "own properties of the stream");
  const writer = writable.getWriter();
  assert_true(writer instanceof WritableStreamDefaultWriter);
  assert_array_equals(Object.keys(writer), [], "own properties of the writer");
}, "neither the stream nor its writer has properties of its own");

promise_test(async () => {
  const { writable } = await makePair();
  const { locked } = Object.getOwnPropertyDescriptors(WritableStream.prototype);
  assert_equals(locked.get.call(writable), false);
  const writer = WritableStream.prototype.getWriter.call(writable);
  assert_equals(locked.get.call(writable), true);
  WritableStreamDefaultWriter.prototype.releaseLock.call(writer);
  assert_equals(locked.get.call(writable), false);
}, "the prototypes' own methods and getters apply to it");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const { write } = writable.getWriter();
  await promise_rejects_js(t, TypeError, write("a"), "without a writer");
  await promise_rejects_js(t, TypeError, write.call(writable, "a"), "of the stream itself");
  await promise_rejects_js(t, TypeError, write.call({}, "a"), "of any object");
  await assert_pending(readable.getReader().read(), "nothing has arrived");
}, "write() of anything but a writer is a TypeError, and nothing arrives");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  await writer.write();
  await writer.write("a", "b", "c");
  assert_array_equals(await readSome(readable.getReader(), 2), [undefined, "a"]);
}, "write() sends its first argument and no other; without one, undefined");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  await writer.abort("the reason", "something else");
  await promise_rejects_exactly(t, "the reason", writer.closed, "writer.closed");
  await promise_rejects_exactly(t, "the reason", readable.getReader().closed, "reader.closed");
}, "abort() sends its first argument and no other");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writer.write("a");
  await writer.close("not a chunk");
  assert_array_equals(await readAll(readable.getReader()), ["a"]);
}, "close() sends no argument");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  const { closed, ready } = writer;
  assert_equals(writer.closed, closed, "closed");
  assert_equals(writer.ready, ready, "ready");
  await ready;
  writeAll(writer, range(8));
  const waiting = writer.ready;
  assert_not_equals(waiting, ready, "ready when full");
  await assert_pending(waiting, "ready when full");
  assert_equals(writer.ready, waiting, "ready while full");
  assert_equals(writer.closed, closed, "closed, still");
  await readSome(readable.getReader(), 8);
  await waiting;
}, "closed is one promise, and ready is one until it is full, and another until it is not");

promise_test(async (t) => {
  const { writable } = await makePair();
  const writer = writable.getWriter();
  await writer.ready;
  const { closed } = writer;
  writer.releaseLock();
  await promise_rejects_js(t, TypeError, closed, "closed, of before");
  await promise_rejects_js(t, TypeError, writer.closed, "closed");
  await promise_rejects_js(t, TypeError, writer.ready, "ready");
  await promise_rejects_js(t, TypeError, writer.close(), "close()");
  await promise_rejects_js(t, TypeError, writer.abort(), "abort()");
  assert_throws_js(TypeError, () => writer.desiredSize, "desiredSize");
  assert_equals(writer.releaseLock(), undefined, "releaseLock() again");
  await writable.close();
}, "a writer that was released is of no use, and does the stream no harm");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const calls = [];
  for (const name of ["getWriter", "abort", "close"]) writable[name] = () => calls.push(name);
  handled(countingSource(5).readable.pipeTo(writable, { preventClose: true }));
  const chunks = await readSome(readable.getReader(), 5);
  assert_array_equals(chunks, range(5));
  assert_array_equals(calls, [], "methods that were put on the stream");
}, "pipeTo() uses none of the stream's properties, whatever a program has put there");

promise_test(async () => {
  const { writable } = await makePair();
  const writer = writable.getWriter();
  const other = (await makePair()).writable;
  assert_throws_js(TypeError, () => new WritableStreamDefaultWriter(writable), "of a locked stream");
  writer.releaseLock();
  const made = new WritableStreamDefaultWriter(writable);
  assert_true(writable.locked);
  assert_false(other.locked);
  made.releaseLock();
}, "new WritableStreamDefaultWriter() is getWriter()");
