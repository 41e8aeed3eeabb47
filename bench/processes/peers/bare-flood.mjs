// What the machine itself does to a call beside a full socket: a line there and back on the bare stdio pipe, and beside it
// a bare socket that moves chunks of 64 KiB until it is told to end. Chunks are not kept.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { endless } from "../endless.mjs";
import { eachLine } from "../lines.mjs";
import { payloads } from "../payloads.mjs";
import { pump } from "../pump.mjs";
import { asking } from "./stdio.mjs";

const payload = payloads["64 KiB"];

export async function parent(start, { data }) {
  const server = createServer();
  server.listen(data);
  await once(server, "listening");
  const { stdin, stdout } = start.fork();
  const [socket] = await once(server, "connection");
  server.close();
  await start.ready;
  const ask = asking(stdout, stdin);
  const count = counting(socket);
  return {
    call: async (value) => Number(await ask(String(value))),
    flood: {
      toChild() {
        const { next, made, stop } = endless(payload);
        const done = pump(socket, next);
        return {
          moved: made,
          async end() {
            stop();
            await done;
            return { sent: made(), received: Number(await ask(`received ${made()}`)) };
          },
        };
      },
      async toParent() {
        await ask("begin");
        return {
          moved: count.chunks,
          async end() {
            const sent = Number(await ask("end"));
            return { sent, received: await count.until(sent) };
          },
        };
      },
    },
    close: () => socket.destroy(),
  };
}

export async function child({ data }) {
  const socket = connect(data);
  await once(socket, "connect");
  const count = counting(socket);
  let source;
  let done;
  const commands = {
    begin() {
      source = endless(payload);
      done = pump(socket, source.next);
    },
    async end() {
      source.stop();
      await done;
      return source.made();
    },
    received: (sent) => count.until(sent),
  };
  eachLine(process.stdin, async (line) => {
    const [name, argument] = line.split(" ");
    const answer = Object.hasOwn(commands, name) ? await commands[name](Number(argument)) : line;
    process.stdout.write(`${answer}\n`);
  });
  return {};
}

/** Of the chunks that arrive in a run, which begins anew when `until` has been reached. */
function counting(socket) {
  let bytes = 0;
  let arrived = () => {};
  socket.on("data", (chunk) => {
    bytes += chunk.byteLength;
    arrived();
  });
  const chunks = () => Math.floor(bytes / payload.size);
  return {
    chunks,
    until: (sent) =>
      new Promise((resolve) => {
        arrived = () => {
          if (chunks() < sent) return;
          const all = chunks();
          bytes = 0;
          arrived = () => {};
          resolve(all);
        };
        arrived();
      }),
  };
}
