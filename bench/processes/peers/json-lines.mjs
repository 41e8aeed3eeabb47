// JSON lines over stdio: what one writes by hand. Bytes are base64, vectors arrays of numbers.
import { eachLine } from "../lines.mjs";
import { payloads } from "../payloads.mjs";
import { pump } from "../pump.mjs";

export async function parent(start, options) {
  const { stdin, stdout } = start.fork();
  await start.ready;
  return end(stdout, stdin, options);
}

export async function child(options) {
  if (options.mode === "stream") return end(process.stdin, process.stdout, options);
  eachLine(process.stdin, (line) => {
    const { id, method, params } = JSON.parse(line);
    const result = method === "echo" ? params.value : null;
    process.stdout.write(`${JSON.stringify({ id, result })}\n`);
  });
  return {};
}

function end(readable, writable, { mode, payload: name }) {
  if (mode === "calls") return caller(readable, writable);
  const { toJson, fromJson } = payloads[name];
  let current;
  eachLine(readable, (line) => current.take(fromJson(JSON.parse(line))));
  return {
    send({ next }) {
      return pump(writable, () => {
        const chunk = next();
        return chunk === undefined ? undefined : `${JSON.stringify(toJson(chunk))}\n`;
      });
    },
    receive(receiver) {
      current = receiver;
      return receiver.whole;
    },
  };
}

function caller(readable, writable) {
  const pending = new Map();
  let id = 0;
  eachLine(readable, (line) => {
    const { id: of, result } = JSON.parse(line);
    pending.get(of)(result);
    pending.delete(of);
  });
  return {
    call: (value) =>
      new Promise((resolve) => {
        pending.set(++id, resolve);
        writable.write(`${JSON.stringify({ id, method: "echo", params: { value } })}\n`);
      }),
  };
}
