/** Readers of every kind: one read at a time or several, iterating, piping, into their own buffers; all may stop. */
import { type Actor, dawdle, giveReason } from "./actor.ts";
import { makeReason } from "./reasons.ts";
import { isTypeError, type Settled } from "./watch.ts";

export async function read(actor: Actor): Promise<void> {
  const { world, flow } = actor;
  const { startAt, style } = flow.plan.reader;
  if (startAt > 0) await world.sleep(startAt);
  flow.reads = true;
  if (style === "iterate") await iterate(actor);
  else if (style === "pipe") await pipe(actor);
  else if (style === "tee") await tee(actor);
  else if (style === "byob") await intoBuffers(actor);
  else await oneByOne(actor);
}

function take({ flow }: Actor, value: unknown): void {
  if (flow.bytewise) flow.takesBytes(value as Uint8Array);
  else flow.takes(value);
}

/** Sleeps once, after so many chunks, if the plan has it so. */
function pauser({ world, flow }: Actor): () => Promise<void> {
  let pause = flow.plan.reader.pause;
  return async () => {
    if (pause === undefined || flow.got < pause.after) return;
    const { ms } = pause;
    pause = undefined;
    await world.sleep(ms);
  };
}

/** Gives up by itself. */
function giveUp(actor: Actor): unknown {
  actor.flow.stopped = true;
  return giveReason(actor, "a cancel");
}

async function oneByOne(actor: Actor): Promise<void> {
  const { world, flow, stream, watch, random } = actor;
  const { style, delay, stop } = flow.plan.reader;
  let reader = stream.readable.getReader();
  void watch.settles("reader.closed", reader.closed, isTypeError);
  const cancel = (): Promise<unknown> => {
    const holder = stream.readable.locked ? reader : stream.readable;
    return watch.settles("cancel()", holder.cancel(giveUp(actor)));
  };
  if (stop?.how === "cancel-at") world.at(world.now + stop.ms, () => void cancel());
  const pause = pauser(actor);
  for (;;) {
    await pause();
    if (stop?.how === "cancel" && flow.got >= stop.after) return void (await cancel());
    const count = style === "burst" ? random.int(1, 4) : 1;
    flow.pending = count;
    const reads = Array.from({ length: count }, () => watch.settles("read()", reader.read()));
    for (const result of await Promise.all(reads)) if (!handled(actor, result)) return;
    flow.pending = 0;
    flow.slack = 0;
    await dawdle(actor, delay);
    if (style !== "relock" || !random.chance(0.4)) continue;
    // A read that waits when its reader is released takes nothing with it, but the next chunk was meant for it.
    flow.slack = flow.rule.left;
    flow.pending = 1;
    const left = random.chance(0.5) ? watch.settles("a read that is left", reader.read(), isTypeError) : undefined;
    reader.releaseLock();
    const result = await left;
    flow.pending = 0;
    if (result?.ok && !handled(actor, result)) return;
    reader = stream.readable.getReader();
  }
}

/** Takes what a read gave. Returns whether to go on reading. */
function handled(actor: Actor, result: Settled<ReadableStreamReadResult<unknown>>): boolean {
  if (!result.ok) return false;
  if (!result.value.done) take(actor, result.value.value);
  else actor.flow.ended = !actor.flow.stopped;
  return !result.value.done;
}

async function intoBuffers(actor: Actor): Promise<void> {
  const { world, flow, stream, watch, random } = actor;
  const { delay, stop } = flow.plan.reader;
  const reader = stream.readable.getReader({ mode: "byob" });
  void watch.settles("reader.closed", reader.closed);
  const cancel = (): Promise<unknown> => watch.settles("reader.cancel()", reader.cancel(giveUp(actor)));
  if (stop?.how === "cancel-at") world.at(world.now + stop.ms, () => void cancel());
  const pause = pauser(actor);
  for (;;) {
    await pause();
    if (stop?.how === "cancel" && flow.got >= stop.after) return void (await cancel());
    const lengths = Array.from({ length: random.int(1, 2) }, () => random.pick([1, 7, 100, 5000, 70_000]));
    flow.room = lengths.reduce((sum, length) => sum + length, 0);
    const reads = lengths.map((length) => watch.settles("read(view)", reader.read(new Uint8Array(length))));
    for (const result of await Promise.all(reads)) {
      if (!handled(actor, result as Settled<ReadableStreamReadResult<unknown>>)) return;
    }
    flow.room = 0;
    await dawdle(actor, delay);
  }
}

