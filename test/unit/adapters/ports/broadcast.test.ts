/** Broadcast links: two of those who ask for a name are joined, and nobody hears them. */
import { type Channel, connect } from "sluice";
import { broadcastLink } from "sluice/ports";
import { describe, expect, it, onTestFinished, vi } from "vitest";

let count = 0;

const newName = (): string => `unit ${process.pid} ${count++}`;

/** As many links of one name as `size` says: resolves once all but an odd one are joined, each with one other. */
async function joined(size: number): Promise<void> {
  const name = newName();
  const channels: Channel[] = Array.from({ length: size }, (_, i) =>
    connect(broadcastLink(name), { methods: { number: () => i } }),
  );
  onTestFinished(() => channels.forEach((channel) => channel.abort()));
  const partners: (number | undefined)[] = Array.from({ length: size });
  let answered = 0;
  await new Promise<void>((resolve) => {
    channels.forEach((channel, i) => {
      channel.call("number", []).then(
        (partner) => {
          partners[i] = partner as number;
          if (++answered === size - (size % 2)) resolve();
        },
        () => {},
      );
    });
  });
  const paired = partners.flatMap((partner, i) => (partner === undefined ? [] : [[i, partner]]));
  for (const [i, partner] of paired) expect(partners[partner as number]).toBe(i);
  expect(paired).toHaveLength(size - (size % 2));
}

it.each([2, 3, 4, 5, 7])("joins %i in pairs, each with one other, and lets the odd one wait", joined);

it("joins all of many, however old an offer is by the time it is heard", async () => {
  for (let groups = 0; groups < 10; groups++) await Promise.all(Array.from({ length: 20 }, () => joined(7)));
});

it("refuses a name that is none", () => {
  expect(() => broadcastLink("")).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
});

it("refuses the optional handshake: nothing crosses before the two have found each other", () => {
  const optional = () => connect(broadcastLink(newName()), { handshake: "optional" });
  expect(optional).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
});

it("opens nothing that would keep the process alive before it is connected", () => {
  const opened: string[] = [];
  vi.stubGlobal(
    "BroadcastChannel",
    class extends BroadcastChannel {
      constructor(name: string) {
        super(name);
        opened.push(name);
        onTestFinished(() => this.close());
      }
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  const name = newName();
  const link = broadcastLink(name);
  expect(() => connect(link, { bogus: 1 } as never)).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
  expect(opened).toEqual([]);
  connect(link).abort();
  expect(opened).toEqual([`sluice:${name}`]);
});

/** No time passes but what a test lets pass; messages come all the same. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** So many turns of the event loop. */
async function pass(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function open(name: string): Channel {
  const channel = connect(broadcastLink(name));
  channel.closed.catch(() => {});
  channel.ready.catch(() => {});
  onTestFinished(() => channel.abort());
  return channel;
}

/** What is said on a BroadcastChannel by others, one after the other, and what says something there itself. */
function listenOn(name: string) {
  const channel = new BroadcastChannel(name);
  onTestFinished(() => channel.close());
  const heard: unknown[] = [];
  let wake = (): void => {};
  channel.addEventListener("message", ({ data }) => {
    heard.push(data);
    wake();
  });
  return {
    say: (message: unknown) => channel.postMessage(message),
    async next(): Promise<Record<string, unknown>> {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return heard.shift() as Record<string, unknown>;
    },
  };
}

/** A link that looks for another, and a realm of that nonce that does as the test says. */
async function facing(nonce: string) {
  stopTime();
  const name = newName();
  const market = listenOn(`sluice:${name}`);
  const channel = open(name);
  const { nonce: other } = await market.next();
  return {
    name,
    channel,
    other: other as string,
    say: (seen: unknown) => market.say({ sluice: "ready", nonce, seen }),
    /** Whom the next that the link says has seen. */
    seen: async () => (await market.next())["seen"],
    pair: () => listenOn(`sluice:${name}/${[nonce, other].sort().join("/")}`),
  };
}

/** Less and more than any nonce. */
const [LEAST, GREATEST] = ["", "~"];

describe("A realm that is gone while it is being found", () => {
  it("says when it leaves that it is its own", async () => {
    const { channel, other, seen } = await facing(LEAST);
    channel.abort();
    expect(await seen()).toBe(other);
  });

  it("blocks nobody when it leaves, however far it has come", async () => {
    stopTime();
    for (let turns = 0; turns < 20; turns++) {
      const name = newName();
      const stays = open(name);
      await pass(5);
      const leaves = open(name);
      await pass(turns >> 1);
      leaves.abort();
      // One that has met it hears of its end.
      const isLeft = stays.closed.catch(() => {});
      const comes = open(name);
      await Promise.race([Promise.all([stays.ready, comes.ready]), isLeft]);
      for (const each of [stays, comes]) each.abort();
    }
  });

  it("is not waited for when it does not answer an offer", async () => {
    const { name, channel, say, seen } = await facing(LEAST);
    say(null);
    expect(await seen()).toBe(LEAST);
    vi.advanceTimersByTime(1_000);
    expect(await seen()).toBeNull();
    await Promise.all([channel.ready, open(name).ready]);
  });

  it("is not waited for when it does not answer a yes", async () => {
    const { name, channel, other, say, seen } = await facing(GREATEST);
    say(other);
    expect(await seen()).toBe(GREATEST);
    vi.advanceTimersByTime(1_000);
    expect(await seen()).toBeNull();
    await Promise.all([channel.ready, open(name).ready]);
  });

  it("is not waited for when it has said yes, and nothing more, and hears so if it is there after all", async () => {
    const { name, channel, other, say, seen, pair } = await facing(LEAST);
    const ours = pair();
    say(null);
    expect(await seen()).toBe(LEAST);
    say(other);
    expect(await ours.next()).toMatchObject({ sluice: "ready", nonce: expect.any(String) });
    vi.advanceTimersByTime(10_000);
    expect(await ours.next()).toEqual({ sluice: "bye" });
    expect(await seen()).toBeNull();
    await Promise.all([channel.ready, open(name).ready]);
  });

  it("is let go when the first that it says to the other is goodbye", async () => {
    const { name, channel, other, say, seen, pair } = await facing(GREATEST);
    const ours = pair();
    say(other);
    expect(await seen()).toBe(GREATEST);
    ours.say({ sluice: "bye" });
    expect(await seen()).toBeNull();
    await Promise.all([channel.ready, open(name).ready]);
  });
});

describe("A yes that comes too late", () => {
  it("is good while the other is still free", async () => {
    const { other, say, seen, pair } = await facing(LEAST);
    const ours = pair();
    say(null);
    expect(await seen()).toBe(LEAST);
    vi.advanceTimersByTime(1_000);
    expect(await seen()).toBeNull();
    say(other);
    expect(await seen()).toBe(LEAST);
    const { nonce } = await ours.next();
    ours.say({ sluice: "ready", nonce: "late", seen: nonce });
    expect(await ours.next()).toMatchObject({ method: "$/hello" });
  });

  it("hears whose the other is now", async () => {
    const { name, channel, other, say, seen } = await facing(LEAST);
    say(null);
    expect(await seen()).toBe(LEAST);
    vi.advanceTimersByTime(1_000);
    expect(await seen()).toBeNull();
    await Promise.all([channel.ready, open(name).ready]);
    say(other);
    let whose = await seen();
    while (whose === null || whose === other) whose = await seen();
    expect(whose).not.toBe(LEAST);
  });
});
