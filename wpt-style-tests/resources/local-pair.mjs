// The oracle: pairs within one realm, made of nothing but the standard's own streams. What it does is
// what a test may ask of every other subject. It is not an implementation of Sluice and shares no code with it.

/** Carries chunks, the end and reasons from the writable end to the readable one, at once and unchanged. */
const faithful = {
  chunk: (controller, chunk) => controller.enqueue(chunk),
  end: (controller) => controller.close(),
  reason: (reason) => reason,
};

/** A promise with its two functions; a rejection that nobody waits for is not an unhandled one. */
function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  parts.promise.catch(() => {});
  return parts;
}

/**
 * One direction: a WritableStream whose sink feeds a ReadableStream.
 *
 * `room` is fulfilled while the readable asks for a chunk (the standard's `pull`: its queue is below the
 * highWaterMark, or a read waits), and rejected once there is nobody left to feed. A write takes its room,
 * hands the chunk over and only then is fulfilled.
 */
export function localDirection(options, carry = faithful) {
  const { highWaterMark, size, strategy = { highWaterMark, size }, readable: kind, started } = options;
  let room = deferred();
  let stopped;
  let readableController;
  let writableController;

  const readable = new ReadableStream(
    {
      ...(kind === "bytes" && { type: "bytes" }),
      start(controller) {
        readableController = controller;
      },
      pull() {
        room.resolve();
      },
      cancel(reason) {
        const carried = carry.reason(reason);
        writableController.error(carried);
        stop(carried);
      },
    },
    strategy,
  );

  const writable = new WritableStream({
    start(controller) {
      writableController = controller;
      // Without this, abort() would wait for a write that only a reader can finish.
      controller.signal.addEventListener("abort", () => stop(controller.signal.reason));
      return started;
    },
    async write(chunk) {
      let copy;
      try {
        // As a stream between threads does: what the reader gets is never the writer's own object.
        copy = kind === "bytes" ? copyBytes(chunk) : structuredClone(chunk);
      } catch (error) {
        readableController.error(carry.reason(error));
        throw error;
      }
      await room.promise;
      if (stopped) throw stopped.reason;
      // A byte stream takes no empty chunk, and then asks for no other one.
      if (kind === "bytes" && copy.byteLength === 0) return;
      room = deferred();
      carry.chunk(readableController, copy);
    },
    close() {
      try {
        carry.end(readableController);
        // A read into the reader's own buffer is not ended by `close()` alone.
        if (kind === "bytes") readableController.byobRequest?.respond(0);
      } catch {
        // Bytes that do not fill an element of the reader's view, who was told by an error.
      }
    },
    abort(reason) {
      readableController.error(carry.reason(reason));
    },
  });

  function stop(reason) {
    stopped = { reason };
    room.reject(reason);
  }

  return { readable, writable };
}

function copyBytes(chunk) {
  if (!ArrayBuffer.isView(chunk) && !(chunk instanceof ArrayBuffer)) throw new TypeError("a byte stream takes buffers");
  const copy = structuredClone(chunk);
  return ArrayBuffer.isView(copy)
    ? new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength)
    : new Uint8Array(copy);
}

/** A subject whose pairs and moved streams are made of such directions. */
export function localSubject(direction) {
  async function makePair({ started = true, ...options }) {
    const gate = deferred();
    const pair = { ...direction({ ...options, started: gate.promise }), other: direction(options) };
    const start = async () => {
      gate.resolve();
      return pair;
    };
    return started ? start() : { writable: pair.writable, start };
  }

  /** As the standard transfers a stream: the original is piped, and locked by that. */
  function move(stream) {
    if (stream.locked) throw new DOMException("a locked stream cannot be transferred", "DataCloneError");
    const { readable, writable } = direction({ highWaterMark: 1 });
    const isReadable = stream instanceof ReadableStream;
    (isReadable ? stream.pipeTo(writable) : readable.pipeTo(stream)).catch(() => {});
    return isReadable ? readable : writable;
  }

  async function transferred(value) {
    if (value instanceof ReadableStream || value instanceof WritableStream) return move(value);
    return Object.fromEntries(Object.entries(value).map(([key, stream]) => [key, move(stream)]));
  }

  return { makePair, transferred };
}
