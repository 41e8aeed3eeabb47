/** One connection, whose remote a test plays message by message: its states, and its end. */
import { type Channel, type ConnectOptions, connect } from "sluice";
import { describe, expect, it } from "vitest";
import { rejectedBy } from "./support/error-of.ts";
import { HandLink, HELLO } from "./support/hand-link.ts";

/** A channel whose remote has said hello. */
function open(options: ConnectOptions = {}, limits: object = {}): { link: HandLink; channel: Channel } {
  const link = new HandLink();
  const channel = connect(link, options);
  link.meet({ ...HELLO, limits: { ...HELLO.limits, ...limits } });
  return { link, channel };
}

describe("A remote that says hello before it has met us", () => {
  it("is there from then on: the channel is open", async () => {
    const link = new HandLink();
    const channel = connect(link, { handshake: "optional", methods: { m: () => 1 } });
    link.say("$/hello", HELLO);
    await channel.ready;
    link.met();
    expect(channel.stats().state).toBe("open");
    // And so closing is told from open.
    link.say("$/shutdown", {}, 1);
    expect(channel.stats().state).toBe("closing");
    expect((await rejectedBy(channel.call("m"))).code).toBe("CHANNEL_CLOSED");
  });

  it("gets objects from then on, though it was taken for a plain one that sends text", async () => {
    const link = new HandLink();
    const channel = connect(link, { handshake: "optional", methods: { m: () => 1 } });
    link.receive('{"jsonrpc":"2.0","id":1,"method":"m"}');
    await link.rest();
    expect(link.posted).toEqual(['{"jsonrpc":"2.0","id":1,"result":1}']);
    link.say("$/hello", HELLO);
    channel.call("far").catch(() => {});
    expect(link.posted.slice(1)).toEqual([{ jsonrpc: "2.0", id: 1, method: "far" }]);
    channel.abort();
  });
});

describe("A remote that does not connect", () => {
  const late = (options: ConnectOptions, startTimeout?: number): { link: HandLink; channel: Channel } => {
    const link = Object.assign(new HandLink(), startTimeout !== undefined && { startTimeout });
    return { link, channel: connect(link, options) };
  };

  it("in time ends the channel with START_TIMEOUT, and what waits for it is told that this is the cause", async () => {
    const { link, channel } = late({ startTimeout: 1_000 });
    const call = rejectedBy(channel.call("m"));
    const write = rejectedBy(channel.openStream("s").writable.getWriter().write(1));
    await link.scheduler.pass(999);
    expect(channel.stats().state).toBe("meeting");
    await link.scheduler.pass(1);
    expect((await rejectedBy(channel.ready)).code).toBe("START_TIMEOUT");
    expect((await rejectedBy(channel.closed)).error.message).toContain("within 1000 ms");
    for (const { error, code } of [await call, await write]) {
      expect(code).toBe("CONNECTION_LOST");
      expect(error.cause).toMatchObject({ name: "LinkError", code: "START_TIMEOUT" });
    }
    expect(link.closed).toBe(true);
  });

  it("may do so whenever it likes, if neither the option nor its link says otherwise", async () => {
    const { link, channel } = late({});
    await link.scheduler.pass(1e9);
    link.meet(HELLO);
    await channel.ready;
  });

  it("has as long as its link says, or the option", async () => {
    const [link, option, none] = [late({}, 50), late({ startTimeout: 70 }, 50), late({ startTimeout: Infinity }, 50)];
    const all = [link, option, none];
    await Promise.all(all.map((each) => each.link.scheduler.pass(60)));
    expect(all.map(({ channel }) => channel.stats().state)).toEqual(["closed", "meeting", "meeting"]);
    await Promise.all(all.map((each) => each.link.scheduler.pass(1_000)));
    expect(all.map(({ channel }) => channel.stats().state)).toEqual(["closed", "closed", "meeting"]);
  });

  it("in time leaves no timer behind; nor does a channel that has ended before", async () => {
    const [open, aborted] = [late({ startTimeout: 100 }), late({ startTimeout: 100 })];
    open.link.meet(HELLO);
    aborted.channel.abort(new Error("enough"));
    await Promise.all([open.channel.ready, rejectedBy(aborted.channel.closed)]);
    await Promise.all([open, aborted].map(({ link }) => link.scheduler.pass(1_000)));
    expect(open.channel.stats().state).toBe("open");
    expect([...open.link.scheduler.timers, ...aborted.link.scheduler.timers]).toEqual([]);
  });

  it("counts only while this side was awake", async () => {
    const { link, channel } = late({ startTimeout: 1_000 });
    await link.scheduler.stand(60_000);
    link.meet(HELLO);
    await channel.ready;
  });
});

