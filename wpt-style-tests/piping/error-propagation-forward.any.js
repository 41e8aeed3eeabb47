// META: global=worker
// META: script=../resources/test-utils.js
// An error goes with the data: from a failed source through the pair, and from an aborted pair into a sink.

const reason = new TypeError("the source failed");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const source = silentSource();
  source.controller.error(reason);
  await promise_rejects_exactly(t, reason, source.readable.pipeTo(writable), "pipeTo()");
  await promise_rejects_exactly(t, reason, writable.getWriter().closed, "writer.closed");
  await promise_rejects_alike(t, reason, readable.getReader().closed, "reader.closed");
}, "a source that has failed errors the readable end");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable));
  const reader = readable.getReader();
  source.controller.enqueue("a");
  source.controller.enqueue("b");
  assert_array_equals(await readSome(reader, 2), ["a", "b"]);
  source.controller.error(reason);
  await promise_rejects_alike(t, reason, reader.read(), "the next read");
  await promise_rejects_exactly(t, reason, pipe, "pipeTo()");
}, "a source that fails after some chunks errors the readable end after them");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable));
  const chunks = range(3);
  for (const chunk of chunks) source.controller.enqueue(chunk);
  await quiet();
  source.controller.error(reason);
  await assert_pending(pipe, "pipeTo() while a write waits for room");
  await promise_rejects_alike(t, reason, readAll(readable.getReader()), "the reads");
  await promise_rejects_exactly(t, reason, pipe, "pipeTo()");
}, "a write that waits for room holds up the error of the source, as the standard has it");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable, { preventAbort: true }));
  source.controller.error(reason);
  await promise_rejects_exactly(t, reason, pipe, "pipeTo()");
  const writer = writable.getWriter();
  writer.write("a");
  const closed = writer.close();
  assert_array_equals(await readAll(readable.getReader()), ["a"]);
  await closed;
}, "preventAbort: the pair outlives a source that fails");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const sink = recordingSink();
  const pipe = handled(readable.pipeTo(sink.writable));
  const writer = writable.getWriter();
  await writer.write("a");
  await quiet();
  await writer.abort(reason);
  await promise_rejects_alike(t, reason, pipe, "pipeTo()");
  assert_array_equals(
    sink.events.map(([kind]) => kind),
    ["write", "abort"],
  );
  assert_same_reason(sink.events[1][1], reason, "what the sink is aborted with");
  assert_false(readable.locked, "the readable end is unlocked");
}, "abort() reaches the sink that the readable end is piped to");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const sink = recordingSink();
  const pipe = handled(readable.pipeTo(sink.writable, { preventAbort: true }));
  await writable.abort(reason);
  await promise_rejects_alike(t, reason, pipe, "pipeTo()");
  await sink.writable.getWriter().write("by hand");
  assert_object_equals(sink.events, [["write", "by hand"]]);
}, "preventAbort: the sink outlives an aborted pair");

promise_test(async (t) => {
  const one = await makePair();
  const two = await makePair();
  const source = silentSource();
  const first = handled(source.readable.pipeTo(one.writable));
  const second = handled(one.readable.pipeTo(two.writable));
  const reader = two.readable.getReader();
  source.controller.enqueue("a");
  assert_equals((await reader.read()).value, "a");
  source.controller.error(reason);
  await promise_rejects_alike(t, reason, reader.read(), "the read behind both pairs");
  await promise_rejects_exactly(t, reason, first, "the first pipeTo()");
  await promise_rejects_alike(t, reason, second, "the second pipeTo()");
}, "an error passes through two pairs in a row");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const transform = new TransformStream({
    transform() {
      throw reason;
    },
  });
  const writer = writable.getWriter();
  const reader = readable.pipeThrough(transform).getReader();
  const write = writer.write("a");
  write.catch(() => {});
  await promise_rejects_exactly(t, reason, reader.read(), "a read behind the transform");
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
}, "a transform that throws errors what is behind it and the writable end before it");
