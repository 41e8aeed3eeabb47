// What both ends of the flow tests can do, so that each test runs in both directions: the actions of one end use the
// streams and methods of the other.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const CHUNK = 64 * 1024;
const KiB = 1024;
/** How long nothing must move to have stopped, in milliseconds. */
const STILL = 250;

/** A source that counts: it gives chunks for as long as it is asked, or `limit` of them. */
export function countedSource(limit = Number.POSITIVE_INFINITY, size = CHUNK) {
  const count = { pulls: 0, cancelled: false };
  const readable = new ReadableStream(
    {
      async pull(controller) {
        if (count.pulls === limit) return controller.close();
        controller.enqueue(new Uint8Array(size).fill(count.pulls++));
        // As a file or a socket would, now and then.
        if (count.pulls % 16 === 0) await new Promise(setImmediate);
      },
      cancel() {
        count.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { readable, count };
}

/** Waits until the source is asked no more. */
export async function stopped(count) {
  for (;;) {
    const { pulls } = count;
    await sleep(STILL);
    if (count.pulls === pulls) return pulls;
  }
}

async function digestOf(readable) {
  const hash = createHash("sha256");
  for await (const chunk of readable) hash.update(chunk);
  return hash.digest("hex");
}

/** @param {() => import("sluice").Channel} channel this end's */
export function makeSide(channel) {
  const sources = new Map();

  const streams = {
    /** Nobody reads, ever. */
    hold: () => new Promise(() => {}),
    digest: async ({ readable, writable }) => {
      const writer = writable.getWriter();
      await writer.write(await digestOf(readable));
      await writer.close();
    },
    /** Leaves after so many chunks. */
    take: async ({ readable, metadata }) => {
      let left = metadata.count;
      for await (const _ of readable) if (--left === 0) break;
    },
    /** Sends without end. */
    flood: ({ writable, metadata }) => {
      const { readable, count } = countedSource();
      sources.set(metadata.key, count);
      return readable.pipeTo(writable).catch(() => {});
    },
  };

  const methods = {
    echo: ({ value }) => value,
    source: ({ key }) => sources.get(key) ?? null,

    /** A stream that nobody reads at the other end, and what else goes on meanwhile. */
    async unread() {
      const { readable, count } = countedSource();
      const { signal, ...end } = endable();
      readable.pipeTo(channel().openStream("hold", { signal }).writable).catch(() => {});
      const pulls = await stopped(count);
      let slowest = 0;
      for (let n = 0; n < 50; n++) {
        const begin = performance.now();
        await channel().call("echo", { value: n });
        slowest = Math.max(slowest, performance.now() - begin);
      }
      const digestEqual = await sendSome();
      const later = count.pulls;
      end.now();
      return { pulls, later, bytes: pulls * CHUNK, slowest, digestEqual };
    },

    /** Calls inside the loop over a stream whose sender is always ahead. */
    async callInside({ count }) {
      const { readable } = channel().openStream("flood", { metadata: { key: "inside" } });
      let answered = 0;
      for await (const _ of readable) {
        answered += await channel().call("echo", { value: 1 });
        if (answered === count) break;
      }
      return answered;
    },

    /** Leaves the loop over a stream of the other end: what its source was asked for. */
    async leave({ count, key }) {
      const { readable } = channel().openStream("flood", { metadata: { key } });
      let left = count;
      for await (const _ of readable) if (--left === 0) break;
      for (;;) {
        const source = await channel().call("source", { key });
        if (source.cancelled) return source;
        await sleep(5);
      }
    },

    /** The other end leaves the loop over a stream of ours. */
    async left({ count }) {
      const source = countedSource();
      const { writable } = channel().openStream("take", { metadata: { count } });
      await source.readable.pipeTo(writable).catch(() => {});
      return source.count;
    },

    sendSome,
  };

  /** 16 MiB, compared by digest. */
  async function sendSome() {
    const { readable, writable } = channel().openStream("digest");
    const sent = createHash("sha256");
    const writer = writable.getWriter();
    const answer = readable.getReader().read();
    for (let n = 0; n < 256; n++) {
      const chunk = new Uint8Array(64 * KiB).fill(n);
      sent.update(chunk);
      await writer.write(chunk);
    }
    await writer.close();
    return (await answer).value === sent.digest("hex");
  }

  return { streams, methods };
}

function endable() {
  const controller = new AbortController();
  return { signal: controller.signal, now: () => controller.abort() };
}
