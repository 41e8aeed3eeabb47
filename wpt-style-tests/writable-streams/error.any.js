// META: global=worker
// META: script=../resources/test-utils.js
// A writable end that was errored from elsewhere: by the reader, or by a chunk that cannot cross.

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const reason = new RangeError("too much");
  await readable.cancel(reason);
  const writer = writable.getWriter();
  await promise_rejects_alike(t, reason, writer.closed, "closed");
  const stored = await writer.closed.catch((error) => error);
  await promise_rejects_exactly(t, stored, writer.ready, "ready");
  await promise_rejects_exactly(t, stored, writer.write("a"), "write()");
  assert_equals(writer.desiredSize, null, "desiredSize");
}, "everything about an errored writer gives one and the same error");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  await readable.cancel("enough");
  const writer = writable.getWriter();
  await writer.closed.catch(() => {});
  assert_equals(await writer.abort("late"), undefined, "abort()");
  await promise_rejects_exactly(t, "enough", writer.closed, "writer.closed");
}, "abort() of an errored stream is fulfilled and does not change the error");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  await readable.cancel("enough");
  const first = writable.getWriter();
  await first.closed.catch(() => {});
  first.releaseLock();
  const second = writable.getWriter();
  await promise_rejects_exactly(t, "enough", second.closed, "closed");
  await promise_rejects_exactly(t, "enough", second.ready, "ready");
}, "a writer taken after the error has the same error");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, range(10));
  await assert_pending(writer.ready, "ready when full");
  const { ready } = writer;
  await readable.cancel("enough");
  await promise_rejects_exactly(t, "enough", ready, "the promise that waited");
}, "a ready promise that waits is rejected with the error");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const reader = readable.getReader();
  await promise_rejects_dom(
    t,
    "DataCloneError",
    writer.write(() => {}),
    "write()",
  );
  await promise_rejects_dom(t, "DataCloneError", writer.closed, "writer.closed");
  await promise_rejects_dom(t, "DataCloneError", reader.closed, "reader.closed");
}, "a chunk that cannot be cloned errors both ends with a DataCloneError");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const reader = readable.getReader();
  await writer.write("a");
  assert_equals((await reader.read()).value, "a");
  const writes = writeAll(writer, [Symbol("not a chunk"), "b"]);
  await promise_rejects_dom(t, "DataCloneError", writes[0], "the write of a symbol");
  await promise_rejects_dom(t, "DataCloneError", writes[1], "the write behind it");
  await promise_rejects_dom(t, "DataCloneError", reader.read(), "the next read");
}, "what was read before a chunk that cannot be cloned was read, what comes behind it is rejected");

promise_test(async (t) => {
  const { writable } = await makePair({ highWaterMark: 8 });
  const writer = writable.getWriter();
  const writes = writeAll(writer, ["a", "b", { nested: { f() {} } }, "c"]);
  await Promise.all(writes.slice(0, 2));
  await promise_rejects_dom(t, "DataCloneError", writes[2], "the write of an object with a function in it");
  await promise_rejects_dom(t, "DataCloneError", writes[3], "the write behind it");
  await promise_rejects_dom(t, "DataCloneError", writer.closed, "writer.closed");
}, "of several writes at once, the one whose chunk cannot be cloned is rejected, and those behind it");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  const getter = {
    get value() {
      throw new EvalError("not today");
    },
  };
  const write = writer.write(getter);
  await promise_rejects_js(t, EvalError, write, "write()");
  await promise_rejects_js(t, EvalError, readable.getReader().closed, "reader.closed");
}, "a chunk that throws while it is cloned errors both ends with what it threw");

promise_test(async (t) => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  await promise_rejects_dom(
    t,
    "DataCloneError",
    writer.write(() => {}),
    "write()",
  );
  await promise_rejects_dom(t, "DataCloneError", readable.getReader().closed, "reader.closed");
  other.writable.getWriter().write("a");
  assert_equals((await other.readable.getReader().read()).value, "a");
}, "a direction errored by a chunk leaves the other one as it is");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const [, cancelled] = await Promise.all([
    writer.abort("abort"),
    reader.cancel("cancel").then(() => "fulfilled", String),
  ]);
  await writer.closed.then(t.unreached_func("writer.closed should be rejected"), (error) => {
    assert_in_array(error, ["abort", "cancel"], "writer.closed");
  });
  assert_in_array(cancelled, ["fulfilled", "abort"], "cancel()");
}, "abort() and cancel() at the same time settle everything");