async function iterate(actor: Actor): Promise<void> {
  const { flow, stream, watch, random } = actor;
  const { delay, stop, pause: interruption } = flow.plan.reader;
  const pause = pauser(actor);
  // The iterator's own read.
  flow.slack = 1;
  const resumes = interruption !== undefined && stop === undefined && random.chance(0.5);
  const iteration = async (): Promise<void> => {
    for await (const value of stream.readable.values({ preventCancel: resumes })) {
      take(actor, value);
      if (stop?.how === "break" && flow.got >= stop.after) {
        flow.stopped = true;
        // A loop that is left cancels without a reason.
        watch.causes.gave(watch.side, undefined);
        return;
      }
      if (resumes && flow.got >= interruption.after) return;
      await pause();
      await dawdle(actor, delay);
    }
    flow.ended = true;
  };
  const result = await watch.settles("iteration", iteration());
  flow.slack = 0;
  if (result.ok && !flow.ended && !flow.stopped) await oneByOne(actor);
}

async function pipe(actor: Actor): Promise<void> {
  const { world, flow, stream, watch, random } = actor;
  const { delay, stop } = flow.plan.reader;
  const pause = pauser(actor);
  const highWaterMark = random.int(1, 3);
  flow.slack = highWaterMark + 2;
  const sink = new WritableStream<unknown>(
    {
      write: async (value) => {
        if (stop?.how === "sink-error" && flow.got >= stop.after) throw giveUp(actor);
        take(actor, value);
        await pause();
        await dawdle(actor, delay);
      },
      abort: (reason) => watch.explains("the sink's abort", reason),
    },
    { highWaterMark },
  );
  const stopper = new AbortController();
  if (stop?.how === "cancel-at") {
    world.at(world.now + stop.ms, () => {
      // A signal that is given no reason makes one.
      flow.stopped = true;
      stopper.abort(makeReason(random, `a signal of ${flow.label}`));
      watch.causes.gave(watch.side, stopper.signal.reason);
    });
  }
  const { signal } = stopper;
  flow.ended = (await watch.settles("readable.pipeTo()", stream.readable.pipeTo(sink, { signal }))).ok;
}

async function tee(actor: Actor): Promise<void> {
  const { world, flow, stream, watch } = actor;
  const { delay, stop } = flow.plan.reader;
  const pause = pauser(actor);
  // Each branch has a queue of one.
  flow.slack = 3;
  const branches = stream.readable.tee();
  const readers = branches.map((branch) => branch.getReader());
  const cancel = async (): Promise<void> => {
    flow.stopped = true;
    // The two reasons of a tee go on as one.
    const reasons = readers.map((_, at) => `branch ${at} of ${flow.label}`);
    watch.causes.gave(watch.side, reasons, true);
    const cancels = readers.map((reader, at) => watch.settles("cancel() of a branch", reader.cancel(reasons[at])));
    await Promise.all(cancels);
  };
  if (stop?.how === "cancel-at") world.at(world.now + stop.ms, () => void cancel());
  const follow = async (reader: ReadableStreamDefaultReader<unknown>): Promise<void> => {
    for (let got = 0; ; got++) {
      if (reader === readers[0]) await pause();
      if (stop?.how === "cancel" && got >= stop.after) return flow.stopped ? undefined : cancel();
      const result = await watch.settles("read() of a branch", reader.read());
      if (!result.ok) return;
      if (result.value.done) {
        flow.ended = !flow.stopped;
        return;
      }
      if (got === flow.got) flow.takes(result.value.value);
      else {
        const problem = flow.readAt(got, result.value.value);
        if (problem !== undefined) watch.fail(problem);
      }
      await dawdle(actor, delay);
    }
  };
  await Promise.all(readers.map(follow));
}
