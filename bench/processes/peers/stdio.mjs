// The bare stdio pipe: bytes as they are, honouring `drain`, kept as Node gives them; or one line there and back, which
// nobody parses.
import { eachLine } from "../lines.mjs";
import { pump } from "../pump.mjs";

export async function parent(start, options) {
  const { stdin, stdout } = start.fork();
  await start.ready;
  return end(stdout, stdin, options);
}

export async function child(options) {
  if (options.mode === "stream") return end(process.stdin, process.stdout, options);
  eachLine(process.stdin, (line) => process.stdout.write(`${line}\n`));
  return {};
}

function end(readable, writable, { mode }) {
  if (mode === "calls") return caller(readable, writable);
  let current;
  readable.on("data", (bytes) => current.take(bytes));
  return {
    send: ({ next }) => pump(writable, next),
    receive(receiver) {
      current = receiver;
      return receiver.whole;
    },
  };
}

/** The very text of Sluice's request. */
function caller(readable, writable) {
  const ask = asking(readable, writable);
  return {
    async call(value) {
      const request = `{"jsonrpc":"2.0","id":${value},"method":"echo","params":{"value":${value}}}`;
      return (await ask(request)) === request ? value : undefined;
    },
  };
}

/** Writes a line, and resolves to the next that comes: one at a time. */
export function asking(readable, writable) {
  let answered;
  eachLine(readable, (line) => answered(line));
  return (line) =>
    new Promise((resolve) => {
      answered = resolve;
      writable.write(`${line}\n`);
    });
}
