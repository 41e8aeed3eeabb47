// META: global=worker
// META: script=../resources/test-utils.js
// Both sides of a TransformStream passed to the other side, in one value: there they are one transform that works here.

/** Passes the two sides of a transform. */
const passed = ({ readable, writable }) => transferred({ readable, writable });

const doubling = () => new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk * 2) });

promise_test(async () => {
  const transform = new TransformStream();
  const there = await passed(transform);
  assert_true(there.readable instanceof ReadableStream, "readable");
  assert_true(there.writable instanceof WritableStream, "writable");
  assert_true(transform.readable.locked, "the original readable is locked");
  assert_true(transform.writable.locked, "the original writable is locked");
  const writer = there.writable.getWriter();
  handled(writer.write("a"));
  assert_equals((await there.readable.getReader().read()).value, "a");
}, "both sides arrive, and what is written to the one is read from the other");

promise_test(async () => {
  const there = await passed(doubling());
  const writer = there.writable.getWriter();
  writeAll(writer, range(10));
  handled(writer.close());
  assert_array_equals(
    await readAll(there.readable.getReader()),
    range(10).map((n) => n * 2),
  );
}, "chunks are transformed here, in order, and the end comes behind them");

promise_test(async () => {
  const there = await passed(doubling());
  const sink = recordingSink();
  await countingSource(50).readable.pipeThrough(there).pipeTo(sink.writable);
  assert_array_equals(
    sink.chunks(),
    range(50).map((n) => n * 2),
  );
}, "pipeThrough() takes what has arrived as a transform");

promise_test(async () => {
  const last = new TransformStream({ flush: (controller) => controller.enqueue("last") });
  const there = await passed(last);
  const writer = there.writable.getWriter();
  handled(writer.write("first"));
  handled(writer.close());
  assert_array_equals(await readAll(there.readable.getReader()), ["first", "last"]);
}, "what flush() gives at the end arrives before the end");

promise_test(async (t) => {
  const reason = new RangeError("cannot transform that");
  const there = await passed(
    new TransformStream({
      transform() {
        throw reason;
      },
    }),
  );
  const writer = there.writable.getWriter();
  const reader = there.readable.getReader();
  handled(writer.write("a"));
  await promise_rejects_alike(t, reason, reader.read(), "a read");
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
}, "a transform() that throws errors both sides with its reason");

promise_test(async (t) => {
  const reason = new SyntaxError("not good at all");
  let controller;
  const there = await passed(
    new TransformStream({
      start(given) {
        controller = given;
      },
    }),
  );
  const writer = there.writable.getWriter();
  const reader = there.readable.getReader();
  controller.error(reason);
  await promise_rejects_alike(t, reason, reader.closed, "reader.closed");
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
}, "controller.error() errors both sides with its reason");

promise_test(async (t) => {
  const reason = new RangeError("gone");
  const there = await passed(new TransformStream());
  const reader = there.readable.getReader();
  const read = handled(reader.read());
  await there.writable.abort(reason);
  await promise_rejects_alike(t, reason, read, "a read");
  await promise_rejects_alike(t, reason, reader.closed, "reader.closed");
}, "abort() of the writable side errors the readable one with its reason");

promise_test(async (t) => {
  const reason = new RangeError("seen enough");
  const there = await passed(new TransformStream());
  const writer = there.writable.getWriter();
  await there.readable.cancel(reason);
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
}, "cancel() of the readable side errors the writable one with its reason");

promise_test(async () => {
  let calls = 0;
  const there = await passed(
    new TransformStream({
      transform(chunk, controller) {
        calls++;
        controller.enqueue(chunk);
      },
    }),
  );
  const writer = there.writable.getWriter();
  const writes = writeAll(writer, range(5000));
  assert_less_than(await takenOver(writes), 5000, "writes taken over while nobody reads");
  const standing = calls;
  await quiet();
  assert_equals(calls, standing, "transform() is called no more");
  const reader = there.readable.getReader();
  assert_array_equals(await readSome(reader, 5000), range(5000));
  await Promise.all(writes);
}, "a reader that stands still holds back the writer, through the transform");

promise_test(async (t) => {
  const there = await passed(
    new TransformStream({
      transform(_, controller) {
        controller.terminate();
      },
    }),
  );
  const writer = there.writable.getWriter();
  handled(writer.write("a"));
  assert_array_equals(await readAll(there.readable.getReader()), []);
  await promise_rejects_js(t, TypeError, writer.closed, "writer.closed");
}, "controller.terminate() closes the readable side and errors the writable one with a TypeError");

promise_test(async () => {
  const there = await passed(await passed(doubling()));
  const writer = there.writable.getWriter();
  writeAll(writer, range(10));
  handled(writer.close());
  assert_array_equals(
    await readAll(there.readable.getReader()),
    range(10).map((n) => n * 2),
  );
}, "a transform that has arrived can be passed on");

for (const side of ["readable", "writable"]) {
  promise_test(async () => {
    const transform = new TransformStream();
    if (side === "readable") transform.readable.getReader();
    else transform.writable.getWriter();
    const refused = await passed(transform).then(
      () => "passed",
      (error) => error,
    );
    assert_true(refused instanceof Error || refused instanceof DOMException, "an error");
  }, `a transform whose ${side} side is locked is refused`);
}
