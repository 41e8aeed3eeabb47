/** Sluice in a context whose ports are of another realm, as in test frameworks, or with a port made in another window. */
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the context has of this one; the language's own it has itself. */
const lent =
  "MessageChannel ReadableStream WritableStream ByteLengthQueuingStrategy CountQueuingStrategy AbortController DOMException " +
  "TextEncoder TextDecoder structuredClone setTimeout clearTimeout setImmediate queueMicrotask process crypto";

let context: object;
beforeAll(async () => {
  const contents = 'export * from "./src/mod.ts"; export * from "./adapters/message-port/mod.ts";';
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here("../..") },
    bundle: true,
    format: "iife",
    globalName: "sluice",
    write: false,
    logLevel: "silent",
  });
  const global = globalThis as unknown as Record<string, unknown>;
  context = createContext(Object.fromEntries(lent.split(" ").map((name) => [name, global[name]])));
  runInContext(outputFiles[0]?.text ?? "", context);
  runInContext(
    `const { port1, port2 } = new MessageChannel();
     const echo = ({ readable, writable }) => readable.pipeTo(writable);
     sluice.connect(sluice.messagePortLink(port2), { streams: { echo }, methods: { echo: (params) => params } });
     const channel = sluice.connect(sluice.messagePortLink(port1));`,
    context,
  );
});

const chunks = [
  "{ data: new Uint8Array(1000) }",
  "{ inner: { data: new Uint8Array(1000) }, data: new ArrayBuffer(8) }",
  "[new Uint8Array(1000), 1]",
  "new Uint8Array(1000)",
  "new ArrayBuffer(1000)",
  "{ id: 1, tags: ['a', 'b'] }",
  "new Map([[1, new Uint8Array(1000)]])",
];

it.each(chunks)("%s crosses, and both sides count it alike", async (chunk) => {
  for (const options of ["{}", "{ transfer: true }"]) {
    // A second chunk, for the first one's count is checked when more comes.
    const echoed = runInContext(
      `(async () => {
        const { readable, writable } = channel.openStream("echo", ${options});
        const reader = readable.getReader();
        const writer = writable.getWriter();
        const closed = writer.write(${chunk}).then(() => writer.write(${chunk})).then(() => writer.close());
        const back = [await reader.read(), await reader.read(), await reader.read()];
        await closed;
        return back;
      })()`,
      context,
    ) as Promise<ReadableStreamReadResult<unknown>[]>;
    const [one, two, end] = await echoed;
    expect([one?.done, two?.done, end?.done]).toEqual([false, false, true]);
    expect(structuredClone(one?.value)).toEqual(structuredClone(runInContext(`(${chunk})`, context)));
  }
});

it("calls work as everywhere", async () => {
  const answer = runInContext("channel.call('echo', { list: [1, { two: 2 }] })", context) as Promise<unknown>;
  expect(structuredClone(await answer)).toEqual({ list: [1, { two: 2 }] });
});
