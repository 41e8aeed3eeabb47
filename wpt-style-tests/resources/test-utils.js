// What several test files need, as globals: waiting, sources and sinks that count, and the comparison of a
// reason that has crossed. Loaded by a META line, so it is a script, not a module.

self.delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Two ports that are joined, one of which was posted as a stream's are: where such ports take a longer way than others,
 * what goes over them comes behind what the streams have on their way already.
 */
const postedPair = () =>
  new Promise((resolve) => {
    const carrier = new MessageChannel();
    const { port1, port2 } = new MessageChannel();
    carrier.port2.onmessage = ({ ports: [posted] }) => {
      carrier.port1.close();
      resolve([port1, posted]);
    };
    carrier.port1.postMessage(null, [port2]);
  });

/**
 * Waits until whatever can still happen by itself across a pair has happened. In rounds, each with a message there and
 * back: how long one takes, and whether a time-out that is due comes before it, differs by runtime and by load.
 */
self.quiet = async () => {
  const [near, far] = await postedPair();
  far.onmessage = () => far.postMessage("back");
  const trip = () =>
    new Promise((resolve) => {
      near.onmessage = resolve;
      near.postMessage("there");
    });
  for (let round = 0; round < 10; round++) await Promise.all([delay(4), trip()]);
  near.close();
};

/** "pending", "fulfilled" or "rejected" for each promise, once all is quiet. */
self.settlements = async (promises) => {
  const states = promises.map(() => "pending");
  promises.forEach((promise, index) => {
    promise.then(
      () => {
        states[index] = "fulfilled";
      },
      () => {
        states[index] = "rejected";
      },
    );
  });
  await quiet();
  return states;
};

self.assert_pending = async (promise, description) => {
  const [state] = await settlements([promise]);
  assert_equals(state, "pending", description);
};

/** How many of these writes were taken over, once all is quiet: no more have been by the next look. */
self.takenOver = async (writes) => {
  for (let before = -1; ; ) {
    const now = (await settlements(writes)).filter((state) => state === "fulfilled").length;
    if (now === before) return now;
    before = now;
  }
};

/** A promise that is looked at later, or not at all: until then its rejection is not an unhandled one. */
self.handled = (promise) => {
  promise.catch(() => {});
  return promise;
};

/** Writes one after another, none awaited. */
self.writeAll = (writer, chunks) => chunks.map((chunk) => handled(writer.write(chunk)));

self.range = (count) => Array.from({ length: count }, (_, index) => index);

/** Reads `count` chunks, fewer if the stream ends before. */
self.readSome = async (reader, count) => {
  const chunks = [];
  while (chunks.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
  }
  return chunks;
};

/** All chunks until the end. */
self.readAll = (reader) => readSome(reader, Number.POSITIVE_INFINITY);

/**
 * A pull source without a queue of its own: `produced` tells how many chunks were asked of it. It has more than
 * any test wants, but an end: without backpressure an endless one would never let go of the thread.
 */
self.countingSource = (total = 5000) => {
  const source = { produced: 0, cancelled: [] };
  source.readable = new ReadableStream(
    {
      start(controller) {
        source.controller = controller;
      },
      pull(controller) {
        if (source.produced < total) controller.enqueue(source.produced++);
        if (source.produced >= total) controller.close();
      },
      cancel(reason) {
        source.cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return source;
};

/** A source that says nothing until told to by its `controller`; `cancelled` are the reasons it was given. */
self.silentSource = () => {
  const source = { cancelled: [] };
  source.readable = new ReadableStream({
    start(controller) {
      source.controller = controller;
    },
    cancel(reason) {
      source.cancelled.push(reason);
    },
  });
  return source;
};

/** A sink that keeps what it is given, in order: `["write", chunk]`, `["close"]`, `["abort", reason]`. */
self.recordingSink = (underlying = {}, strategy = undefined) => {
  const sink = { events: [] };
  sink.chunks = () => sink.events.filter(([kind]) => kind === "write").map(([, chunk]) => chunk);
  sink.writable = new WritableStream(
    {
      start(controller) {
        sink.controller = controller;
      },
      write(chunk, controller) {
        sink.events.push(["write", chunk]);
        return underlying.write?.(chunk, controller);
      },
      close() {
        sink.events.push(["close"]);
        return underlying.close?.();
      },
      abort(reason) {
        sink.events.push(["abort", reason]);
        return underlying.abort?.(reason);
      },
    },
    strategy,
  );
  return sink;
};

/** That `actual` is `expected` as it arrives at the other end: errors by class, name and message, the rest by value. */
self.assert_same_reason = (actual, expected, description = "reason") => {
  if (!(expected instanceof Error || expected instanceof DOMException)) {
    assert_equals(actual, expected, description);
    return;
  }
  assert_equals(typeof actual, "object", `${description}: type`);
  assert_true(actual !== null, `${description}: is not null`);
  assert_equals(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `${description}: class`);
  assert_equals(actual.name, expected.name, `${description}: name`);
  assert_equals(actual.message, expected.message, `${description}: message`);
};

/** As promise_rejects_exactly, for a reason that was given at the other end. */
self.promise_rejects_alike = async (t, expected, promise, description) => {
  const missed = t.unreached_func(`should have been rejected: ${description}`);
  await promise.then(missed, (actual) => assert_same_reason(actual, expected, description));
};
