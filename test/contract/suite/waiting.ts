/** Every wait in a sink settles: on the writer's abort, the stream's signal and abort, the far side's cancel, a loss. */
import type { Channel } from "sluice";
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import { type Blocked, blocked } from "./blocked.ts";
import type { Contract } from "./pair.ts";
import { failure, isPending, noStreamsLeft, numbers, reason, rejection, withCode } from "./tools.ts";

/** What ends a wait, and how the one who waits is told. `told`: the far side hears the same reason. */
const enders: Readonly<
  Record<
    string,
    { end(blocked: Blocked): unknown; rejects: (error: unknown) => void; told: boolean; freshFar?: boolean }
  >
> = {
  "writer.abort(reason)": {
    end: ({ writer }) => writer.abort(makeReason("coded")),
    rejects: (error) => expect(error).toEqual(withCode("E_MINE")),
    told: true,
  },
  "stream.abort(reason)": {
    end: ({ stream }) => stream.abort(makeReason("coded")),
    rejects: (error) => expect(error).toEqual(withCode("E_MINE")),
    told: true,
  },
  "the signal given to openStream": {
    end: ({ controller }) => controller.abort(makeReason("coded")),
    rejects: (error) => expect(error).toEqual(withCode("E_MINE")),
    told: true,
  },
  "the far side's cancel": {
    end: ({ far }) => far.stream("box").cancel("coded"),
    rejects: (error) => expect(error).toEqual(withCode("E_MINE")),
    told: false,
  },
  "the far side's abort of the stream": {
    end: ({ far }) => far.stream("box").abortStream("coded"),
    rejects: (error) => expect(error).toEqual(withCode("E_MINE")),
    told: false,
  },
  "an abort of the channel": {
    end: ({ near }) => near.abort(makeReason("coded")),
    rejects: (error) => expect(error).toEqual(withCode("E_MINE")),
    told: true,
  },
  "loss of the channel": {
    end: ({ kill }) => kill(),
    rejects: (error) => expect(error).toEqual(withCode("CONNECTION_LOST")),
    told: false,
    freshFar: true,
  },
};

export function waiting({ test }: Contract): void {
  for (const [what, { end, rejects, told, freshFar = false }] of Object.entries(enders)) {
    test(`◆ a write that waits for credit settles on ${what}, and so does writer.closed`, async (make) => {
      const pair = await blocked(make, { freshFar });
      const { writer, write, far } = pair;
      const settled = rejection(write);
      void end(pair);
      rejects(await settled);
      rejects(await rejection(writer.closed));
      rejects(await rejection(writer.write("third")));
      if (told) expect((await far.stream("box").readerClosed()).error).toMatchObject({ code: "E_MINE" });
    });

    // A pipe has the writer to itself.
    if (what === "writer.abort(reason)") continue;
    test(`a pipe that waits for credit settles on ${what}`, async (make) => {
      const pair = await blocked(make, { freshFar });
      const { writer, stream, classes } = pair;
      writer.releaseLock();
      let cancelled: unknown;
      const source = new classes.ReadableStream({
        pull: (controller) => controller.enqueue("more"),
        cancel: (reason) => {
          cancelled = reason;
        },
      });
      const pipe = source.pipeTo(stream.writable);
      expect(await isPending(pair, pipe)).toBe(true);
      const settled = rejection(pipe);
      void end(pair);
      rejects(await settled);
      rejects(cancelled);
    });
  }

  test("◆ pipeTo's own signal cannot interrupt a blocked write; the signal given to openStream does", async (make) => {
    const pair = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 1 } } } });
    const { near, far, classes } = pair;
    for (const key of ["pipe", "open"]) {
      const controller = new AbortController();
      const { signal } = controller;
      const { writable } = near.openStream("box", {
        metadata: { key },
        writableStrategy: { highWaterMark: 1 },
        ...(key === "open" && { signal }),
      });
      let count = 0;
      const source = new classes.ReadableStream({ pull: (each) => each.enqueue(count++) }, { highWaterMark: 0 });
      const pipe = source.pipeTo(writable, key === "pipe" ? { signal } : {});
      expect(await isPending(pair, pipe)).toBe(true);
      controller.abort(makeReason("coded"));
      const puppet = far.stream(key);
      if (key === "pipe") {
        // The standard has the pipe wait for the chunks that it has read.
        expect(await isPending(pair, pipe)).toBe(true);
        const seen = await (await puppet.readAtOnce(count)).seen;
        expect(seen.map(({ chunk }) => chunk)).toEqual(numbers(seen.length));
      }
      expect(await rejection(pipe)).toEqual(withCode("E_MINE"));
      expect((await puppet.readerClosed()).error).toMatchObject({ code: "E_MINE" });
    }
  });

  test("a read that waits settles on the far side's abort, its own cancel and loss of the channel", async (make) => {
    const { near, far, kill } = make({ freshFar: true });
    const open = (key: string): ReadableStreamDefaultReader =>
      near.openStream("puppet", { metadata: { key } }).readable.getReader();
    const [aborted, cancelled, lost] = [open("aborted"), open("cancelled"), open("lost")];
    const reads = [failure(aborted.read()), cancelled.read(), failure(lost.read())];
    await far.stream("aborted").abort("AggregateError");
    expect(await reads[0]).toEqual(reason("AggregateError"));
    await cancelled.cancel();
    expect(await reads[1]).toEqual({ done: true, value: undefined });
    await far.stream("lost").stats();
    await kill();
    expect(await reads[2]).toMatchObject({ code: "CONNECTION_LOST" });
  });

  test("after a wait was ended, nothing is left of the stream", async (make) => {
    const pair = await blocked(make);
    pair.stream.abort(makeReason("coded"));
    await rejection(pair.write);
    await pair.far.stream("box").letGo();
    await noStreamsLeft(pair);
    await (pair.near as Channel).close();
  });
}
