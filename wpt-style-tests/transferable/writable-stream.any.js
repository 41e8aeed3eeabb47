// META: global=worker
// META: script=../resources/test-utils.js
// A writable stream that is passed to the other side as a value: what is written there ends up in the sink here.

/** Waits until the sink has been closed or aborted; what happened to it. */
async function over(sink) {
  while (!sink.events.some(([kind]) => kind !== "write")) await quiet();
  return sink.events;
}

promise_test(async () => {
  const sink = recordingSink();
  const there = await transferred(sink.writable);
  assert_true(there instanceof WritableStream, "a WritableStream");
  assert_not_equals(there, sink.writable, "another one");
  assert_false(there.locked, "unlocked");
  assert_true(sink.writable.locked, "the original is locked");
  assert_greater_than(there.getWriter().desiredSize, 0, "it has room");
}, "a writable stream arrives as one, and the original is locked");

promise_test(async () => {
  const sink = recordingSink();
  const writer = (await transferred(sink.writable)).getWriter();
  for (const chunk of range(5)) await writer.write(chunk);
  await writer.close();
  assert_object_equals(await over(sink), [...range(5).map((chunk) => ["write", chunk]), ["close"]]);
}, "what is written there reaches the sink in order, and the end behind it");

promise_test(async () => {
  const sink = recordingSink();
  const writer = (await transferred(sink.writable)).getWriter();
  assert_equals(await writer.close(), undefined, "close()");
  assert_equals(await writer.closed, undefined, "closed");
  assert_object_equals(await over(sink), [["close"]]);
}, "close() without a chunk closes the sink");

promise_test(async () => {
  const reason = new RangeError("gone");
  const sink = recordingSink();
  const writer = (await transferred(sink.writable)).getWriter();
  handled(writer.closed);
  assert_equals(await writer.abort(reason), undefined, "abort()");
  const events = await over(sink);
  assert_equals(events.length, 1);
  assert_equals(events[0][0], "abort");
  assert_same_reason(events[0][1], reason);
}, "abort() there aborts the sink with the reason");

promise_test(async (t) => {
  const reason = new RangeError("the sink failed");
  const sink = recordingSink({
    write(chunk) {
      if (chunk === "b") throw reason;
    },
  });
  const writer = (await transferred(sink.writable)).getWriter();
  writeAll(writer, ["a", "b"]);
  await promise_rejects_alike(t, reason, writer.closed, "closed");
  assert_array_equals(sink.chunks(), ["a", "b"]);
}, "a sink whose write() throws errors it with the reason");

promise_test(async (t) => {
  const reason = new SyntaxError("the sink failed by itself");
  const sink = recordingSink();
  const writer = (await transferred(sink.writable)).getWriter();
  await writer.write("a");
  sink.controller.error(reason);
  await promise_rejects_alike(t, reason, writer.closed, "closed");
}, "a sink that errors itself errors it with the reason, without another write");

promise_test(async (t) => {
  const reason = new RangeError("failed before");
  const sink = recordingSink();
  sink.controller.error(reason);
  const writer = (await transferred(sink.writable)).getWriter();
  await promise_rejects_alike(t, reason, writer.closed, "closed");
  await promise_rejects_alike(t, reason, writer.write("a"), "write()");
}, "an errored stream arrives errored, with its reason");

promise_test(async (t) => {
  const sink = recordingSink();
  await sink.writable.close();
  const writer = (await transferred(sink.writable)).getWriter();
  await promise_rejects_js(t, TypeError, writer.closed, "closed");
}, "a closed stream arrives errored with a TypeError: nothing can be written to it");

promise_test(async () => {
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  const sink = recordingSink({ write: () => gate });
  const writer = (await transferred(sink.writable)).getWriter();
  const writes = writeAll(writer, range(3000));
  const taken = await takenOver(writes);
  assert_less_than(taken, 3000, "writes taken over while the sink stands still");
  assert_equals(sink.chunks().length, 1, "the sink has begun with one");
  assert_less_than_equal(writer.desiredSize, 0, "desiredSize");
  await assert_pending(writer.ready, "ready");
  release();
  await Promise.all(writes);
  await writer.close();
  await over(sink);
  assert_array_equals(sink.chunks(), range(3000));
}, "a sink that stands still holds the writer there back");

promise_test(async () => {
  const sink = recordingSink();
  const writer = (await transferred(sink.writable)).getWriter();
  const chunk = { n: 1 };
  await writer.write(chunk);
  chunk.n = 2;
  await writer.close();
  await over(sink);
  assert_not_equals(sink.chunks()[0], chunk, "not the same object");
  assert_equals(sink.chunks()[0].n, 1, "as it was when it was written");
}, "a chunk reaches the sink as a structured clone");

promise_test(async (t) => {
  const sink = recordingSink();
  const writer = (await transferred(sink.writable)).getWriter();
  const write = writer.write(() => {});
  await promise_rejects_dom(t, "DataCloneError", write, "write()");
  await promise_rejects_dom(t, "DataCloneError", writer.closed, "closed");
  const events = await over(sink);
  assert_equals(events[0][0], "abort");
  assert_equals(events[0][1].name, "DataCloneError");
}, "a chunk that cannot be cloned errors it and aborts the sink with a DataCloneError");

promise_test(async () => {
  const sink = recordingSink();
  const there = await transferred(sink.writable);
  const further = await transferred(there);
  assert_true(there.locked, "the first one is locked");
  await countingSource(30).readable.pipeTo(further);
  await over(sink);
  assert_array_equals(sink.chunks(), range(30));
}, "a stream that has arrived can be passed on, and piped to");

promise_test(async () => {
  const sink = recordingSink();
  const writer = sink.writable.getWriter();
  const refused = await transferred(sink.writable).then(
    () => "passed",
    (error) => error,
  );
  assert_true(refused instanceof Error || refused instanceof DOMException, "an error");
  await writer.write("still mine");
  assert_array_equals(sink.chunks(), ["still mine"]);
}, "a locked stream is refused, and its writer goes on");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const there = await transferred(writable);
  const writer = there.getWriter();
  writeAll(writer, range(12));
  handled(writer.close());
  assert_array_equals(await readAll(readable.getReader()), range(12));
}, "the writable end of a pair can be passed");
