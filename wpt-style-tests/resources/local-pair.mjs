// The oracle: a pair within one realm, made of nothing but the standard's own streams. What it does is
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
export function localDirection({ highWaterMark, size, strategy = { highWaterMark, size } }, carry = faithful) {
  let room = deferred();
  let stopped;
  let readableController;
  let writableController;

  const readable = new ReadableStream(
    {
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
    },
    async write(chunk) {
      let copy;
      try {
        // As a stream between threads does: what the reader gets is never the writer's own object.
        copy = structuredClone(chunk);
      } catch (error) {
        readableController.error(carry.reason(error));
        throw error;
      }
      await room.promise;
      if (stopped) throw stopped.reason;
      room = deferred();
      carry.chunk(readableController, copy);
    },
    close() {
      carry.end(readableController);
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

/** `readable` and `writable` are the two ends of one direction, `other` is the direction back. */
export async function makeLocalPair(options) {
  return { ...localDirection(options), other: localDirection(options) };
}
