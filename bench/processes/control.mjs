// How the benchmark itself talks with the child of a subject: requests and answers as lines of JSON on a Unix socket of
// their own, so that stdio and whatever else there is are all the subject's. Nothing of it happens while a clock runs.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { eachLine } from "./lines.mjs";

/** In the parent: `{ accepted, close }`; `accepted` resolves to `{ ask, died }` once a child has said that it is there. */
export async function listenForChild(path) {
  const server = createServer();
  server.listen(path);
  await once(server, "listening");
  const accepted = (async () => {
    const [socket] = await once(server, "connection");
    server.close();
    return asking(socket);
  })();
  accepted.catch(() => {});
  return { accepted, close: () => server.close() };
}

async function asking(socket) {
  let closing = false;
  const waiting = [];
  const { promise: hello, resolve: greet } = Promise.withResolvers();
  const { promise: died, reject: die } = Promise.withResolvers();
  died.catch(() => {});
  waiting.push({ resolve: greet, reject: () => {} });
  eachLine(socket, (line) => {
    const { result, error } = JSON.parse(line);
    const { resolve, reject } = waiting.shift();
    if (error === undefined) resolve(result);
    else reject(new Error(`in the child: ${error}`));
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (!closing) die(new Error("the child has ended"));
  });
  const { pid } = await Promise.race([hello, died]);
  return {
    pid,
    died,
    /** Answers come in the order of the requests. */
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(`${JSON.stringify(request)}\n`);
      }),
    close() {
      closing = true;
      socket.destroy();
    },
  };
}

/**
 * In the child: answers each request with what `answer` resolves to. The child ends when the parent is gone, but is not
 * kept alive by this: it may end as soon as its peer has.
 */
export async function serveParent(path, answer) {
  const socket = connect(path);
  socket.on("error", () => process.exit(1));
  socket.on("close", () => process.exit(0));
  await once(socket, "connect");
  socket.unref();
  const write = (message) => socket.write(`${JSON.stringify(message)}\n`);
  write({ result: { pid: process.pid } });
  let last = Promise.resolve();
  eachLine(socket, (line) => {
    // Begun at once, answered in order.
    const answered = answer(JSON.parse(line)).then(
      (result) => ({ result: result ?? null }),
      (error) => ({ error: error.stack ?? String(error) }),
    );
    last = last.then(async () => write(await answered));
  });
}
