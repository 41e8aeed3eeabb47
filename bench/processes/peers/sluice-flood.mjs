// Sluice, with its defaults: calls, and beside them a raw stream of 64 KiB chunks that moves as much as it can until it
// is told to end. Chunks are read one by one, and not kept.
import { importSluice } from "../../lib/sluice.mjs";
import { endless } from "../endless.mjs";
import { payloads } from "../payloads.mjs";
import { onlyRead, onlyWritten } from "../web-ends.mjs";

const { connect, define } = await importSluice("sluice");
const { raw } = await importSluice("sluice/codecs/raw");
const { parentLink, spawn } = await importSluice("sluice/process");

const payload = payloads["64 KiB"];
const codec = raw();

export async function parent({ args }) {
  const worker = await spawn(process.execPath, args);
  return {
    call: (value) => worker.call("echo", { value }),
    flood: {
      toChild() {
        const { made, stop, done } = flowing(worker.openStream("push", { codec }));
        return {
          moved: made,
          async end() {
            stop();
            await done;
            return { sent: made(), received: await worker.call("received") };
          },
        };
      },
      toParent() {
        const { moved, done } = counted(worker.openStream("pull", { codec }));
        return {
          moved,
          async end() {
            const sent = await worker.call("end");
            await done;
            return { sent, received: moved() };
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
      async received() {
        await pushed.done;
        return pushed.moved();
      },
      async end() {
        pulled.stop();
        await pulled.done;
        return pulled.made();
      },
    },
    streams: {
      push: {
        codec,
        handler(stream) {
          pushed = counted(stream);
          return pushed.done;
        },
      },
      pull: {
        codec,
        handler(stream) {
          pulled = flowing(stream);
          return pulled.done;
        },
      },
    },
  });
  connect(parentLink(), api);
  return {};
}

function flowing(stream) {
  const from = endless(payload);
  return { ...from, done: onlyWritten(stream, from) };
}

function counted(stream) {
  let chunks = 0;
  const take = ({ byteLength }) => {
    if (byteLength !== payload.size) throw new Error(`a chunk of ${byteLength} bytes arrived`);
    chunks++;
  };
  return { moved: () => chunks, done: onlyRead(stream, take) };
}
