// Sluice, with its defaults: calls, and beside them a raw stream of 64 KiB chunks that moves as much as it can until it
// is told to end. Chunks are read one by one, and not kept.
import { importSluice } from "../../lib/sluice.mjs";
import { payloads } from "../payloads.mjs";

const { connect, define } = await importSluice("sluice");
const { raw } = await importSluice("sluice/codecs/raw");
const { parentLink, spawn } = await importSluice("sluice/process");

const payload = payloads["64 KiB"];

export async function parent({ args }) {
  const worker = await spawn(process.execPath, args);
  return {
    call: (value) => worker.call("echo", { value }),
    /** `{ moved(), end() }`: how many chunks have gone so far; ends the stream once everything has arrived. */
    flood: {
      toChild() {
        const { readable, writable } = worker.openStream("push", { codec: raw() });
        const { stream, moved, end } = endless();
        const done = Promise.all([stream.pipeTo(writable), readable.cancel()]);
        return {
          moved,
          async end() {
            end();
            await done;
            return { sent: moved(), received: await worker.call("received") };
          },
        };
      },
      toParent() {
        const { readable, writable } = worker.openStream("pull", { codec: raw() });
        const counter = counting();
        const done = Promise.all([counter.read(readable), writable.close().catch(() => {})]);
        return {
          moved: counter.moved,
          async end() {
            const sent = worker.call("end");
            await done;
            return { sent: await sent, received: counter.moved() };
          },
        };
      },
    },
    close: () => worker.close(),
  };
}

export async function child() {
  let pushed;
  let pulled;
  const api = define({
    methods: {
      echo: ({ value }) => value,
      received: () => pushed.done,
      async end() {
        pulled.end();
        await pulled.done;
        return pulled.moved();
      },
    },
    streams: {
      push: {
        codec: raw(),
        async handler({ readable, writable }) {
          const { read, moved } = counting();
          const closed = writable.close().catch(() => {});
          pushed = { done: read(readable).then(moved) };
          await Promise.all([pushed.done, closed]);
        },
      },
      pull: {
        codec: raw(),
        async handler({ readable, writable }) {
          const { stream, moved, end } = endless();
          pulled = { moved, end, done: Promise.all([stream.pipeTo(writable), readable.cancel()]) };
          await pulled.done;
        },
      },
    },
  });
  connect(parentLink(), api);
  return {};
}

/** A pull source that gives chunks until `end()`. */
function endless() {
  const pool = payload.pool();
  let index = 0;
  let ending = false;
  const stream = new ReadableStream({
    pull(controller) {
      if (ending) controller.close();
      else controller.enqueue(payload.make(index++, pool));
    },
  });
  const end = () => {
    ending = true;
  };
  return { stream, moved: () => index, end };
}

function counting() {
  let read = 0;
  return {
    moved: () => read,
    async read(readable) {
      const reader = readable.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        if (value.byteLength !== payload.size) throw new Error(`a chunk of ${value.byteLength} bytes arrived`);
        read++;
      }
    },
  };
}
