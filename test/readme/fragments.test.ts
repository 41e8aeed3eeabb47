/** The blocks that are no whole programs, run with what they leave to the reader's imagination. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { messagePortLink } from "../../adapters/message-port/mod.ts";
import { msgpack } from "../../src/codecs/msgpack.ts";
import { type Channel, connect, type Definition } from "../../src/mod.ts";
import { fragments, root } from "./pages.ts";

/** Runs the one that has `part`; `define` is heard by the far side of `channel`. */
async function run(part: string, names: Record<string, unknown>): Promise<Channel> {
  const { port1, port2 } = new MessageChannel();
  const channel = connect(messagePortLink(port1));
  const define = (api: Definition): void => void connect(messagePortLink(port2), api);
  const code = fragments.find(({ text }) => text.includes(part))?.text ?? "";
  const all = { ...names, channel, define };
  const body = `return (async () => { ${code} })();`;
  await new Function(...Object.keys(all), body)(...Object.values(all));
  return channel;
}

test("all of them are known here", () => {
  expect(fragments.map(({ language }) => language)).toEqual(["sh", "ts", "", "ts", "ts"]);
});

test("the commands are those of the package", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const commands = [...(fragments[0]?.text ?? "").matchAll(/^npm ci && npm (\w+) /gm)].map(([, name]) => name);
  expect(commands).toEqual(["start", "test"]);
  for (const name of commands) expect(scripts).toHaveProperty(name as string);
});

test("handlers of streams", async () => {
  const rows: unknown[] = [];
  const resizer = () => new TransformStream({ transform: (size, controller) => controller.enqueue(size / 2) });
  const channel = await run("const upload =", { insert: (row: unknown) => rows.push(row), resizer });
  const upload = channel.openStream("upload").writable.getWriter();
  await upload.write("a row");
  await upload.close();
  const resize = channel.openStream("resize");
  const writer = resize.writable.getWriter();
  void writer.write(10);
  expect((await resize.readable.getReader().read()).value).toBe(5);
  expect(rows).toEqual(["a row"]);
  channel.abort();
  await channel.closed.catch(() => {});
});

test("progress", async () => {
  const counts: unknown[] = [];
  const bar = { update: (count: unknown) => counts.push(count) };
  const channel = await run("onProgress", { index: { add() {} }, rows: ["a", "b"], bar });
  expect(counts).toEqual([1, 2]);
  await channel.close();
});

test("a codec on both sides", async () => {
  const rows: unknown[] = [];
  const insertAll = async ({ readable }: { readable: ReadableStream }): Promise<void> => {
    for await (const row of readable) rows.push(row);
  };
  const channel = await run("codec: msgpack()", { msgpack, insertAll });
  const writer = channel.openStream("rows", { codec: msgpack() }).writable.getWriter();
  await writer.write({ id: 1, when: new Date(5) });
  await writer.close();
  expect(rows).toEqual([{ id: 1, when: new Date(5) }]);
  channel.abort();
  await channel.closed.catch(() => {});
});
