// The side that is talked to, the same in every worker and every window.
import { connect } from "/sluice.mjs";

/** Chunks that sources have made so far, by the key that the stream was opened with. */
const made = new Map();

export function serve(link, extra = {}) {
  return connect(link, {
    methods: {
      add: ([a, b]) => a + b,
      never: () => new Promise(() => {}),
      made: ([key]) => made.get(key) ?? 0,
      end() {
        // After the answer to this.
        setTimeout(() => self.close(), 0);
      },
      ...extra,
    },
    streams: {
      echo: ({ readable, writable }) => readable.pipeTo(writable),
      /** Chunks without end, counted. */
      source({ readable, writable, metadata }) {
        readable.cancel().catch(() => {});
        let count = 0;
        const numbers = new ReadableStream(
          {
            pull(controller) {
              made.set(metadata, ++count);
              controller.enqueue({ count });
            },
          },
          { highWaterMark: 0 },
        );
        return numbers.pipeTo(writable);
      },
      /** Takes what is written, and never reads it. */
      sink: () => new Promise(() => {}),
    },
  });
}
