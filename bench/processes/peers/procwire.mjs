// procwire, as its documentation has it for speed: each stream with the codec that it recommends (rawCodec for small and
// medium payloads, rawChunksCodec for large ones, msgpackCodec for objects) and `socketBufferSize`. Its streams lead to
// the parent only. To the child, calls without an answer (`response: "none"`) are the nearest that it has; nothing
// bounds what the child has not yet handled.
import { Client } from "@procwire/client";
import { msgpackCodec, rawChunksCodec, rawCodec } from "@procwire/codecs";
import { Module, ModuleManager } from "@procwire/core";
import { rendezvous } from "../rendezvous.mjs";

const LARGE_SOCKET_BUFFER = 4 * 2 ** 20;

/** By name: the codec, what it is given for a chunk, and what of what it gives is a chunk. */
const codecs = {
  raw: { codec: rawCodec, wrap: (chunk) => chunk, takeInto: (receiver) => receiver.take },
  "raw-chunks": {
    codec: rawChunksCodec,
    wrap: (chunk) => [chunk],
    takeInto: (receiver) => (pieces) => {
      for (const piece of pieces) receiver.take(piece);
    },
  },
  msgpack: { codec: msgpackCodec, wrap: (chunk) => chunk, takeInto: (receiver) => receiver.take },
};

export async function parent({ args }, { codec: name = "msgpack" }) {
  const { codec, wrap, takeInto } = codecs[name];
  const module = new Module("bench")
    .executable(process.execPath, args)
    .method("pull", { requestCodec: msgpackCodec, responseCodec: codec, response: "stream" })
    .method("push", { codec, response: "none" })
    .method("echo", { codec: msgpackCodec, response: "result" })
    .spawnPolicy({ socketBufferSize: LARGE_SOCKET_BUFFER, maxRetries: 0, restartOnCrash: false });
  const manager = new ModuleManager();
  manager.register(module);
  await manager.spawn();
  return {
    async receive(receiver) {
      const take = takeInto(receiver);
      for await (const chunk of module.stream("pull", null)) take(chunk);
    },
    async send({ next }) {
      for (let chunk = next(); chunk !== undefined; chunk = next()) await module.send("push", wrap(chunk));
    },
    call: async (value) => (await module.send("echo", { value })).value,
    close: () => manager.shutdown(),
  };
}

export async function child({ codec: name = "msgpack" }) {
  const { codec, wrap, takeInto } = codecs[name];
  const pulls = rendezvous();
  let take;
  const client = new Client()
    .handle(
      "pull",
      async (_, ctx) => {
        const { run, done, fail } = await pulls.take();
        try {
          for (let chunk = run.next(); chunk !== undefined; chunk = run.next()) await ctx.chunk(wrap(chunk));
          await ctx.end();
          done();
        } catch (error) {
          fail(error);
        }
      },
      { requestCodec: msgpackCodec, responseCodec: codec, response: "stream" },
    )
    .handle("push", (chunk) => take(chunk), { codec, response: "none" })
    .handle("echo", (data, ctx) => ctx.respond(data), { codec: msgpackCodec, response: "result" });
  await client.start();
  return {
    send: (sender) => pulls.give(sender),
    receive(receiver) {
      take = takeInto(receiver);
      return receiver.whole;
    },
  };
}
