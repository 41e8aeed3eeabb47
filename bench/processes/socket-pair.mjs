// A Unix socket between the two processes, for the peers that are bare. The receiver connects, whichever process it is,
// because only a connecting socket can read into memory of its own choice (`onread`).
import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * Both sides of a peer module. `send(socket, sender, options)` sends one run; `receiving(options)` gives `receive(receiver)`, which
 * gets ready for one and may answer on the socket that it is given, and how bytes reach it: as `onread`, net's own option,
 * or by `onData(bytes)`.
 */
export function overSocket({ send, receiving }) {
  const sendingEnd = (accepted, options) => ({
    send: async (sender) => send(await accepted, sender, options),
    close: async () => (await accepted).destroy(),
  });
  const receivingEnd = async (options) => {
    const { receive, onread, onData } = receiving(options);
    const socket = connect({ path: options.data, ...(onread && { onread }) });
    await once(socket, "connect");
    if (onData) socket.on("data", onData);
    return { receive: (receiver) => receive(receiver, socket), close: () => socket.destroy() };
  };
  return {
    async parent(start, options) {
      if (options.toChild) {
        const { accepted } = await listen(options.data);
        start.fork();
        await start.ready;
        return sendingEnd(accepted, options);
      }
      start.fork();
      await start.ready;
      return receivingEnd(options);
    },
    async child(options) {
      if (options.toChild) return receivingEnd(options);
      const { accepted } = await listen(options.data);
      return sendingEnd(accepted, options);
    },
  };
}

/** `{ accepted }`: listens, and the promise of the one connection. */
async function listen(path) {
  const server = createServer();
  server.listen(path);
  await once(server, "listening");
  const accepted = once(server, "connection").then(([socket]) => {
    server.close();
    return socket;
  });
  return { accepted };
}
