/**
 * Chunks belong to the stream from `write()` on, whatever they are made of: objects of another realm, of the platform, of
 * a user's class with a tag. Between two channels of one realm, for what a runtime has differs.
 */
import { BlockList } from "node:net";
import { type Channel, connect } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { afterEach, describe, expect, it } from "vitest";
import { inAnotherRealm, pooled } from "./suite/realm.ts";
import { readSome } from "./suite/tools.ts";

const channels: Channel[] = [];
afterEach(() => {
  for (const each of channels.splice(0)) each.abort();
});

/** A channel whose remote sends chunks of "echo" back as they come. */
function near(): Channel {
  const { port1, port2 } = new MessageChannel();
  const transfer = (chunk: unknown): Transferable[] => {
    const { port } = chunk as { port?: Transferable };
    return port === undefined ? [] : [port];
  };
  channels.push(
    connect(messagePortLink(port1)),
    connect(messagePortLink(port2), {
      streams: { echo: { transfer, handler: ({ readable, writable }) => readable.pipeTo(writable) } },
    }),
  );
  for (const each of channels) each.closed.catch(() => {});
  return channels[0] as Channel;
}

class Tagged {
  readonly [key: string]: unknown;
  constructor(parts: object) {
    Object.assign(this, parts);
  }
  get [Symbol.toStringTag](): string {
    return "Tagged";
  }
}

class Photo extends Blob {
  readonly at = 1;
}

/** As one of a class that has this tag. */
function tagged<T extends object>(value: T, tag: string): T {
  const prototype = Object.create(Object.getPrototypeOf(value), { [Symbol.toStringTag]: { value: tag } });
  return Object.setPrototypeOf(value, prototype);
}

class Empty {
  n?: number;
}

describe("what one object held at each of five writes is what arrives", () => {
  it.each<[string, string, (chunk: never, n: number) => void, (chunk: never) => unknown]>([
    ["a record", "({})", (it: Empty, n) => (it.n = n), (it: Empty) => it.n],
    ["an array", "[]", (it: number[], n) => (it[0] = n), (it: number[]) => it[0]],
    ["a Map", "new Map()", (it: Map<string, number>, n) => it.set("n", n), (it: Map<string, number>) => it.get("n")],
    ["a Set", "new Set()", (it: Set<number>, n) => it.add(n), (it: Set<number>) => it.size - 1],
    ["a Date", "new Date(0)", (it: Date, n) => it.setTime(n), (it: Date) => it.getTime()],
    ["a view", "new Uint8Array(4)", (it: Uint8Array, n) => it.fill(n), (it: Uint8Array) => it[3]],
    ["an instance", "new (class { n = 0 })()", (it: Empty, n) => (it.n = n), (it: Empty) => it.n],
  ])("%s of another realm, as the chunk and in a record", async (_, code, set, get) => {
    for (const inside of [false, true]) {
      const part = inAnotherRealm(code) as never;
      const { readable, writable } = near().openStream("echo");
      const writer = writable.getWriter();
      await writer.write("first");
      for (let n = 0; n < 5; n++) {
        set(part, n);
        await writer.write(inside ? { part } : part);
      }
      set(part, 9);
      const [, ...back] = await readSome(readable.getReader(), 6);
      expect(back.map((each) => get((inside ? (each as { part: unknown }).part : each) as never))).toEqual([
        0, 1, 2, 3, 4,
      ]);
    }
  });

  it("an instance of a class without keys of its own, that gets one later", async () => {
    const seen = await echoed([0, new Empty()], (it) => Object.assign(it as object, { n: 1 }));
    expect(seen).toEqual([0, {}]);
  });
});

describe("what arrives is what structured clone makes of it", () => {
  it.each<[string, object]>([
    ["a Blob", new Blob(["abc"])],
    ["a Blob with a key of its own", Object.assign(new Blob(["abc"]), { note: 1 })],
    ["a Blob of a user's class", new Photo(["abc"])],
    ["a Blob that its class gives another tag", tagged(new Photo(["abc"]), "Photo")],
    ["an object of the platform without a tag", new BlockList()],
    ["a RegExp with a property", Object.assign(/x/, { note: 1 })],
    ["a boxed string", Object("boxed")],
    ["an instance of a class with a tag", new Tagged({ n: 1, inner: { list: [1] } })],
    ["an instance of a class with a tag, without keys of its own", new Tagged({})],
    ["what only calls itself a Map", tagged(new Tagged({ n: 1 }), "Map")],
    ["what only calls itself a Date", tagged(new Tagged({ n: 1 }), "Date")],
    ["a Map that its class gives another tag", tagged(new Map([["a", 1]]), "Index")],
    ["an Error that its class gives another tag", tagged(Object.assign(new Error("text"), { code: 1 }), "Failure")],
  ])("%s", async (_, chunk) => {
    const expected = structuredClone(chunk);
    for (const form of [chunk, { chunk }]) {
      const [, back] = await echoed([0, form]);
      const value = form === chunk ? back : (back as { chunk: unknown }).chunk;
      expect(value).toEqual(expected);
      expect(Object.getPrototypeOf(value)).toBe(Object.getPrototypeOf(expected));
      if (chunk instanceof Blob) expect(await (value as Blob).text()).toBe("abc");
    }
  });

  it("an instance of a class with a tag carries no byte beside those of its views", async () => {
    const [, back] = await echoed([0, new Tagged({ view: pooled("four") })]);
    expect((back as { view: Uint8Array }).view.buffer.byteLength).toBe(4);
  });

  it("an instance of a class with a tag may hold what is moved", async () => {
    const { port1, port2 } = new MessageChannel();
    const { readable, writable } = near().openStream("echo", { transfer: (chunk) => (chunk === 0 ? [] : [port2]) });
    const writer = writable.getWriter();
    for (const chunk of [0, new Tagged({ port: port2, data: new Uint8Array(9) })]) await writer.write(chunk);
    const [, back] = await readSome(readable.getReader(), 2);
    expect(back).toMatchObject({ port: expect.any(MessagePort), data: new Uint8Array(9) });
    port1.close();
  });

  it("of what cannot be cloned its own write says so", async () => {
    for (const bad of [Promise.resolve(), new WeakMap(), Object.assign(new WeakSet(), { note: 1 })]) {
      const writer = near().openStream("echo").writable.getWriter();
      await writer.write(0);
      await writer.write({ n: 1 });
      await expect(writer.write({ bad })).rejects.toMatchObject({ name: "DataCloneError" });
    }
  });
});

/** Writes the chunks one by one, each changed once it is written. */
async function echoed(chunks: unknown[], change: (chunk: unknown) => void = () => {}): Promise<unknown[]> {
  const { readable, writable } = near().openStream("echo");
  const writer = writable.getWriter();
  for (const chunk of chunks) {
    await writer.write(chunk);
    change(chunk);
  }
  return readSome(readable.getReader(), chunks.length);
}
