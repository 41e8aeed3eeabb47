// META: global=worker
// META: script=../resources/test-utils.js
// A readable stream that is passed to the other side as a value: there it is a stream of its own, fed by the one here.

promise_test(async () => {
  const source = countingSource(5);
  const there = await transferred(source.readable);
  assert_true(there instanceof ReadableStream, "a ReadableStream");
  assert_not_equals(there, source.readable, "another one");
  assert_false(there.locked, "unlocked");
  assert_true(source.readable.locked, "the original is locked");
  assert_array_equals(await readAll(there.getReader()), range(5));
}, "a readable stream arrives as one, and the original is locked");

promise_test(async () => {
  const source = silentSource();
  const reader = (await transferred(source.readable)).getReader();
  const read = reader.read();
  await assert_pending(read, "nothing was enqueued yet");
  source.controller.enqueue("a");
  assert_object_equals(await read, { value: "a", done: false });
}, "a read waits until its source has something");

promise_test(async () => {
  const source = silentSource();
  for (const chunk of ["a", "b"]) source.controller.enqueue(chunk);
  source.controller.close();
  assert_array_equals(await readAll((await transferred(source.readable)).getReader()), ["a", "b"]);
}, "chunks that were in its queue already arrive, and its end behind them");

promise_test(async () => {
  const source = silentSource();
  source.controller.close();
  const reader = (await transferred(source.readable)).getReader();
  assert_true((await reader.read()).done);
  assert_equals(await reader.closed, undefined);
}, "a closed stream arrives closed");

promise_test(async (t) => {
  const reason = new RangeError("failed before");
  const source = silentSource();
  source.controller.error(reason);
  const reader = (await transferred(source.readable)).getReader();
  await promise_rejects_alike(t, reason, reader.read(), "a read");
  await promise_rejects_alike(t, reason, reader.closed, "closed");
}, "an errored stream arrives errored, with its reason");

promise_test(async (t) => {
  const reason = new RangeError("failed on the way");
  const source = silentSource();
  const reader = (await transferred(source.readable)).getReader();
  source.controller.enqueue("a");
  assert_equals((await reader.read()).value, "a");
  const read = handled(reader.read());
  source.controller.error(reason);
  await promise_rejects_alike(t, reason, read, "the read that waited");
  await promise_rejects_alike(t, reason, reader.closed, "closed");
}, "an error of its source arrives behind the chunks, with its reason");

promise_test(async () => {
  const reason = new SyntaxError("seen enough");
  const cancelled = [];
  let settle;
  const called = new Promise((resolve) => {
    settle = resolve;
  });
  const source = new ReadableStream({
    cancel(given) {
      cancelled.push(given);
      settle();
    },
  });
  const there = await transferred(source);
  assert_equals(await there.cancel(reason), undefined, "cancel()");
  await called;
  assert_equals(cancelled.length, 1, "once");
  assert_same_reason(cancelled[0], reason);
}, "cancel() there cancels its source with the reason");

promise_test(async () => {
  const source = countingSource();
  const there = await transferred(source.readable);
  await quiet();
  const standing = source.produced;
  assert_less_than(standing, 5000, "it stops while nobody reads");
  await quiet();
  assert_equals(source.produced, standing, "for good");
  const reader = there.getReader();
  assert_array_equals(await readSome(reader, 50), range(50));
  await quiet();
  assert_less_than_equal(source.produced, standing + 50 + 1, "no more is asked than was read");
  await reader.cancel();
}, "its source is asked for no more than what is read, and a bounded number of chunks");

promise_test(async () => {
  const source = silentSource();
  const reader = (await transferred(source.readable)).getReader();
  const chunk = { list: [1], at: new Date(7) };
  source.controller.enqueue(chunk);
  const { value } = await reader.read();
  assert_not_equals(value, chunk, "not the same object");
  assert_array_equals(value.list, [1]);
  assert_equals(value.at.getTime(), 7);
}, "a chunk arrives as a structured clone");

promise_test(async (t) => {
  const source = silentSource();
  const reader = (await transferred(source.readable)).getReader();
  const read = handled(reader.read());
  source.controller.enqueue(() => {});
  await promise_rejects_dom(t, "DataCloneError", read, "the read");
  await quiet();
  assert_equals(source.cancelled.length, 1, "its source is cancelled");
  assert_equals(source.cancelled[0].name, "DataCloneError");
}, "a chunk that cannot be cloned errors it with a DataCloneError and cancels its source");

promise_test(async () => {
  const source = countingSource(30);
  const there = await transferred(source.readable);
  const further = await transferred(there);
  assert_true(there.locked, "the first one is locked");
  assert_array_equals(await readAll(further.getReader()), range(30));
}, "a stream that has arrived can be passed on");

promise_test(async () => {
  const source = countingSource();
  const further = await transferred(await transferred(source.readable));
  const reader = further.getReader();
  assert_array_equals(await readSome(reader, 3), range(3));
  await reader.cancel("enough");
  while (source.cancelled.length === 0) await quiet();
  assert_array_equals(source.cancelled, ["enough"]);
}, "cancel() of a stream that was passed on twice reaches its source");

promise_test(async () => {
  const source = countingSource(5);
  const reader = source.readable.getReader();
  const refused = await transferred(source.readable).then(
    () => "passed",
    (error) => error,
  );
  assert_true(refused instanceof Error || refused instanceof DOMException, "an error");
  assert_array_equals(await readAll(reader), range(5), "and the reader goes on");
}, "a locked stream is refused, and its reader goes on");

promise_test(async () => {
  const source = countingSource(20);
  const [left, right] = source.readable.tee();
  const there = await transferred(left);
  const [a, b] = await Promise.all([readAll(there.getReader()), readAll(right.getReader())]);
  assert_array_equals(a, range(20));
  assert_array_equals(b, range(20));
}, "a branch of tee() can be passed, the other one stays");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const there = await transferred(readable);
  const writer = writable.getWriter();
  writeAll(writer, range(12));
  const closed = writer.close();
  assert_array_equals(await readAll(there.getReader()), range(12));
  await closed;
}, "the readable end of a pair can be passed");
