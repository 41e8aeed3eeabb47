// META: global=worker
// META: script=../resources/test-utils.js
// A destination that is closed, or closing: its source is told by a TypeError, and so is who pipes.

promise_test(async (t) => {
  const { writable } = await makePair();
  await writable.close();
  const source = silentSource();
  await promise_rejects_js(t, TypeError, source.readable.pipeTo(writable), "pipeTo()");
  assert_equals(source.cancelled.length, 1, "the source is cancelled");
  assert_true(source.cancelled[0] instanceof TypeError, "with a TypeError");
  assert_false(source.readable.locked, "and unlocked");
}, "a pair that was closed cancels a source that is piped to it");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b", "c"]);
  const closed = writer.close();
  writer.releaseLock();
  const source = countingSource();
  await promise_rejects_js(t, TypeError, source.readable.pipeTo(writable), "pipeTo()");
  assert_equals(source.produced, 0, "nothing was asked of the source");
  assert_array_equals(await readAll(readable.getReader()), ["a", "b", "c"], "what was written before still arrives");
  await closed;
}, "a pair whose close() waits for room takes no source any more, and ends as it would");

promise_test(async (t) => {
  const { writable } = await makePair();
  await writable.close();
  const source = silentSource();
  await promise_rejects_js(t, TypeError, source.readable.pipeTo(writable, { preventCancel: true }), "pipeTo()");
  assert_array_equals(source.cancelled, []);
  source.controller.enqueue("a");
  assert_equals((await source.readable.getReader().read()).value, "a");
}, "preventCancel: the source outlives a closed pair");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  await writer.write("a");
  const sink = recordingSink();
  await sink.writable.close();
  await promise_rejects_js(t, TypeError, readable.pipeTo(sink.writable), "pipeTo()");
  await promise_rejects_js(t, TypeError, writer.closed, "writer.closed");
  assert_object_equals(sink.events, [["close"]]);
}, "a closed sink cancels the pair that is piped to it: the writable end is errored with a TypeError");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const sink = recordingSink();
  await sink.writable.close();
  await promise_rejects_js(t, TypeError, readable.pipeTo(sink.writable, { preventCancel: true }), "pipeTo()");
  const writer = writable.getWriter();
  writeAll(writer, range(5));
  const closed = writer.close();
  assert_array_equals(await readAll(readable.getReader()), range(5));
  await closed;
}, "preventCancel: the pair outlives a closed sink");

promise_test(async (t) => {
  const one = await makePair();
  const two = await makePair();
  await two.writable.close();
  const source = silentSource();
  const first = handled(source.readable.pipeTo(one.writable));
  const second = handled(one.readable.pipeTo(two.writable));
  await promise_rejects_js(t, TypeError, second, "the second pipeTo()");
  await promise_rejects_js(t, TypeError, first, "the first pipeTo()");
  assert_true(source.cancelled[0] instanceof TypeError, "the source is cancelled with a TypeError");
}, "a closed pair behind another one reaches the source through both");
