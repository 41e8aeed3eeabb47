/** A worker in Python, used by `spawn` like any other. */
import { execFile, spawn as plainSpawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { json } from "sluice/codecs/json";
import { raw } from "sluice/codecs/raw";
import { expect, it } from "vitest";
import { python, script, start, withPython } from "./python.ts";

const MIB = 1024 * 1024;
/** How soon everything has settled after a death, in milliseconds. */
const DEADLINE = 3_000;

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < DEADLINE / 20; tries += 1) {
    if (await isSo()) return;
    await sleep(20);
  }
  throw new Error(`Not so in time: ${what}`);
}

/** One that has ended, and that nobody has collected yet, is not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim()[0] !== "Z";
  } catch {
    return false;
  }
}

withPython("A call", () => {
  it("is answered, either way", async () => {
    const worker = await start({ methods: { twice: ([number]: [number]) => 2 * number } });
    expect(await worker.call("greet", { name: "Ünî😀" })).toBe("Hello, Ünî😀, from Python");
    expect(await worker.call("ask", { method: "twice", params: [21] })).toBe(42);
    const many = Array.from({ length: 200 }, (_, number) => worker.call("ask", { method: "twice", params: [number] }));
    expect(await Promise.all(many)).toEqual(Array.from({ length: 200 }, (_, number) => 2 * number));
    await worker.close();
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("is told of progress, in order, before its answer", async () => {
    const worker = await start();
    const told: unknown[] = [];
    expect(await worker.call("count", { to: 100 }, { onProgress: (number) => told.push(number) })).toBe(100);
    expect(told).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });

  it("without an answer is heard", async () => {
    const worker = await start();
    worker.notify("tell", { some: "thing" });
    worker.notify("fail", {});
    worker.notify("no such method", {});
    await until("told", async () => ((await worker.call("what_was_told")) as unknown[]).length === 1);
    expect(await worker.call("what_was_told")).toEqual([{ some: "thing" }]);
  });

  it("fails with the code, name, message, data and cause of its error", async () => {
    const worker = await start({
      methods: {
        refuse: () => {
          throw Object.assign(new RangeError("not here"), { code: "MINE" });
        },
      },
    });
    expect(await settled(worker.call("add", ["x"]))).toMatchObject({
      name: "RpcError",
      code: -32602,
      message: "These are not all numbers",
      data: { params: ["x"] },
    });
    expect(await settled(worker.call("fail", { rpc: -32050 }))).toMatchObject({ code: -32050, data: { is: "data" } });
    const error = (await settled(worker.call("fail", {}))) as Error;
    expect(error).toMatchObject({ name: "Odd", message: "odd", code: "ODD_ONE" });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(await settled(worker.call("missing"))).toMatchObject({ code: -32601 });
    // There and back: Node's error as it comes out of Python.
    expect(await settled(worker.call("ask", { method: "refuse" }))).toMatchObject({ name: "RangeError", code: "MINE" });
    expect(await settled(worker.call("ask", { method: "missing" }))).toMatchObject({ code: -32601 });
  });

  it("can be cancelled", async () => {
    const worker = await start();
    const controller = new AbortController();
    const call = settled(worker.call("slow", {}, { signal: controller.signal }));
    await worker.call("add", [1, 2]);
    controller.abort("enough");
    expect(await call).toBe("enough");
    await until("told", async () => ((await worker.call("what_was_told")) as unknown[]).length === 1);
    expect(await worker.call("what_was_told")).toEqual(["slow was cancelled"]);
  });

  it("with a result that is too long fails, and nothing else does", async () => {
    const worker = await start();
    expect(await worker.call("large", { size: 1_000_000 })).toHaveLength(1_000_000);
    expect(await settled(worker.call("large", { size: 1_100_000 }))).toMatchObject({ name: "ValueError" });
    expect(await worker.call("add", [1, 2])).toBe(3);
  });

  it("may have params that are nested 64 deep", async () => {
    const worker = await start();
    const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
    worker.notify("tell", nested(63) as unknown[]);
    expect(await worker.call("what_was_told")).toEqual([nested(63)]);
    worker.notify("tell", nested(64) as unknown[]);
    // In a list it is 65 deep.
    expect(await settled(worker.call("what_was_told"))).toMatchObject({ name: "Unfit" });
  });

  it("with a stream among its params is refused", async () => {
    const worker = await start();
    const input = new ReadableStream({ pull: (controller) => controller.close() });
    expect(await settled(worker.call("greet", { name: input }))).toMatchObject({ code: -32602 });
    expect(await worker.call("add", [1, 2])).toBe(3);
    await worker.close();
  });

  it("is not disturbed by what Python prints", async () => {
    const strays: Error[] = [];
    const worker = await start({ onStray: (error) => strays.push(error) });
    expect(await worker.call("chatter")).toBe("");
    await worker.close();
    expect(strays).toEqual([]);
    expect(await new Response(worker.stderr).text()).toBe("printed\nwritten\n");
  });
});

withPython("The default stream", () => {
  it("is refused, and calls go on", async () => {
    const worker = await start();
    expect(await settled(worker.sendData("first").then(() => worker.sendData("second")))).toBeInstanceOf(Error);
    expect(await worker.call("add", [1, 2])).toBe(3);
    await worker.close();
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });
});

withPython("A stream", () => {
  it("carries 64 MiB there and back, with the same digest", async () => {
    const worker = await start();
    const { readable, writable } = worker.openStream("echo", { codec: raw() });
    const [sent, got] = [createHash("sha256"), createHash("sha256")];
    // Of no size that anything else has; the largest take many fragments.
    const sizes = [0, 1, 7, 65_536, 300_001, 5 * MIB + 3];
    let left = 64 * MIB;
    let chunks = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = randomBytes(Math.min(sizes[chunks++ % sizes.length] as number, left));
        left -= chunk.length;
        sent.update(chunk);
        controller.enqueue(chunk);
        if (left === 0) controller.close();
      },
    });
    const done = source.pipeTo(writable);
    let length = 0;
    for await (const chunk of readable) {
      got.update(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
    }
    await done;
    expect(length).toBe(64 * MIB);
    expect(got.digest("hex")).toBe(sent.digest("hex"));
    await worker.close();
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("is packed, digested, and worked on as JSON by Python", async () => {
    const worker = await start();
    const input = randomBytes(3 * MIB);
    const packed = worker.openStream("gzip", { codec: raw() });
    const [bytes] = await Promise.all([
      new Response(packed.readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
      new Blob([input]).stream().pipeTo(packed.writable),
    ]);
    expect(gunzipSync(new Uint8Array(bytes)).equals(input)).toBe(true);
    const digested = worker.openStream("sha256", { codec: { writable: raw(), readable: json() } });
    const [sums] = await Promise.all([
      collect(digested.readable),
      new Blob([input]).stream().pipeTo(digested.writable),
    ]);
    expect(sums).toEqual([{ sha256: createHash("sha256").update(input).digest("hex") }]);
    const records = Array.from({ length: 5_000 }, (_, id) => ({ id, numbers: [id, 0.5, -1e300] }));
    const totals = worker.openStream("totals", { codec: json() });
    const [back] = await Promise.all([collect(totals.readable), from(records).pipeTo(totals.writable)]);
    expect(back).toEqual(records.map((record) => ({ ...record, total: record.id + 0.5 + -1e300 })));
  });

  it("without a codec carries buffers of every kind, and JSON", async () => {
    const worker = await start();
    const { readable, writable } = worker.openStream("kinds");
    const chunks = [new Uint8Array([1, 2]), new Int16Array([-1, 2]), new Float64Array([0.5]), new BigUint64Array([7n])];
    const others = [new Uint8ClampedArray([3]), new Uint8Array([4]).buffer, { ä: [1, null, "\ud800"] }, "text", 1.5];
    const [back] = await Promise.all([collect(readable), from([...chunks, ...others]).pipeTo(writable)]);
    expect(back.filter((_, at) => at % 2 === 0)).toEqual([...chunks, ...others]);
    const kinds = ["bytes", "array h", "array d", "array Q", "Buffer Uint8ClampedArray", "Buffer ArrayBuffer"];
    expect(back.filter((_, at) => at % 2 === 1)).toEqual([...kinds, "dict", "str", "float"]);
  });

  it("whose reader in Python stops, stops its source", async () => {
    const worker = await start();
    const { writable } = worker.openStream("hold", { codec: raw() });
    let pulled = 0;
    const source = new ReadableStream(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(65_536));
        },
      },
      { highWaterMark: 0 },
    );
    settled(source.pipeTo(writable));
    await until("it has stopped", async () => {
      const before = pulled;
      await sleep(100);
      return before > 0 && pulled === before;
    });
    // A window of 1 MiB, and what waits in the writable.
    expect(pulled).toBeGreaterThanOrEqual(16);
    expect(pulled).toBeLessThanOrEqual(18);
    const first = pulled;
    expect(await worker.call("read", { chunks: 12 })).toBe(12 * 65_536);
    // Half of the window was taken, and told.
    await until("more follows", () => pulled >= first + 8);
    await sleep(50);
    expect(pulled).toBeLessThanOrEqual(first + 12);
  });

  it("whose reader here stops, stops Python", async () => {
    const worker = await start();
    const { readable } = worker.openStream("numbers", { codec: json(), readableStrategy: { highWaterMark: 100 } });
    const made = async (): Promise<number> => (await worker.call("how_many")) as number;
    await until("the window is full", async () => (await made()) === 100);
    await sleep(50);
    expect(await made()).toBe(100);
    const reader = readable.getReader();
    for (let number = 0; number < 60; number += 1) expect(await reader.read()).toEqual({ done: false, value: number });
    await until("as much follows", async () => (await made()) >= 150);
    await sleep(50);
    expect(await made()).toBeLessThanOrEqual(160);
    await reader.cancel("enough");
    await worker.close();
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("that is cancelled here ends in Python with the reason", async () => {
    const worker = await start();
    const { readable, writable } = worker.openStream("watched", { codec: json() });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    await writer.write(1);
    expect((await reader.read()).value).toBe(1);
    await reader.cancel(new RangeError("enough"));
    writer.write(2).catch(() => {});
    await until("told", async () => ((await worker.call("what_was_told")) as unknown[]).length === 1);
    expect(await worker.call("what_was_told")).toEqual([["RangeError", "enough", null]]);
    // The handler has raised it: so the other direction ends with it as well.
    expect(await settled(writer.closed)).toMatchObject({ name: "RangeError", message: "enough" });
  });

  it("that is aborted here ends in Python with the reason", async () => {
    const worker = await start();
    const { readable, writable } = worker.openStream("watched", { codec: json() });
    const writer = writable.getWriter();
    await writer.write(1);
    await writer.abort(Object.assign(new Error("no more"), { code: "WHY" }));
    expect(await settled(collect(readable))).toMatchObject({ message: "no more", code: "WHY" });
    expect(await worker.call("what_was_told")).toEqual([["Error", "no more", "WHY"]]);
  });

  it("whose handler fails, or leaves, ends here", async () => {
    const worker = await start();
    const broken = worker.openStream("broken", { codec: json() });
    const writer = broken.writable.getWriter();
    await writer.write("first");
    expect(await settled(collect(broken.readable))).toMatchObject({ name: "Odd", code: "ODD_ONE" });
    expect(await settled(writer.closed)).toMatchObject({ name: "Odd", code: "ODD_ONE" });
    const one = worker.openStream("one", { codec: json() });
    const other = one.writable.getWriter();
    await other.write("first");
    expect(await collect(one.readable)).toEqual(["first"]);
    expect(await settled(other.closed)).toMatchObject({ code: "STREAM_ABANDONED" });
  });

  it("that Python does not know, or has in another codec, is refused", async () => {
    const worker = await start();
    expect(await settled(collect(worker.openStream("none").readable))).toMatchObject({ code: "STREAM_NOT_FOUND" });
    expect(await settled(collect(worker.openStream("echo").readable))).toMatchObject({ code: "CODEC_MISMATCH" });
  });

  it("is opened by Python, too", async () => {
    let metadata: unknown;
    const worker = await start({
      streams: {
        double: {
          codec: json(),
          handler: async (stream) => {
            metadata = stream.metadata;
            const doubled = new TransformStream({
              transform: (n, controller) => controller.enqueue(2 * (n as number)),
            });
            await stream.readable.pipeThrough(doubled).pipeTo(stream.writable);
          },
        },
      },
    });
    const chunks = Array.from({ length: 3_000 }, (_, at) => at);
    // Python reads only when it has written all, which both windows together do not hold.
    expect(await worker.call("send", { name: "double", chunks: chunks.slice(0, 500) })).toEqual(
      chunks.slice(0, 500).map((number) => 2 * number),
    );
    expect(metadata).toEqual({ from: "python" });
    expect(await settled(worker.call("send", { name: "nowhere", chunks }))).toMatchObject({ code: "STREAM_NOT_FOUND" });
    await worker.close();
  });

  it("of many at once gets its turn", async () => {
    const worker = await start();
    const input = randomBytes(MIB);
    const echoed = async (): Promise<boolean> => {
      const { readable, writable } = worker.openStream("echo", { codec: raw() });
      const [bytes] = await Promise.all([
        new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
        new Blob([input]).stream().pipeTo(writable),
      ]);
      return input.equals(new Uint8Array(bytes));
    };
    expect(await Promise.all(Array.from({ length: 20 }, echoed))).toEqual(Array(20).fill(true));
  });
});

withPython("The end", () => {
  it("waits for what is under way", async () => {
    const worker = await start();
    const nap = worker.call("nap", { seconds: 0.3 });
    const { readable, writable } = worker.openStream("echo", { codec: raw() });
    const writer = writable.getWriter();
    const written = writer.write(new Uint8Array(3)).then(() => writer.close());
    const closed = worker.close();
    expect(await collect(readable)).toEqual([new Uint8Array(3)]);
    expect(await nap).toBe("awake");
    await Promise.all([written, closed]);
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("comes when Python closes the channel", async () => {
    const worker = await start();
    await worker.call("leave");
    await worker.closed;
    expect(await worker.exited).toEqual({ code: 0, signal: null });
  });

  it("of an aborted channel ends Python", async () => {
    const worker = await start();
    worker.abort(new Error("enough"));
    await settled(worker.closed);
    await worker.exited;
    expect(isAlive(worker.pid)).toBe(false);
  });

  it("does not come for a heartbeat that is answered, and comes for one that is not", async () => {
    const worker = await start({ heartbeat: 200, shutdown: { terminate: 100 } });
    await sleep(700);
    expect(worker.stats().state).toBe("open");
    expect(await settled(worker.call("busy", { seconds: 5 }))).toMatchObject({ code: "CONNECTION_LOST" });
    await worker.exited;
  });

  it("comes for Python that is busy and leaves 16 MiB of control unread", async () => {
    const worker = await start({ shutdown: { terminate: 100 } });
    worker.notify("busy", { seconds: 10 });
    const text = "x".repeat(500_000);
    for (let count = 0; count < 80 && worker.stats().state === "open"; count += 1) {
      worker.notify("tell", [text]);
      await sleep(10);
    }
    expect(await settled(Promise.race([worker.closed, sleep(1_000)]))).toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("unread"),
    });
  });

  it("by kill -9 of Python settles everything here", async () => {
    const worker = await start();
    const call = settled(worker.call("slow"));
    const { readable, writable } = worker.openStream("echo", { codec: raw() });
    const writer = writable.getWriter();
    const writing = settled(
      (async () => {
        for (;;) await writer.write(new Uint8Array(65_536));
      })(),
    );
    const reader = readable.getReader();
    for (let count = 0; count < 100; count += 1) await reader.read();
    const begin = performance.now();
    worker.kill("SIGKILL");
    const reading = settled(
      (async () => {
        for (;;) await reader.read();
      })(),
    );
    for (const each of [call, writing, reading, settled(worker.closed)])
      expect(await each).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await worker.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(performance.now() - begin).toBeLessThan(DEADLINE);
  });

  it.each(["idle", "busy", "flooded"])("by kill -9 of the parent ends Python that is %s", async (how) => {
    const args = [script("killed-parent.mjs"), String(python), script("worker.py"), how];
    const parent = plainSpawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (data) => resolve(Number(data))));
    await sleep(200);
    expect(isAlive(pid)).toBe(true);
    const begin = performance.now();
    parent.kill("SIGKILL");
    await until("it is gone", () => !isAlive(pid));
    expect(performance.now() - begin).toBeLessThan(DEADLINE);
  });
});

withPython("The example", () => {
  it("runs, verifies its digest, and ends", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script("../../examples/python/main.mjs")], {
      timeout: 20_000,
    });
    expect(stdout).toMatch(/^Hello, Node, from Python\n1\n2\n3\n.*package-lock\.json: \d+ bytes, packed \d+\n/);
    expect(stdout).toMatch(/sha256 there ([0-9a-f]{64})\n {7}here {2}\1\n$/);
  });
});

function from(chunks: readonly unknown[]): ReadableStream<unknown> {
  const left = chunks.values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = left.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function collect(readable: ReadableStream<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  return chunks;
}
