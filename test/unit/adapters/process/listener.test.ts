import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dial } from "../../../../adapters/process/dial.ts";
import { Inlet } from "../../../../adapters/process/inlet.ts";
import { Listener } from "../../../../adapters/process/listener.ts";
import { Pace } from "../../../../adapters/process/pace.ts";
import { makeSecret, spoken } from "../../../../adapters/process/secrets.ts";

let base = "";
let where = "";
const sockets: net.Socket[] = [];
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), "sl-"));
  where = path.join(base, "parent");
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  fs.rmSync(base, { recursive: true, force: true });
  vi.useRealTimers();
});

/** Connects and says something. */
async function stray(...says: (string | Uint8Array)[]): Promise<{ socket: net.Socket; closed: Promise<string> }> {
  const socket = net.connect(where);
  sockets.push(socket);
  let heard = "";
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(heard)));
  socket.on("data", (data) => {
    heard += data;
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.on("connect", resolve));
  for (const each of says) socket.write(each);
  return { socket, closed };
}

function dialing(listener: Listener, proof: string, secret: string = listener.secret): Promise<net.Socket> {
  return new Promise((connected, failed) => {
    const to = { path: where, secret, proof, inlet: new Inlet(() => {}), pace: new Pace(() => {}) };
    dial({
      ...to,
      connected: (socket) => {
        sockets.push(socket);
        connected(socket);
      },
      unproven: failed,
      failed,
    });
  });
}

function accepting(listener: Listener, proof: string): Promise<net.Socket> {
  return new Promise((resolve) =>
    listener.welcome(proof, (socket) => {
      sockets.push(socket);
      resolve(socket);
    }),
  );
}

const within = <T>(ms: number, promise: Promise<T>): Promise<T> =>
  Promise.race([promise, new Promise<never>((_, reject) => setTimeout(reject, ms, new Error("too late")))]);

describe("Listener", () => {
  it("lets in who knows the secret, answers with the proof, and stops listening", async () => {
    const listener = await Listener.open(where);
    const proof = makeSecret();
    const accepted = accepting(listener, proof);
    const [ours, theirs] = await Promise.all([accepted, dialing(listener, proof)]);
    expect(fs.existsSync(where)).toBe(false);
    const heard = new Promise((resolve) => ours.on("data", resolve));
    ours.resume();
    theirs.write("hi");
    expect(String(await heard)).toBe("hi");
  });

  it("keeps one who comes before the proof is known waiting, and says nothing to it", async () => {
    const listener = await Listener.open(where);
    const proof = makeSecret();
    const made = dialing(listener, proof);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const accepted = accepting(listener, proof);
    await within(1_000, Promise.all([made, accepted]));
  });

  it("drops a wrong secret, and a right one with more behind it, without a word", async () => {
    const listener = await Listener.open(where);
    const accepted = accepting(listener, makeSecret());
    for (const says of [
      spoken(makeSecret()),
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      `${listener.secret}\nmore`,
    ]) {
      const { closed } = await stray(says);
      expect(await within(1_000, closed)).toBe("");
    }
    const proof = makeSecret();
    const made = dialing(listener, proof);
    listener.welcome(proof, () => {});
    await within(1_000, made);
    void accepted;
  });

  it.each<[string, number]>([
    ["a silent stray", 1],
    ["64 silent strays", 64],
    ["300 silent strays", 300],
  ])("is not kept busy by %s", async (_, count) => {
    const listener = await Listener.open(where);
    for (let each = 0; each < count; each += 1) await stray();
    const proof = makeSecret();
    const accepted = accepting(listener, proof);
    await within(1_000, Promise.all([accepted, dialing(listener, proof)]));
  });

  it("is not kept busy by 100 wrong secrets at once, among them the right one", async () => {
    const listener = await Listener.open(where);
    const proof = makeSecret();
    const accepted = accepting(listener, proof);
    const strays = Array.from({ length: 100 }, () => stray(spoken(makeSecret())).catch(() => {}));
    await within(2_000, Promise.all([accepted, dialing(listener, proof), ...strays]));
  });

  it("drops one that says its secret byte by byte, after 5 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const listener = await Listener.open(where);
    const { socket, closed } = await stray();
    for (let index = 0; index < 4; index += 1) {
      socket.write(listener.secret.slice(index, index + 1));
      await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(1_000);
    }
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1_001);
    vi.useRealTimers();
    expect(await within(1_000, closed)).toBe("");
    listener.close();
  });

  it("takes a secret that comes byte by byte, in time", async () => {
    const listener = await Listener.open(where);
    const proof = makeSecret();
    const accepted = accepting(listener, proof);
    const { socket } = await stray();
    for (const byte of spoken(listener.secret)) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await within(1_000, accepted);
  });

  it("refuses the secret a second time", async () => {
    const listener = await Listener.open(where);
    const first = await stray(spoken(listener.secret));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await stray(spoken(listener.secret));
    expect(await within(1_000, second.closed)).toBe("");
    const proof = makeSecret();
    await within(1_000, accepting(listener, proof));
    first.socket.end();
    expect(await within(1_000, first.closed)).toBe(`${proof}\n`);
  });

  it("drops all strangers when it is closed", async () => {
    const listener = await Listener.open(where);
    const strays = await Promise.all([stray(), stray("abc"), stray(spoken(listener.secret))]);
    listener.close();
    for (const each of strays) expect(await within(1_000, each.closed)).toBe("");
    expect(fs.existsSync(where)).toBe(false);
  });

  it("says why it cannot listen", async () => {
    fs.writeFileSync(where, "taken");
    await expect(Listener.open(where)).rejects.toMatchObject({
      code: "SOCKET_FAILED",
      message: expect.stringContaining(where),
    });
  });
});

describe("dial()", () => {
  async function impostor(answer: (socket: net.Socket) => void): Promise<net.Server> {
    const server = net.createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      answer(socket);
    });
    await new Promise<void>((resolve) => server.listen(where, resolve));
    return server;
  }

  it("does not talk to one who gives a wrong proof", async () => {
    const server = await impostor((socket) => socket.once("data", () => socket.write(spoken(makeSecret()))));
    const promise = dialing({ secret: makeSecret() } as Listener, makeSecret());
    await expect(within(1_000, promise)).rejects.toMatchObject({ code: "BAD_PROOF" });
    server.close();
  });

  it("tries again when it was dropped without a word", async () => {
    let times = 0;
    const proof = makeSecret();
    const server = await impostor((socket) => {
      times += 1;
      if (times < 3) socket.destroy();
      else socket.once("data", () => socket.write(spoken(proof)));
    });
    await within(2_000, dialing({ secret: makeSecret() } as Listener, proof));
    expect(times).toBe(3);
    server.close();
  });

  it("fails at once where nobody listens", async () => {
    const promise = dialing({ secret: makeSecret() } as Listener, makeSecret());
    await expect(within(1_000, promise)).rejects.toMatchObject({ code: "SOCKET_FAILED" });
  });
});
