// META: global=worker
// META: script=../resources/test-utils.js
// tee() of the readable end: both branches see everything, and together they are one reader of the pair.

promise_test(async () => {
  const { readable } = await makePair();
  const branches = readable.tee();
  assert_true(Array.isArray(branches), "an array");
  assert_equals(branches.length, 2, "of two");
  for (const branch of branches) {
    assert_true(branch instanceof ReadableStream, "a ReadableStream");
    assert_false(branch.locked, "a branch is unlocked");
  }
  assert_true(readable.locked, "the readable end is locked");
  assert_throws_js(TypeError, () => readable.tee(), "a second tee()");
}, "tee() gives two streams and locks the readable end");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(5));
  writer.close();
  const [left, right] = readable.tee();
  const [a, b] = await Promise.all([readAll(left.getReader()), readAll(right.getReader())]);
  assert_array_equals(a, range(5));
  assert_array_equals(b, range(5));
}, "tee() gives every chunk to both branches");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, range(5));
  writer.close();
  const [left, right] = readable.tee();
  assert_array_equals(await readAll(left.getReader()), range(5), "the one that is read");
  assert_array_equals(await readAll(right.getReader()), range(5), "the one that was not, afterwards");
}, "a branch that is read to its end leaves everything for the other one");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const [left, right] = readable.tee();
  const chunk = { n: 1 };
  writable.getWriter().write(chunk);
  const [{ value: a }, { value: b }] = await Promise.all([left.getReader().read(), right.getReader().read()]);
  assert_equals(a, b, "one object in both branches");
  assert_not_equals(a, chunk, "and not the writer's own");
}, "both branches give the same object for a chunk");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const [left, right] = readable.tee();
  const readers = [left.getReader(), right.getReader()];
  await writable.getWriter().close();
  for (const reader of readers) {
    assert_true((await reader.read()).done, "a read");
    assert_equals(await reader.closed, undefined, "closed");
  }
}, "close() closes both branches");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const reason = new RangeError("gone");
  const [left, right] = readable.tee();
  const readers = [left.getReader(), right.getReader()];
  const reads = readers.map((reader) => handled(reader.read()));
  await writable.getWriter().abort(reason);
  for (const read of reads) await promise_rejects_alike(t, reason, read, "a read that waited");
  for (const reader of readers) await promise_rejects_alike(t, reason, reader.closed, "closed");
}, "abort() errors both branches with its reason");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const reason = new TypeError("gone before");
  await writable.abort(reason);
  for (const branch of readable.tee()) {
    await promise_rejects_alike(t, reason, branch.getReader().read(), "a read");
  }
}, "tee() of an errored stream gives two that are errored");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  const cancelled = [left.cancel("left"), right.cancel("right")];
  assert_array_equals(await Promise.all(cancelled), [undefined, undefined]);
  const reason = await writer.closed.then(t.unreached_func("closed should be rejected"), (error) => error);
  assert_array_equals(reason, ["left", "right"]);
}, "both branches cancelled: the writable end is errored with both reasons, in order");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  const cancelled = [right.cancel("right"), left.cancel("left")];
  await Promise.all(cancelled);
  const reason = await writer.closed.then(t.unreached_func("closed should be rejected"), (error) => error);
  assert_array_equals(reason, ["left", "right"]);
}, "the same in the other order: the left one's reason stands first");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  const reader = right.getReader();
  const first = left.cancel("left");
  await assert_pending(first, "cancel() of one branch alone");
  writeAll(writer, ["a", "b"]);
  assert_array_equals(await readSome(reader, 2), ["a", "b"], "the other branch lives on");
  reader.cancel("right");
  await first;
  await writer.closed.then(t.unreached_func("closed should be rejected"), () => {});
}, "of the branches, only the second one cancelled reaches the writable end");

for (const which of [0, 1]) {
  promise_test(
    async () => {
      const { readable, writable } = await makePair({ highWaterMark: 2 });
      const writer = writable.getWriter();
      const branches = readable.tee();
      handled(branches[which].cancel("not this one"));
      writeAll(writer, range(6));
      writer.close();
      assert_array_equals(await readAll(branches[1 - which].getReader()), range(6));
    },
    `with the ${["left", "right"][which]} branch cancelled, the other one gets everything`,
  );
}

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writes = writeAll(writable.getWriter(), range(10));
  const [left, right] = readable.tee();
  // tee() reads as long as one of its branches has room, and each has room for one.
  assert_equals(await takenOver(writes), 2, "one in the pair, one in both branches");
  const reader = left.getReader();
  assert_array_equals(await readSome(reader, 3), range(3));
  assert_equals(await takenOver(writes), 5, "three read, one more in the branch, one in the pair");
  assert_array_equals(await readSome(right.getReader(), 3), range(3));
  assert_equals(await takenOver(writes), 5, "what was read by the slower branch had been taken over");
}, "tee() takes over no more than the faster branch reads, and one");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const [left, rest] = readable.tee();
  const [middle, right] = rest.tee();
  writeAll(writer, range(7));
  writer.close();
  const all = await Promise.all([left, middle, right].map((branch) => readAll(branch.getReader())));
  for (const chunks of all) assert_array_equals(chunks, range(7));
}, "a branch can be parted again");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  const sink = recordingSink();
  const pipes = Promise.all([left.pipeTo(other.writable), right.pipeTo(sink.writable)]);
  writeAll(writer, range(9));
  writer.close();
  assert_array_equals(await readAll(other.readable.getReader()), range(9));
  await pipes;
  assert_array_equals(sink.chunks(), range(9));
}, "one branch can be piped back through the pair, the other one elsewhere");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  writeAll(writable.getWriter(), range(4));
  const first = readable.getReader();
  assert_array_equals(await readSome(first, 1), [0]);
  first.releaseLock();
  const [left, right] = readable.tee();
  assert_array_equals(await readSome(left.getReader(), 3), [1, 2, 3]);
  assert_array_equals(await readSome(right.getReader(), 3), [1, 2, 3]);
}, "tee() begins where a reader has left");
