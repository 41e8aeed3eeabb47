/** What users have in their hands, where the remote is not known yet. */
import { type Channel, connect } from "sluice";
import { describe, expect, it } from "vitest";
import { rejectedBy } from "./support/error-of.ts";
import { HandLink } from "./support/hand-link.ts";

/** A channel whose remote has not been heard of. */
function unmet(): { link: HandLink; channel: Channel } {
  const link = new HandLink();
  return { link, channel: connect(link, { handshake: "optional" }) };
}

describe("stream() with a fallback, while the remote is not known", () => {
  it("rejects at once for a signal that is aborted, and sends nothing", async () => {
    const { link, channel } = unmet();
    const signal = AbortSignal.abort("why");
    expect((await rejectedBy(channel.stream("m", {}, { signal, fallback: "f" }).getReader().read())).error).toBe("why");
    link.meet();
    await link.rest();
    expect(link.methods).toEqual(["$/hello"]);
  });

  it("is over when its time is", async () => {
    const { link, channel } = unmet();
    const read = rejectedBy(channel.stream("m", {}, { timeout: 50, fallback: "f" }).getReader().read());
    await link.scheduler.pass(50);
    expect((await read).error.name).toBe("TimeoutError");
  });

  it("can be cancelled", async () => {
    const { link, channel } = unmet();
    const cancelled: unknown[] = [];
    const input = new ReadableStream({ cancel: (reason) => void cancelled.push(reason) });
    const stream = channel.stream("m", { input }, { fallback: "f" });
    expect(input.locked).toBe(true);
    await stream.cancel("why");
    expect(cancelled).toEqual(["why"]);
    link.meet();
    await link.rest();
    expect(link.methods).toEqual(["$/hello"]);
  });

  it("ends with the connection, and so do the streams in its params", async () => {
    const { link, channel } = unmet();
    const cancelled: unknown[] = [];
    const input = new ReadableStream({ cancel: (reason) => void cancelled.push(reason) });
    const read = rejectedBy(channel.stream("m", { input }, { fallback: "f" }).getReader().read());
    link.lose(new Error("gone"));
    expect((await read).code).toBe("CONNECTION_LOST");
    expect(cancelled).toMatchObject([{ code: "CONNECTION_LOST" }]);
  });

  it("is under way: close() waits for it", async () => {
    const { link, channel } = unmet();
    const read = channel.stream("m", {}, { fallback: "f" }).getReader().read();
    const closed = channel.close();
    await link.scheduler.pass(1_000);
    link.answer("f", { result: ["a"] });
    expect(await read).toEqual({ done: false, value: "a" });
    await closed;
  });

  it("calls what the remote turns out to know, whatever was thought of it before", async () => {
    const { link, channel } = unmet();
    channel.stream("m", {}, { fallback: "f" });
    link.meet();
    channel.stream("m", {}, { fallback: "f" });
    await link.rest();
    expect(link.methods).toEqual(["$/hello", "m", "m"]);
    const plain = unmet();
    plain.channel.stream("m", {}, { fallback: "f" });
    await plain.link.scheduler.pass(1_000);
    plain.channel.stream("m", {}, { fallback: "f" });
    await plain.link.rest();
    expect(plain.link.methods).toEqual(["f", "f"]);
  });

  it("fails with BAD_METHOD for a fallback that is no method's name, where that is called", async () => {
    for (const fallback of ["", 5, null]) {
      const { link, channel } = unmet();
      const read = rejectedBy(
        channel
          .stream("m", {}, { fallback } as never)
          .getReader()
          .read(),
      );
      await link.scheduler.pass(1_000);
      expect([(await read).code, link.methods, channel.stats().calls]).toEqual(["BAD_METHOD", [], 0]);
    }
  });
});
