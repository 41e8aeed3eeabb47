// META: global=worker
// META: script=../resources/test-utils.js
// The same claims for every way into a state: a readable end that has chunks and goes on, that is closed, or errored.

const reason = new RangeError("what ended it");

/** Ways into a state, each with what is left to be read of the readable end. */
const open = {
  "nothing was written": [[], () => {}],
  "two chunks are there": [["a", "b"], (writer) => Promise.all(writeAll(writer, ["a", "b"]))],
  "two chunks wait for room": [["a", "b", "c", "d"], (writer) => void writeAll(writer, ["a", "b", "c", "d"])],
};

const closed = {
  "close() of what was not used": [[], (writer) => writer.close()],
  "close() behind two chunks": [
    ["a", "b"],
    async (writer) => {
      await Promise.all(writeAll(writer, ["a", "b"]));
      await writer.close();
    },
  ],
  "close() behind chunks that wait for room": [
    ["a", "b", "c", "d"],
    (writer) => {
      writeAll(writer, ["a", "b", "c", "d"]);
      handled(writer.close());
    },
  ],
  "cancel() of what was not used": [[], (_, readable) => readable.cancel("enough")],
  "cancel() with chunks unread": [
    [],
    async (writer, readable) => {
      await Promise.all(writeAll(writer, ["a", "b"]));
      await readable.cancel("enough");
    },
  ],
};

const errored = {
  "abort() of what was not used": (writer) => writer.abort(reason),
  "abort() with chunks unread": async (writer) => {
    await Promise.all(writeAll(writer, ["a", "b"]));
    await writer.abort(reason);
  },
  "abort() behind chunks that were read": async (writer, readable) => {
    const reader = readable.getReader();
    writeAll(writer, ["a", "b", "c"]);
    assert_array_equals(await readSome(reader, 3), ["a", "b", "c"]);
    reader.releaseLock();
    await writer.abort(reason);
  },
  "abort() with a close() that waits": async (writer) => {
    writeAll(writer, ["a", "b", "c", "d"]);
    handled(writer.close());
    await quiet();
    await writer.abort(reason);
  },
};

async function brought(into) {
  const { readable, writable } = await makePair({ highWaterMark: 2 });
  const writer = writable.getWriter();
  handled(writer.closed);
  handled(writer.ready);
  await into(writer, readable);
  return readable;
}

for (const [way, [left, into]] of Object.entries(open)) {
  promise_test(async () => {
    const reader = (await brought(into)).getReader();
    assert_array_equals(await readSome(reader, left.length), left);
    await assert_pending(reader.read(), "a read of more");
    await assert_pending(reader.closed, "closed");
  }, `open, ${way}: gives what was written, then waits`);

  promise_test(async () => {
    const readable = await brought(into);
    const reader = readable.getReader();
    assert_equals(await reader.cancel(reason), undefined, "cancel()");
    assert_equals(await reader.closed, undefined, "closed");
    assert_object_equals(await reader.read(), { value: undefined, done: true }, "a read");
    reader.releaseLock();
    assert_false(readable.locked, "unlocked");
  }, `open, ${way}: cancel() closes it`);
}

for (const [way, [left, into]] of Object.entries(closed)) {
  promise_test(async () => {
    const reader = (await brought(into)).getReader();
    assert_array_equals(await readAll(reader), left, "what is left");
    assert_equals(await reader.closed, undefined, "closed");
    assert_object_equals(await reader.read(), { value: undefined, done: true }, "a read");
    assert_object_equals(await reader.read(), { value: undefined, done: true }, "another one");
    assert_equals(await reader.cancel("late"), undefined, "cancel()");
  }, `closed by ${way}: gives what is left, and is done for good`);

  promise_test(async () => {
    const readable = await brought(into);
    const first = readable.getReader();
    assert_array_equals(await readAll(first), left, "what is left");
    first.releaseLock();
    const second = readable.getReader();
    assert_equals(await second.closed, undefined, "closed of a second reader");
    assert_object_equals(await second.read(), { value: undefined, done: true }, "a read of a second reader");
  }, `closed by ${way}: a second reader finds it closed`);
}

for (const [way, into] of Object.entries(errored)) {
  promise_test(async (t) => {
    const reader = (await brought(into)).getReader();
    await promise_rejects_alike(t, reason, reader.closed, "closed");
    const stored = await reader.closed.catch((error) => error);
    await promise_rejects_exactly(t, stored, reader.read(), "a read");
    await promise_rejects_exactly(t, stored, reader.cancel("late"), "cancel()");
  }, `errored by ${way}: everything about it gives one and the same reason`);

  promise_test(async (t) => {
    const readable = await brought(into);
    const first = readable.getReader();
    const stored = await first.closed.catch((error) => error);
    assert_same_reason(stored, reason);
    first.releaseLock();
    const second = readable.getReader();
    await promise_rejects_exactly(t, stored, second.closed, "closed of a second reader");
    await promise_rejects_exactly(t, stored, second.read(), "a read of a second reader");
  }, `errored by ${way}: a second reader finds the same reason`);
}
