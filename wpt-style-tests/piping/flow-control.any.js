// META: global=worker
// META: script=../resources/test-utils.js
// Backpressure through pipes: into the writable end, out of the readable one, across both and across two pairs.

/** Counts what is between a source and a sink, and the most there ever was. */
function gauge(total) {
  const meter = { inside: 0, peak: 0 };
  let next = 0;
  meter.source = new ReadableStream(
    {
      pull(controller) {
        meter.peak = Math.max(meter.peak, ++meter.inside);
        controller.enqueue(next++);
        if (next === total) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  meter.left = () => meter.inside--;
  return meter;
}

for (const highWaterMark of [0, 1, 4, 32]) {
  promise_test(async () => {
    const { readable, writable } = await makePair({ highWaterMark });
    const writer = writable.getWriter();
    await writer.ready;
    const queue = writer.desiredSize;
    writer.releaseLock();
    const source = countingSource(highWaterMark + queue + 200);
    const pipe = source.readable.pipeTo(writable);
    await quiet();
    assert_greater_than_equal(source.produced, highWaterMark, "chunks asked for before any read");
    assert_less_than_equal(source.produced, highWaterMark + queue, "the same, no more than both queues hold");
    const reader = readable.getReader();
    const total = highWaterMark + queue + 200;
    for (let read = 1; read <= 20; read++) {
      assert_equals((await reader.read()).value, read - 1);
      assert_less_than_equal(source.produced, highWaterMark + queue + read + 1, `after ${read} reads`);
    }
    assert_array_equals(await readAll(reader), range(total).slice(20));
    await pipe;
  }, `pipeTo(writable) asks no more of its source than a highWaterMark of ${highWaterMark} lets through`);
}

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  const sink = recordingSink({ write: () => gate });
  const pipe = readable.pipeTo(sink.writable);
  const writer = writable.getWriter();
  const writes = writeAll(writer, range(20));
  const closed = writer.close();
  const taken = await takenOver(writes);
  assert_greater_than_equal(taken, 2, "writes taken over while the sink stands still");
  assert_less_than_equal(taken, 4, "the same: two in the pair, one in the sink, one on its way");
  assert_equals(sink.chunks().length, 1, "the sink has begun with one");
  release();
  await Promise.all([pipe, closed]);
  assert_array_equals(sink.chunks(), range(20));
}, "readable.pipeTo() into a slow sink holds the writer back");

promise_test(async () => {
  const { readable, writable } = await makePair({ highWaterMark: 4 });
  const writer = writable.getWriter();
  await writer.ready;
  const queue = writer.desiredSize;
  writer.releaseLock();
  const meter = gauge(400);
  let count = 0;
  const sink = recordingSink({
    async write() {
      if (++count % 50 === 0) await delay(5);
      meter.left();
    },
  });
  await Promise.all([meter.source.pipeTo(writable), readable.pipeTo(sink.writable)]);
  assert_array_equals(sink.chunks(), range(400));
  // Beside both queues: one chunk that the sink works on, one in the hands of the pipe on either side.
  assert_less_than_equal(meter.peak, 4 + queue + 3, "the most between source and sink");
}, "from a source to a sink no more is under way than the queues between them hold");

promise_test(async () => {
  const one = await makePair({ highWaterMark: 2 });
  const two = await makePair({ highWaterMark: 2 });
  const writers = [one.writable.getWriter(), two.writable.getWriter()];
  await Promise.all(writers.map((writer) => writer.ready));
  const queues = writers.reduce((sum, writer) => sum + writer.desiredSize, 0);
  for (const writer of writers) writer.releaseLock();
  const source = countingSource(300);
  const pipes = Promise.all([source.readable.pipeTo(one.writable), one.readable.pipeTo(two.writable)]);
  await quiet();
  assert_less_than_equal(source.produced, 4 + queues + 1, "chunks asked for while nobody reads at the far end");
  assert_array_equals(await readAll(two.readable.getReader()), range(300));
  await pipes;
}, "backpressure reaches through two pairs in a row");

promise_test(async () => {
  const { readable, writable } = await makePair({ strategy: new ByteLengthQueuingStrategy({ highWaterMark: 10 }) });
  const writes = writeAll(
    writable.getWriter(),
    range(6).map((n) => new Uint8Array(4).fill(n)),
  );
  assert_equals(await takenOver(writes), 3, "4 and 8 are below 10, 12 is not");
  const chunks = await readSome(readable.getReader(), 6);
  assert_array_equals(
    chunks.map(([first]) => first),
    range(6),
  );
  await Promise.all(writes);
}, "a ByteLengthQueuingStrategy counts bytes: chunks are taken over while fewer than its highWaterMark are held");

promise_test(async () => {
  const { readable, writable } = await makePair({ strategy: new ByteLengthQueuingStrategy({ highWaterMark: 10 }) });
  const writes = writeAll(writable.getWriter(), [new Uint8Array(5000), new Uint8Array(1)]);
  assert_equals(await takenOver(writes), 1);
  const [large, small] = await readSome(readable.getReader(), 2);
  assert_equals(large.byteLength, 5000);
  assert_equals(small.byteLength, 1);
}, "a chunk larger than the highWaterMark passes, and only the next one waits");

promise_test(async () => {
  const { writable } = await makePair({ strategy: new CountQueuingStrategy({ highWaterMark: 3 }) });
  assert_equals(await takenOver(writeAll(writable.getWriter(), range(8))), 3);
}, "a CountQueuingStrategy counts chunks");

promise_test(async () => {
  const { readable, writable, other } = await makePair({ highWaterMark: 2 });
  const echo = readable.pipeTo(other.writable);
  const writer = writable.getWriter();
  const sender = (async () => {
    for (const chunk of range(100)) await writer.write(chunk);
    await writer.close();
  })();
  assert_array_equals(await readAll(other.readable.getReader()), range(100));
  await Promise.all([echo, sender]);
}, "an echo from one direction into the other does not stall");
