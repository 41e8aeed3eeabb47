// META: global=worker
// META: script=../resources/test-utils.js
// The end goes with the data, behind all of it.

promise_test(async () => {
  const { readable, writable } = await makePair();
  const source = silentSource();
  source.controller.close();
  assert_equals(await source.readable.pipeTo(writable), undefined, "pipeTo()");
  assert_true((await readable.getReader().read()).done);
  assert_equals(await writable.getWriter().closed, undefined, "writer.closed");
}, "an empty source closes both ends");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 3 });
  const pipe = countingSource(50).readable.pipeTo(writable);
  assert_array_equals(await readAll(readable.getReader()), range(50));
  assert_equals(await pipe, undefined, "pipeTo()");
}, "a source that ends closes the readable end behind its chunks");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 5 });
  await countingSource(5).readable.pipeTo(writable);
  await quiet();
  assert_array_equals(await readAll(readable.getReader()), range(5));
}, "pipeTo() needs no read when the chunks have room, and they can be read later");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const pipe = countingSource(3).readable.pipeTo(writable);
  await assert_pending(pipe, "pipeTo() while chunks wait for room");
  assert_array_equals(await readAll(readable.getReader()), range(3));
  await pipe;
}, "pipeTo() is fulfilled only when every chunk was taken over");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const pipe = countingSource(2).readable.pipeTo(writable, { preventClose: true });
  await pipe;
  const reader = readable.getReader();
  assert_array_equals(await readSome(reader, 2), range(2));
  await assert_pending(reader.closed, "reader.closed");
  const writer = writable.getWriter();
  writer.write("by hand");
  writer.close();
  assert_array_equals(await readAll(reader), ["by hand"]);
}, "preventClose: the pair outlives its source");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 1 });
  const sources = [countingSource(3), countingSource(3)];
  const pipes = (async () => {
    await sources[0].readable.pipeTo(writable, { preventClose: true });
    await sources[1].readable.pipeTo(writable);
  })();
  assert_array_equals(await readAll(readable.getReader()), [0, 1, 2, 0, 1, 2]);
  await pipes;
}, "two sources can be piped into one pair, one after the other");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const sink = recordingSink({ write: () => delay(1) });
  const pipe = readable.pipeTo(sink.writable);
  const writer = writable.getWriter();
  writeAll(writer, range(6));
  writer.close();
  assert_equals(await pipe, undefined, "pipeTo()");
  assert_object_equals(sink.events, [...range(6).map((chunk) => ["write", chunk]), ["close"]]);
}, "close() closes the sink that the readable end is piped to, behind all chunks");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const sink = recordingSink();
  const pipe = readable.pipeTo(sink.writable, { preventClose: true });
  const writer = writable.getWriter();
  writeAll(writer, ["a"]);
  await writer.close();
  await pipe;
  await sink.writable.getWriter().write("by hand");
  assert_object_equals(sink.events, [
    ["write", "a"],
    ["write", "by hand"],
  ]);
}, "preventClose: the sink outlives the pair");

promise_test(async () => {
  const one = await makePair({ highWaterMark: 2 });
  const two = await makePair({ highWaterMark: 0 });
  const sink = recordingSink();
  await Promise.all([
    countingSource(40).readable.pipeTo(one.writable),
    one.readable.pipeTo(two.writable),
    two.readable.pipeTo(sink.writable),
  ]);
  assert_array_equals(sink.chunks(), range(40));
  assert_array_equals(sink.events.at(-1), ["close"]);
}, "the end passes through two pairs in a row, behind all chunks");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const empty = new TransformStream({ transform() {} });
  const writer = writable.getWriter();
  const reader = readable.pipeThrough(empty).getReader();
  const closed = (async () => {
    for (const chunk of range(10)) await writer.write(chunk);
    await writer.close();
  })();
  assert_array_equals(await readAll(reader), []);
  await closed;
}, "a transform that gives nothing out is closed all the same");
