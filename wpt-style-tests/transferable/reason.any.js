// META: global=worker
// META: script=../resources/test-utils.js
// What an error is at the other end: the same class, name and message, whichever way it went.

/** Gives `reason` to one end and returns what the other end has to say. */
const ways = {
  async "abort()"(reason, t) {
    const { readable, writable } = await makePair();
    await writable.abort(reason);
    return await readable.getReader().closed.then(t.unreached_func("reader.closed"), (error) => error);
  },
  async "cancel()"(reason, t) {
    const { readable, writable } = await makePair();
    await readable.cancel(reason);
    return await writable.getWriter().closed.then(t.unreached_func("writer.closed"), (error) => error);
  },
};

const classes = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

for (const [way, send] of Object.entries(ways)) {
  for (const ErrorClass of classes) {
    promise_test(async (t) => {
      const reason = new ErrorClass("what happened");
      const actual = await send(reason, t);
      assert_true(actual instanceof ErrorClass, `instanceof ${ErrorClass.name}`);
      assert_same_reason(actual, reason);
    }, `${way}: a ${ErrorClass.name} stays one`);
  }

  promise_test(async (t) => {
    const actual = await send(new DOMException("what happened", "TimeoutError"), t);
    assert_true(actual instanceof DOMException, "instanceof DOMException");
    assert_equals(actual.name, "TimeoutError", "name");
    assert_equals(actual.message, "what happened", "message");
    assert_equals(actual.code, DOMException.TIMEOUT_ERR, "code");
  }, `${way}: a DOMException keeps its name, message and code`);

  promise_test(async (t) => {
    const actual = await send(AbortSignal.abort().reason, t);
    assert_true(actual instanceof DOMException, "instanceof DOMException");
    assert_equals(actual.name, "AbortError");
  }, `${way}: the reason of an aborted signal is an AbortError`);

  promise_test(async (t) => {
    for (const reason of [undefined, null, false, true, 0, 42, "", "a string"]) {
      assert_equals(await send(reason, t), reason, String(reason));
    }
  }, `${way}: a reason that is a primitive stays what it is`);

  promise_test(async (t) => {
    const actual = await send({ kind: "plain", list: [1, 2], nested: { deep: true } }, t);
    assert_equals(actual.kind, "plain");
    assert_array_equals(actual.list, [1, 2]);
    assert_true(actual.nested.deep);
  }, `${way}: a plain object stays one`);

  promise_test(async (t) => {
    const actual = await send(new Error("outer", { cause: new TypeError("inner") }), t);
    assert_same_reason(actual, new Error("outer"));
    assert_same_reason(actual.cause, new TypeError("inner"), "cause");
  }, `${way}: an error keeps its cause`);

  promise_test(async (t) => {
    const actual = await send(new AggregateError([new RangeError("one"), new Error("two")], "both"), t);
    assert_same_reason(actual, new AggregateError([], "both"));
    assert_equals(actual.errors.length, 2);
    assert_same_reason(actual.errors[0], new RangeError("one"), "errors[0]");
    assert_same_reason(actual.errors[1], new Error("two"), "errors[1]");
  }, `${way}: an AggregateError keeps its errors`);

  promise_test(async (t) => {
    class OutOfPaper extends Error {
      name = "OutOfPaper";
      code = "E_PAPER";
    }
    const actual = await send(new OutOfPaper("tray 2"), t);
    assert_true(actual instanceof Error, "instanceof Error");
    assert_equals(actual.name, "OutOfPaper", "name");
    assert_equals(actual.message, "tray 2", "message");
    assert_equals(actual.code, "E_PAPER", "code");
  }, `${way}: an error of the program's own is an Error with its name, message and code`);

  promise_test(async (t) => {
    const actual = await send(new Error(""), t);
    assert_same_reason(actual, new Error(""));
  }, `${way}: an error without a message stays without one`);
}
