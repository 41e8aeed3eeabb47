// META: global=worker
// META: script=../resources/test-utils.js
// tee() of a byte stream: two byte streams, each with memory of its own.

const bytesPair = (options) => makePair({ readable: "bytes", highWaterMark: 64, ...options });
const bytes = (...values) => new Uint8Array(values);

/** All bytes until the end, read into views of `length`. */
async function fillAll(reader, length) {
  const all = [];
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(length));
    if (done) return all;
    all.push(...value);
  }
}

promise_test(async () => {
  const { readable } = await bytesPair();
  for (const branch of readable.tee()) {
    assert_true(branch.getReader({ mode: "byob" }) instanceof ReadableStreamBYOBReader);
  }
  assert_true(readable.locked);
}, "both branches have BYOB readers");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  writer.write(bytes(1, 2, 3));
  const a = await left.getReader().read();
  const b = await right.getReader().read();
  assert_array_equals(a.value, [1, 2, 3]);
  assert_array_equals(b.value, [1, 2, 3]);
  assert_not_equals(a.value.buffer, b.value.buffer, "not the same memory");
  a.value.fill(0);
  assert_array_equals(b.value, [1, 2, 3]);
}, "each branch has memory of its own");

promise_test(async () => {
  const { readable, writable } = await bytesPair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  writeAll(
    writer,
    range(10).map((n) => bytes(n, n, n)),
  );
  const closed = writer.close();
  const [a, b] = await Promise.all([
    fillAll(left.getReader({ mode: "byob" }), 2),
    fillAll(right.getReader({ mode: "byob" }), 5),
  ]);
  const all = range(10).flatMap((n) => [n, n, n]);
  assert_array_equals(a, all);
  assert_array_equals(b, all);
  await closed;
}, "both branches get every byte, each into views of its own length");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  writeAll(writer, [bytes(1, 2), bytes(3, 4)]);
  handled(writer.close());
  assert_array_equals(await fillAll(left.getReader({ mode: "byob" }), 4), [1, 2, 3, 4]);
  const plain = await readAll(right.getReader());
  assert_array_equals(
    plain.flatMap((chunk) => [...chunk]),
    [1, 2, 3, 4],
  );
}, "one branch can be read into views and the other one not");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const [left, right] = readable.tee();
  const readers = [left.getReader({ mode: "byob" }), right.getReader({ mode: "byob" })];
  const reads = readers.map((reader) => reader.read(new Uint8Array(3)));
  await writable.getWriter().close();
  for (const { value, done } of await Promise.all(reads)) {
    assert_true(done);
    assert_equals(value.byteLength, 0);
  }
  for (const reader of readers) await reader.closed;
}, "close() closes both branches, and ends reads into views that wait");

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const reason = new RangeError("gone");
  const [left, right] = readable.tee();
  const readers = [left.getReader({ mode: "byob" }), right.getReader({ mode: "byob" })];
  const reads = readers.map((reader) => handled(reader.read(new Uint8Array(3))));
  await writable.abort(reason);
  for (const read of reads) await promise_rejects_alike(t, reason, read, "a read that waited");
  for (const reader of readers) await promise_rejects_alike(t, reason, reader.closed, "closed");
}, "abort() errors both branches with its reason");

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const [left, right] = readable.tee();
  await Promise.all([left.cancel("left"), right.cancel("right")]);
  const reason = await writer.closed.then(t.unreached_func("closed should be rejected"), (error) => error);
  assert_array_equals(reason, ["left", "right"]);
}, "both branches cancelled: the writable end is errored with both reasons, in order");

for (const which of [0, 1]) {
  promise_test(
    async () => {
      const { readable, writable } = await bytesPair();
      const writer = writable.getWriter();
      const branches = readable.tee();
      handled(branches[which].cancel("not this one"));
      writeAll(writer, [bytes(1, 2), bytes(3)]);
      handled(writer.close());
      assert_array_equals(await fillAll(branches[1 - which].getReader({ mode: "byob" }), 2), [1, 2, 3]);
    },
    `with the ${["left", "right"][which]} branch cancelled, the other one gets every byte`,
  );
}

promise_test(async () => {
  const { readable, writable } = await bytesPair({ highWaterMark: 4 });
  const writes = writeAll(
    writable.getWriter(),
    range(8).map((n) => bytes(n, n)),
  );
  const [left] = readable.tee();
  assert_equals(await takenOver(writes), 2, "no branch of a byte stream reads ahead");
  const reader = left.getReader();
  let seen = 0;
  while (seen < 4) seen += (await reader.read()).value.byteLength;
  assert_less_than_equal(await takenOver(writes), 5, "after 4 bytes, or what came with them");
  await Promise.all([writes[3]]);
}, "tee() takes over no more than the faster branch reads");