describe("A remote that has met us, and says no hello", () => {
  const met = (heartbeat: number, options: ConnectOptions = {}): { link: HandLink; channel: Channel } => {
    const link = Object.assign(new HandLink(), { heartbeat });
    const channel = connect(link, options);
    link.met();
    return { link, channel };
  };

  it("for two heartbeats is gone: whatever waits for it settles, close() too", async () => {
    const { link, channel } = met(100);
    const waits = [channel.ready, channel.call("m"), channel.openStream("s").writable.getWriter().write(1)];
    const errors = Promise.all([...waits, channel.close()].map(rejectedBy));
    await link.scheduler.pass(199);
    expect(link.closed).toBe(false);
    await link.scheduler.pass(1);
    expect((await errors).map(({ code }) => code)).toEqual(Array(4).fill("CONNECTION_LOST"));
    expect((await rejectedBy(channel.closed)).error.message).toContain("200 ms");
    expect(link.closed).toBe(true);
  });

  it("is gone too, if it was taken for a plain one until then", async () => {
    const link = Object.assign(new HandLink(), { heartbeat: 100 });
    const channel = connect(link, { handshake: "optional" });
    await link.scheduler.pass(1_000);
    await channel.ready;
    link.met();
    await link.scheduler.pass(200);
    expect((await rejectedBy(channel.closed)).code).toBe("CONNECTION_LOST");
  });

  it("may take its time where something else tells of its end, be it from the meeting on or only later", async () => {
    const [told, later] = [met(0), met(100)];
    await later.link.scheduler.pass(100);
    Object.assign(later.link, { heartbeat: 0 });
    for (const { link, channel } of [told, later]) {
      await link.scheduler.pass(1e9);
      link.say("$/hello", HELLO);
      await channel.ready;
    }
  });

  it("is not given up for the time in which this side stood still", async () => {
    const { link, channel } = met(100);
    await link.scheduler.stand(10_000_000);
    link.say("$/hello", HELLO);
    await channel.ready;
  });

  it("is not waited for any more once it has said it, or the channel has ended", async () => {
    const [greeted, aborted] = [met(100), met(100)];
    greeted.link.say("$/hello", HELLO);
    aborted.channel.abort(new Error("enough"));
    await Promise.all([greeted.channel.ready, rejectedBy(aborted.channel.closed)]);
    // What is left is that of the next ping.
    expect(greeted.link.scheduler.timers.map(({ at }) => at)).toEqual([25]);
    expect(aborted.link.scheduler.timers).toEqual([]);
  });

  it("is waited for without a limit if it never meets us: it may be a plain one", async () => {
    const link = Object.assign(new HandLink(), { heartbeat: 100 });
    const channel = connect(link, { handshake: "optional" });
    await link.scheduler.pass(1e6);
    const call = channel.call("m");
    link.answer("m", { result: 1 });
    expect(await call).toBe(1);
  });
});

describe("A remote that takes only short messages", () => {
  it("cannot keep abort() from ending the channel, whatever its reason", async () => {
    const { link, channel } = open();
    link.most = 200;
    const reason = new Error("x".repeat(5_000));
    expect(() => channel.abort(reason)).not.toThrow();
    expect((await rejectedBy(channel.closed)).error).toBe(reason);
    expect(link.closed).toBe(true);
  });

  it("cannot break the protocol unpunished", async () => {
    const { link, channel } = open();
    link.most = 50;
    link.receive("no message");
    expect((await rejectedBy(channel.closed)).code).toBe("BAD_MESSAGE");
    expect(link.closed).toBe(true);
  });

  it("is closed all the same, if it takes no goodbye", async () => {
    const { link, channel } = open();
    const closed = channel.close();
    await link.rest();
    link.most = 20;
    link.answer("$/shutdown");
    await closed;
    expect(link.closed).toBe(true);
  });
});

