// In the worker: reads, and rests after the first chunk and then again and again, until the window says to go on.
import { connect, define } from "sluice";
import { parentLink } from "sluice/worker";
import { Digest } from "./chunks.mjs";

/** Chunks between two rests. */
const STRETCH = 32;

function slow(options) {
  return {
    ...options,
    async handler({ readable, writable }) {
      const digest = new Digest();
      const reader = readable.getReader();
      for (let read = 0; ; read++) {
        if (read % STRETCH === 1) await channel.call("rest", { read });
        const { done, value } = await reader.read();
        if (done) break;
        await digest.add(value);
      }
      const writer = writable.getWriter();
      await writer.write(digest.hex);
      await writer.close();
    },
  };
}

const channel = connect(
  parentLink(),
  define({ streams: { slow: slow({}), "slow, without credit": slow({ highWaterMark: Number.POSITIVE_INFINITY }) } }),
);
