// META: global=worker
// META: script=../resources/test-utils.js
// Buffers and views that cannot be read into, or written: refused, and what that does to the stream.

const bytesPair = (options) => makePair({ readable: "bytes", highWaterMark: 64, ...options });
const bytes = (...values) => new Uint8Array(values);

function detached(view) {
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const unreadable = {
  "no view at all": () => undefined,
  "a number": () => 5,
  "an ArrayBuffer": () => new ArrayBuffer(4),
  "a plain object": () => ({ byteLength: 4 }),
  "a view without bytes": () => new Uint8Array(0),
  "a view without bytes, of a buffer that has some": () => new Uint8Array(new ArrayBuffer(4), 4, 0),
  "a view whose buffer was detached": () => detached(new Uint8Array(4)),
  "a view of memory that cannot be detached": () =>
    new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1 }).buffer, 0, 4),
};

for (const [what, make] of Object.entries(unreadable)) {
  promise_test(async (t) => {
    const { readable, writable } = await bytesPair();
    const writer = writable.getWriter();
    const reader = readable.getReader({ mode: "byob" });
    await writer.write(bytes(1, 2));
    await promise_rejects_js(t, TypeError, reader.read(make()), "read()");
    assert_array_equals((await reader.read(new Uint8Array(4))).value, [1, 2], "a read that is right");
    const reason = new RangeError("gone");
    await writer.abort(reason);
    await promise_rejects_alike(t, reason, reader.read(new Uint8Array(4)), "the next one");
  }, `read() into ${what} is a TypeError and does no harm`);
}

for (const [what, make] of Object.entries(unreadable).slice(4, 7)) {
  promise_test(async (t) => {
    const { readable, writable } = await bytesPair();
    await writable.close();
    const reader = readable.getReader({ mode: "byob" });
    await reader.closed;
    await promise_rejects_js(t, TypeError, reader.read(make()), "read()");
  }, `read() into ${what} is a TypeError of a closed stream, too`);

  promise_test(async (t) => {
    const { readable, writable } = await bytesPair();
    await writable.abort("gone");
    const reader = readable.getReader({ mode: "byob" });
    await promise_rejects_exactly(t, "gone", reader.closed, "closed");
    await promise_rejects_js(t, TypeError, reader.read(make()), "read()");
    await promise_rejects_exactly(t, "gone", reader.read(new Uint8Array(1)), "a read that is right");
  }, `read() into ${what} is a TypeError of an errored stream, too`);
}

const unwritable = {
  undefined: () => undefined,
  null: () => null,
  "a number": () => 5,
  "a string": () => "text",
  "an array of numbers": () => [1, 2],
  "an object with a byteLength": () => ({ byteLength: 4 }),
};

for (const [what, make] of Object.entries(unwritable)) {
  promise_test(async (t) => {
    const { readable, writable } = await bytesPair();
    const writer = writable.getWriter();
    const reader = readable.getReader({ mode: "byob" });
    await promise_rejects_js(t, TypeError, writer.write(make()), "write()");
    await promise_rejects_js(t, TypeError, writer.closed, "writer.closed");
    await promise_rejects_js(t, TypeError, reader.closed, "reader.closed");
  }, `write() of ${what} is a TypeError and errors both ends`);
}

promise_test(async (t) => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const reader = readable.getReader({ mode: "byob" });
  await writer.write(bytes(1, 2));
  assert_array_equals((await reader.read(new Uint8Array(4))).value, [1, 2]);
  await promise_rejects_js(t, TypeError, writer.write("text"), "write()");
  await promise_rejects_js(t, TypeError, reader.read(new Uint8Array(4)), "the next read");
}, "what was read before a chunk that is no bytes was read");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const writer = writable.getWriter();
  const chunk = bytes(1, 2, 3);
  await writer.write(chunk);
  chunk.fill(0);
  detached(chunk);
  assert_array_equals((await readable.getReader({ mode: "byob" }).read(new Uint8Array(4))).value, [1, 2, 3]);
}, "a buffer changed or detached once its write was fulfilled arrives as it was");

promise_test(async () => {
  const { readable, writable } = await bytesPair();
  const reader = readable.getReader({ mode: "byob" });
  const own = new Uint8Array(4);
  const read = reader.read(own);
  assert_equals(own.byteLength, 0, "taken at once");
  writable.getWriter().write(bytes(1));
  const again = new Uint8Array((await read).value.buffer);
  assert_equals(again.byteLength, 4);
  const next = reader.read(again);
  assert_equals(again.byteLength, 0, "and taken again");
  await reader.cancel();
  assert_true((await next).done);
}, "a buffer is the stream's while a read waits, and can be given again afterwards");
