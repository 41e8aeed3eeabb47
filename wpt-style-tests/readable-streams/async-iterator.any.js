// META: global=worker
// META: script=../resources/test-utils.js
// The readable end as an async iterable: how far a loop gets, what leaving it does, and calls made by hand.

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(8));
  writer.close();
  const seen = [];
  for await (const chunk of readable) seen.push(chunk);
  assert_array_equals(seen, range(8));
  assert_false(readable.locked, "the loop has released its lock");
}, "for await gives every chunk, then ends");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(8));
  for await (const chunk of readable) {
    if (chunk === 2) break;
  }
  assert_false(readable.locked, "the loop has released its lock");
  await promise_rejects_exactly(t, undefined, writer.closed, "writer.closed");
}, "leaving for await early cancels: the writable end is errored with undefined");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(8));
  const thrown = new Error("in the middle");
  const loop = (async () => {
    for await (const chunk of readable) {
      if (chunk === 2) throw thrown;
    }
  })();
  await promise_rejects_exactly(t, thrown, loop, "the loop");
  await promise_rejects_exactly(t, undefined, writer.closed, "writer.closed");
}, "a throw in the body of for await cancels as well, and comes out of the loop");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  writeAll(writable.getWriter(), range(4));
  for await (const chunk of readable.values({ preventCancel: true })) {
    if (chunk === 1) break;
  }
  assert_array_equals(await readSome(readable.getReader(), 2), [2, 3]);
}, "leaving values({ preventCancel: true }) early leaves the stream as it is");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  const writes = writeAll(writable.getWriter(), range(12));
  const iterator = readable.values();
  for (const turn of range(6)) {
    assert_object_equals(await iterator.next(), { value: turn, done: false });
    assert_less_than_equal(await takenOver(writes), 3 + turn + 1, `taken over after ${turn + 1} calls`);
  }
  await iterator.return();
}, "no more is taken over than next() was called for, and the highWaterMark");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const iterator = readable.values();
  const steps = range(3).map(() => iterator.next());
  await assert_pending(steps[0], "nothing was written yet");
  writeAll(writable.getWriter(), ["a", "b", "c"]);
  const values = (await Promise.all(steps)).map(({ value }) => value);
  assert_array_equals(values, ["a", "b", "c"]);
}, "several calls of next() at once are filled in order");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const iterator = readable.values();
  const steps = range(3).map(() => iterator.next());
  writer.write("a");
  writer.close();
  const [first, second, third] = await Promise.all(steps);
  assert_object_equals(first, { value: "a", done: false });
  assert_object_equals(second, { value: undefined, done: true });
  assert_object_equals(third, { value: undefined, done: true });
  assert_false(readable.locked, "the lock is released at the end");
}, "calls of next() that wait when the end comes are done");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const iterator = readable.values();
  writer.write("a");
  assert_equals((await iterator.next()).value, "a");
  const reason = new RangeError("gone");
  const step = handled(iterator.next());
  await writer.abort(reason);
  await promise_rejects_alike(t, reason, step, "next()");
  assert_object_equals(await iterator.next(), { value: undefined, done: true }, "next() after that");
  assert_false(readable.locked, "the lock is released by the error");
}, "abort() rejects a next() that waits with its reason, and after that the iterator is done");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const reason = new TypeError("gone");
  await writable.abort(reason);
  const loop = (async () => {
    for await (const chunk of readable) assert_unreached(String(chunk));
  })();
  await promise_rejects_alike(t, reason, loop, "the loop");
}, "for await over an errored stream rejects with its reason");

promise_test(async () => {
  const { readable, writable } = await makePair();
  await writable.close();
  for await (const chunk of readable) assert_unreached(String(chunk));
  assert_false(readable.locked);
}, "for await over a closed stream ends at once");

promise_test(async () => {
  const { readable } = await makePair();
  const reader = readable.getReader();
  assert_throws_js(TypeError, () => readable.values(), "values() of a locked stream");
  reader.releaseLock();
  const iterator = readable.values();
  assert_true(readable.locked, "locked by the iterator");
  assert_throws_js(TypeError, () => readable.getReader(), "getReader() beside an iterator");
  await iterator.return();
  assert_false(readable.locked, "unlocked by return()");
}, "an iterator is a lock, from values() to return()");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  const iterator = readable.values();
  const reason = new SyntaxError("seen enough");
  assert_object_equals(await iterator.return(reason), { value: reason, done: true }, "return()");
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
  assert_object_equals(await iterator.next(), { value: undefined, done: true }, "next() after that");
  assert_object_equals(await iterator.return("again"), { value: "again", done: true }, "return() after that");
}, "return(reason) cancels with its reason, and the iterator is done");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const iterator = readable.values({ preventCancel: true });
  writer.write("a");
  assert_equals((await iterator.next()).value, "a");
  assert_object_equals(await iterator.return("kept"), { value: "kept", done: true });
  writer.write("b");
  assert_equals((await readable.getReader().read()).value, "b");
}, "return() with preventCancel only releases the lock");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const iterator = readable.values();
  const step = iterator.next();
  const returned = iterator.return("enough");
  await assert_pending(returned, "return() while next() waits");
  writer.write("a");
  assert_object_equals(await step, { value: "a", done: false }, "the next() before it");
  assert_object_equals(await returned, { value: "enough", done: true }, "return()");
  await promise_rejects_exactly(t, "enough", writer.closed, "writer.closed");
}, "return() waits for the next() before it");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(6));
  writer.close();
  const reader = readable.getReader();
  assert_array_equals(await readSome(reader, 2), [0, 1]);
  reader.releaseLock();
  const seen = [];
  for await (const chunk of readable) seen.push(chunk);
  assert_array_equals(seen, [2, 3, 4, 5]);
}, "for await goes on where a reader has left");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 1 });
  const back = other.writable.getWriter();
  const echo = async () => {
    for await (const chunk of readable) await back.write(chunk * 2);
    await back.close();
  };
  const echoed = handled(echo());
  const writer = writable.getWriter();
  writeAll(writer, range(20));
  writer.close();
  const seen = [];
  for await (const chunk of other.readable) seen.push(chunk);
  assert_array_equals(
    seen,
    range(20).map((n) => n * 2),
  );
  await echoed;
}, "a loop over one direction can feed the other");