describe("abort()", () => {
  it("ends with its own reason, told once, though who hears of it aborts with another", async () => {
    const { link, channel } = open();
    const [first, second] = [new Error("first"), new Error("second")];
    const { signal } = channel.openStream("any");
    signal.addEventListener("abort", () => channel.abort(second));
    const { signal: other } = channel.openStream("other");
    channel.abort(first);
    expect((await rejectedBy(channel.closed)).error).toBe(first);
    expect([signal.reason, other.reason]).toEqual([first, first]);
    expect(link.of("$/abort")).toMatchObject([{ params: { reason: { message: "first" } } }]);
  });

  it("lets nobody who hears of it begin anything new", async () => {
    const { link, channel } = open();
    const { signal } = channel.openStream("any");
    const tried: unknown[] = [];
    signal.addEventListener("abort", () => {
      tried.push(rejectedBy(channel.call("m")));
      channel.close().catch(() => {});
    });
    channel.abort("why");
    expect(await Promise.all(tried)).toMatchObject([{ code: "CHANNEL_CLOSED" }]);
    expect(link.methods).toEqual(["$/hello", "$/abort"]);
  });
});

describe("close()", () => {
  it("lets calls go that wait for a place at the remote, and what waits behind them, before it tells of itself", async () => {
    const { link, channel } = open({}, { calls: 1 });
    const results = [channel.call("a"), channel.call("b")];
    channel.notify("c");
    const closed = channel.close();
    await link.rest();
    expect(link.methods).toEqual(["$/hello", "a"]);
    link.answer("a", { result: "A" });
    await link.rest();
    expect(link.methods).toEqual(["$/hello", "a", "b", "c", "$/shutdown"]);
    link.answer("$/shutdown");
    link.answer("b", { result: "B" });
    expect(await Promise.all(results)).toEqual(["A", "B"]);
    await closed;
  });

  it("lets streams go that wait for the remote to take more, before it tells of itself", async () => {
    const { link, channel } = open({}, { streams: 1 });
    const streams = [channel.openStream("a"), channel.openStream("b")];
    channel.close().catch(() => {});
    await link.rest();
    expect([link.opened, link.of("$/shutdown")]).toEqual([["a"], []]);
    const reason = { name: "Error", message: "no" };
    link.receive({ type: "stream-refuse", id: streams[0]?.id, reason });
    await link.rest();
    expect([link.opened, link.of("$/shutdown").length]).toEqual([["a", "b"], 1]);
    channel.abort("why");
  });

  it("goes on once what waited for a place was cancelled, or the late answer to another has freed it", async () => {
    for (const given of ["first", "second"]) {
      const { link, channel } = open({}, { calls: 1 });
      const controllers = [new AbortController(), new AbortController()];
      const calls = controllers.map(({ signal }) => rejectedBy(channel.call("m", {}, { signal })));
      channel.close().catch(() => {});
      controllers[given === "first" ? 0 : 1]?.abort("why");
      await link.rest();
      expect(link.of("$/shutdown")).toHaveLength(given === "first" ? 0 : 1);
      if (given === "first") link.receive({ jsonrpc: "2.0", id: 1, result: "late" });
      await link.rest();
      expect(link.of("$/shutdown")).toHaveLength(1);
      channel.abort("why");
      expect((await Promise.all(calls)).map(({ error }) => error)).toEqual(["why", "why"]);
    }
  });

  it("tells a remote that was taken for a plain one, and turns out to be none while its answer is waited for", async () => {
    const link = new HandLink();
    const channel = connect(link, { handshake: "optional" });
    await link.scheduler.pass(1_000);
    const call = channel.call("m");
    const closed = channel.close();
    await link.rest();
    link.meet();
    link.answer("m", { result: 1 });
    expect(await call).toBe(1);
    await link.rest();
    expect(link.methods).toEqual(["m", "$/hello", "$/shutdown"]);
    link.answer("$/shutdown");
    await closed;
    expect(link.of("$/bye")).toHaveLength(1);
  });

  it("rejects where the remote cannot be told, and the channel ends", async () => {
    const { link, channel } = open();
    link.most = 20;
    const { error } = await rejectedBy(channel.close());
    expect(error).toBeInstanceOf(RangeError);
    expect(link.closed).toBe(true);
  });

  it("rejects where the remote answers with an error, and the channel ends", async () => {
    const { link, channel } = open();
    const closed = channel.close();
    await link.rest();
    link.answer("$/shutdown", { error: { code: -32_601, message: "no such method" } });
    expect((await rejectedBy(closed)).code).toBe(-32_601);
    expect(link.of("$/abort")).toHaveLength(1);
    expect(link.closed).toBe(true);
  });
});
