// META: global=worker
// META: script=../resources/test-utils.js
// An error goes against the data: from a cancelled pair to its source, and from a failed sink to the writer.

const reason = new RangeError("no more of this");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable));
  await readable.cancel(reason);
  await promise_rejects_alike(t, reason, pipe, "pipeTo()");
  assert_equals(source.cancelled.length, 1, "the source is cancelled once");
  assert_same_reason(source.cancelled[0], reason, "what the source is cancelled with");
}, "cancel() reaches the source that is piped to the writable end");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const source = countingSource();
  const pipe = handled(source.readable.pipeTo(writable));
  await quiet();
  await readable.cancel(reason);
  await promise_rejects_alike(t, reason, pipe, "pipeTo()");
  assert_same_reason(source.cancelled[0], reason, "what the source is cancelled with");
}, "cancel() reaches the source while a write waits for room");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable, { preventCancel: true }));
  await readable.cancel(reason);
  await promise_rejects_alike(t, reason, pipe, "pipeTo()");
  assert_array_equals(source.cancelled, []);
  source.controller.enqueue("a");
  assert_equals((await source.readable.getReader().read()).value, "a");
}, "preventCancel: the source outlives a cancelled pair");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  await readable.cancel(reason);
  const writer = writable.getWriter();
  await writer.closed.catch(() => {});
  writer.releaseLock();
  const source = countingSource();
  await promise_rejects_alike(t, reason, source.readable.pipeTo(writable), "pipeTo()");
  assert_equals(source.produced, 0, "nothing was asked of the source");
  assert_same_reason(source.cancelled[0], reason, "what the source is cancelled with");
}, "a pair cancelled before it is piped to cancels the source at once");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const sink = recordingSink({
    write(chunk) {
      if (chunk === "b") throw reason;
    },
  });
  const pipe = handled(readable.pipeTo(sink.writable));
  writeAll(writer, ["a", "b", "c", "d", "e", "f"]);
  await promise_rejects_exactly(t, reason, pipe, "pipeTo()");
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
  assert_array_equals(sink.chunks(), ["a", "b"], "what the sink was given");
}, "a sink whose write() throws errors the writable end");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  const sink = recordingSink();
  const pipe = handled(readable.pipeTo(sink.writable));
  sink.controller.error(reason);
  await promise_rejects_exactly(t, reason, pipe, "pipeTo()");
  await promise_rejects_alike(t, reason, writer.closed, "writer.closed");
}, "a sink that errors itself errors the writable end, without any chunk");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const sink = recordingSink();
  sink.controller.error(reason);
  await promise_rejects_exactly(t, reason, readable.pipeTo(sink.writable, { preventCancel: true }), "pipeTo()");
  writer.write("a");
  assert_equals((await readable.getReader().read()).value, "a");
}, "preventCancel: the pair outlives a failed sink");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  const sink = recordingSink();
  await sink.writable.close();
  await promise_rejects_js(t, TypeError, readable.pipeTo(sink.writable), "pipeTo()");
  await promise_rejects_js(t, TypeError, writer.closed, "writer.closed");
}, "piping into a closed sink errors the writable end with a TypeError");

promise_test(async (t) => {
  const one = await makePair({ highWaterMark: 1 });
  const two = await makePair({ highWaterMark: 1 });
  const source = countingSource();
  const first = handled(source.readable.pipeTo(one.writable));
  const second = handled(one.readable.pipeTo(two.writable));
  const reader = two.readable.getReader();
  assert_array_equals(await readSome(reader, 3), range(3));
  await reader.cancel(reason);
  await promise_rejects_alike(t, reason, second, "the second pipeTo()");
  await promise_rejects_alike(t, reason, first, "the first pipeTo()");
  assert_same_reason(source.cancelled[0], reason, "what the source is cancelled with");
}, "cancel() passes back through two pairs in a row");
