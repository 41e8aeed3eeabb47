// META: global=worker
// META: script=../resources/test-utils.js
// pipeTo() with a signal, where the pipe ends or begins at a pair.

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const source = silentSource();
  const controller = new AbortController();
  const pipe = handled(source.readable.pipeTo(writable, { signal: controller.signal }));
  controller.abort("stop");
  await promise_rejects_exactly(t, "stop", pipe, "pipeTo()");
  await promise_rejects_exactly(t, "stop", readable.getReader().closed, "reader.closed");
  assert_array_equals(source.cancelled, ["stop"], "the source's cancel()");
  assert_false(writable.locked, "the writable end is unlocked");
}, "a signal aborts the writable end, cancels the source and rejects pipeTo() with its reason");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const controller = new AbortController();
  const pipe = handled(silentSource().readable.pipeTo(writable, { signal: controller.signal }));
  controller.abort();
  await promise_rejects_dom(t, "AbortError", pipe, "pipeTo()");
  await promise_rejects_dom(t, "AbortError", readable.getReader().closed, "reader.closed");
}, "without a reason of its own, a signal is an AbortError at the other end as well");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const source = countingSource(5);
  await promise_rejects_exactly(
    t,
    "stop",
    source.readable.pipeTo(writable, { signal: AbortSignal.abort("stop") }),
    "pipeTo()",
  );
  await promise_rejects_exactly(t, "stop", readable.getReader().read(), "a read");
  assert_equals(source.produced, 0, "nothing was asked of the source");
}, "a signal that is already aborted lets nothing pass");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const controller = new AbortController();
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable, { signal: controller.signal, preventAbort: true }));
  controller.abort("stop");
  await promise_rejects_exactly(t, "stop", pipe, "pipeTo()");
  assert_array_equals(source.cancelled, ["stop"], "the source's cancel()");
  await writable.getWriter().write("a");
  assert_equals((await readable.getReader().read()).value, "a");
}, "preventAbort: the pair lives on");

promise_test(async (t) => {
  const { readable, writable } = await makePair();
  const controller = new AbortController();
  const source = silentSource();
  const pipe = handled(source.readable.pipeTo(writable, { signal: controller.signal, preventCancel: true }));
  controller.abort("stop");
  await promise_rejects_exactly(t, "stop", pipe, "pipeTo()");
  assert_array_equals(source.cancelled, [], "the source's cancel()");
  await promise_rejects_exactly(t, "stop", readable.getReader().closed, "reader.closed");
}, "preventCancel: the source lives on, the pair is errored");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const controller = new AbortController();
  const pipe = handled(countingSource().readable.pipeTo(writable, { signal: controller.signal }));
  await quiet();
  controller.abort("stop");
  await assert_pending(pipe, "pipeTo() while a write waits for room");
  // The standard waits for every chunk that the pipe has read to be written, before it aborts.
  await promise_rejects_exactly(t, "stop", readAll(readable.getReader()), "the reads");
  await promise_rejects_exactly(t, "stop", pipe, "pipeTo()");
}, "a write that waits for room holds up the signal of pipeTo(), as the standard has it");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const controller = new AbortController();
  const sink = recordingSink();
  const pipe = handled(readable.pipeTo(sink.writable, { signal: controller.signal }));
  writeAll(writer, ["a", "b"]);
  await quiet();
  controller.abort("stop");
  await promise_rejects_exactly(t, "stop", pipe, "pipeTo()");
  await promise_rejects_exactly(t, "stop", writer.closed, "writer.closed");
  assert_object_equals(sink.events, [
    ["write", "a"],
    ["write", "b"],
    ["abort", "stop"],
  ]);
}, "a signal of readable.pipeTo() cancels the pair and aborts the sink");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  const controller = new AbortController();
  const pipe = handled(readable.pipeTo(recordingSink().writable, { signal: controller.signal, preventCancel: true }));
  controller.abort("stop");
  await promise_rejects_exactly(t, "stop", pipe, "pipeTo()");
  assert_false(readable.locked);
  writer.write("a");
  assert_equals((await readable.getReader().read()).value, "a");
}, "preventCancel: a pair that was piped from lives on");
