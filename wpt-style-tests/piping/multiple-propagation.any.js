// META: global=worker
// META: script=../resources/test-utils.js
// Pipes between ends of which both are over already: which of the two counts, and what becomes of the other one.
// The ends are in their states before the pipe begins: between two sides there is no order of what happens at once.

const error1 = new RangeError("of the source");
const error2 = new SyntaxError("of the destination");

/** A source in a state. */
const sources = {
  errored: () => {
    const source = silentSource();
    source.controller.error(error1);
    return source.readable;
  },
  closed: () => {
    const source = silentSource();
    source.controller.close();
    return source.readable;
  },
};

/** A pair in a state, as a destination. */
async function destination(into) {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  handled(writer.closed);
  handled(writer.ready);
  await into(writer, readable);
  writer.releaseLock();
  return { readable, writable };
}

const aborted = (writer) => writer.abort(error2);
const cancelled = async (writer, readable) => {
  await readable.cancel(error2);
  await writer.closed.catch(() => {});
};
const closed = (writer) => writer.close();

for (const [way, into] of Object.entries({ aborted, cancelled })) {
  promise_test(async (t) => {
    const { writable } = await destination(into);
    await promise_rejects_exactly(t, error1, sources.errored().pipeTo(writable), "pipeTo()");
    await promise_rejects_alike(t, error2, writable.getWriter().closed, "writer.closed");
  }, `an errored source into a pair that was ${way}: the source's error counts, the pair keeps its own`);

  promise_test(async (t) => {
    const { writable } = await destination(into);
    const pipe = sources.errored().pipeTo(writable, { preventAbort: true });
    await promise_rejects_exactly(t, error1, pipe, "pipeTo()");
    await promise_rejects_alike(t, error2, writable.getWriter().closed, "writer.closed");
  }, `the same with preventAbort, into a pair that was ${way}`);

  promise_test(async (t) => {
    const { writable } = await destination(into);
    const source = sources.closed();
    await promise_rejects_alike(t, error2, source.pipeTo(writable), "pipeTo()");
    assert_false(source.locked, "the source is unlocked");
    assert_equals(await source.getReader().closed, undefined, "the source stays closed");
  }, `a closed source into a pair that was ${way}: the pair's error counts`);
}

promise_test(async (t) => {
  const { readable, writable } = await destination(closed);
  await promise_rejects_exactly(t, error1, sources.errored().pipeTo(writable), "pipeTo()");
  assert_equals(await writable.getWriter().closed, undefined, "writer.closed");
  assert_true((await readable.getReader().read()).done, "the readable end");
}, "an errored source into a closed pair: the source's error counts, the pair stays closed");

promise_test(async (t) => {
  const { readable, writable } = await destination(closed);
  const source = silentSource();
  source.controller.enqueue("never read");
  await promise_rejects_js(t, TypeError, source.readable.pipeTo(writable), "pipeTo()");
  assert_equals(source.cancelled.length, 1, "the source is cancelled");
  assert_true(source.cancelled[0] instanceof TypeError, "with a TypeError");
  assert_true((await readable.getReader().read()).done, "the readable end");
}, "an open source into a closed pair is cancelled with a TypeError");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b", "c"]);
  const end = writer.close();
  writer.releaseLock();
  await promise_rejects_exactly(t, error1, sources.errored().pipeTo(writable, { preventAbort: true }), "pipeTo()");
  assert_array_equals(await readAll(readable.getReader()), ["a", "b", "c"]);
  await end;
}, "an errored source with preventAbort into a pair that is closing: everything written still arrives");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  const end = handled(writer.close());
  writer.releaseLock();
  await quiet();
  await promise_rejects_exactly(t, error1, sources.errored().pipeTo(writable), "pipeTo()");
  await promise_rejects_exactly(t, error1, end, "close()");
  await promise_rejects_alike(t, error1, readable.getReader().closed, "reader.closed");
}, "an errored source into a pair whose close() waits for room aborts it");

/** A sink in a state. */
async function sinkThat(state) {
  const sink = recordingSink();
  if (state === "errored") sink.controller.error(error2);
  if (state === "closed") await sink.writable.close();
  await quiet();
  return sink;
}

/** A pair in a state, as a source. */
async function pairThat(into) {
  const { readable, writable } = await makePair();
  const writer = writable.getWriter();
  handled(writer.closed);
  handled(writer.ready);
  await into(writer);
  const reader = readable.getReader();
  await reader.closed.catch(() => {});
  reader.releaseLock();
  return { readable, writer };
}

const failed = (writer) => writer.abort(error1);

promise_test(async (t) => {
  const { readable } = await pairThat(failed);
  const sink = await sinkThat("errored");
  await promise_rejects_alike(t, error1, readable.pipeTo(sink.writable), "pipeTo()");
  await promise_rejects_exactly(t, error2, sink.writable.getWriter().closed, "the sink's error");
}, "a pair that was aborted into an errored sink: the pair's error counts, the sink keeps its own");

promise_test(async (t) => {
  const { readable } = await pairThat(failed);
  const sink = await sinkThat("closed");
  await promise_rejects_alike(t, error1, readable.pipeTo(sink.writable), "pipeTo()");
  assert_equals(await sink.writable.getWriter().closed, undefined, "the sink stays closed");
  assert_object_equals(sink.events, [["close"]]);
}, "a pair that was aborted into a closed sink: the pair's error counts, the sink stays closed");

promise_test(async (t) => {
  const { readable, writer } = await pairThat(closed);
  const sink = await sinkThat("errored");
  await promise_rejects_exactly(t, error2, readable.pipeTo(sink.writable), "pipeTo()");
  assert_equals(await writer.closed, undefined, "the writable end stays closed");
}, "a closed pair into an errored sink: the sink's error counts");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  await writer.write("never read");
  const sink = await sinkThat("errored");
  await promise_rejects_exactly(t, error2, readable.pipeTo(sink.writable), "pipeTo()");
  await promise_rejects_alike(t, error2, writer.closed, "writer.closed");
}, "an open pair into an errored sink is cancelled with the sink's error");

promise_test(async (t) => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  writeAll(writer, ["a", "b"]);
  await writer.close();
  const sink = await sinkThat("errored");
  await promise_rejects_exactly(t, error2, readable.pipeTo(sink.writable, { preventCancel: true }), "pipeTo()");
  assert_array_equals(await readAll(readable.getReader()), ["a", "b"], "what the pipe has left alone");
}, "a pair with chunks before its end into an errored sink, with preventCancel, keeps them");

promise_test(async (t) => {
  const { readable } = await pairThat(failed);
  const other = await destination(aborted);
  await promise_rejects_alike(t, error1, readable.pipeTo(other.writable), "pipeTo()");
  await promise_rejects_alike(t, error2, other.readable.getReader().closed, "the other pair's readable end");
}, "of two pairs that were aborted, the first one's error counts, each end keeps its own");
