/** Writers of every kind: patient, hasty, piped; with every way to end. */
import { type Actor, dawdle, giveReason } from "./actor.ts";
import { type Built, build, makeSpec, ownBuffer } from "./chunks.ts";
import { makeReason } from "./reasons.ts";
import { afterFailure, isTypeError } from "./watch.ts";

export async function write(actor: Actor): Promise<void> {
  const { world, flow } = actor;
  const { startAt, style } = flow.plan.writer;
  if (startAt > 0) await world.sleep(startAt);
  if (style === "pipe") await pipe(actor);
  else await byHand(actor);
}

async function byHand(actor: Actor): Promise<void> {
  const { world, flow, stream, watch, random } = actor;
  const { count, writer: plan } = flow.plan;
  const { end } = plan;
  let writer = stream.writable.getWriter();
  void watch.settles("writer.closed", writer.closed, isTypeError);
  let released = false;
  const abort = async (): Promise<void> => {
    const reason = giveReason(actor, "an abort");
    // What is blocked then ends with the reason of the controller's signal, which is never undefined.
    if (reason === undefined) watch.causes.says("AbortError");
    const before = world.now;
    await watch.settles("abort()", released ? stream.writable.abort(reason) : writer.abort(reason));
    // Whatever is blocked, at this side or the other, an abort does not wait for it.
    if (world.now > before) watch.fail(`abort() took ${world.now - before} ms`);
  };
  if (end.how === "abort-at") world.at(world.now + end.ms, () => void abort());
  const make = chunkMaker(actor);
  for (let i = 0; i < count; i++) {
    if (end.how === "abort" && i === end.after) return abort();
    if (end.how === "bad-chunk" && i === end.after) {
      await watch.settles("write() of a bad chunk", writer.write(badChunk(actor)));
      await watch.settles("writer.closed", writer.closed);
      return;
    }
    if (plan.style === "ready" && !(await watch.settles("writer.ready", writer.ready)).ok) return;
    const { value } = make(plan.style === "ready" ? 0 : undefined);
    const written = watch.settles(`write ${i}`, writer.write(value));
    const patient = plan.style === "await" || plan.style === "relock";
    if (patient && !(await written).ok) return;
    await dawdle(actor, plan.delay);
    if (plan.style !== "relock" || !random.chance(0.3)) continue;
    writer.releaseLock();
    writer = stream.writable.getWriter();
  }
  if (end.how === "abort") return abort();
  flow.closing = true;
  const closed = await watch.settles("writer.close()", writer.close(), afterFailure(watch.causes));
  flow.closed = closed.ok;
  writer.releaseLock();
  released = true;
}

async function pipe(actor: Actor): Promise<void> {
  const { world, flow, stream, watch, random } = actor;
  const { count, writer: plan } = flow.plan;
  const { end } = plan;
  const make = chunkMaker(actor);
  let i = 0;
  const source = new ReadableStream<unknown>(
    {
      pull: async (controller) => {
        await dawdle(actor, plan.delay);
        if (end.how === "source-error" && i === end.after) {
          controller.error(giveReason(actor, "an error of the source"));
        } else if (end.how === "bad-chunk" && i === end.after) {
          controller.enqueue(badChunk(actor));
        } else if (i >= count) {
          flow.closing = true;
          controller.close();
        } else {
          controller.enqueue(make(plan.sourceMark + 1).value);
        }
        i++;
      },
      cancel: (reason) => watch.explains("the source's cancel", reason),
    },
    { highWaterMark: plan.sourceMark },
  );
  const stop = new AbortController();
  if (end.how === "signal-at") {
    world.at(world.now + end.ms, () => {
      stop.abort(makeReason(random, `the signal of pipeTo of ${flow.label}`));
      watch.causes.gave(watch.side, stop.signal.reason);
    });
  }
  const { signal } = stop;
  flow.closed = (await watch.settles("pipeTo()", source.pipeTo(stream.writable, { signal }))).ok;
}

/** Makes one chunk after the other and books it. */
function chunkMaker({ flow, watch, random, transfer }: Actor): (ahead: number | undefined) => Built {
  const own = ownBuffer(flow.plan.kind);
  return (ahead) => {
    const spec = makeSpec(random, flow.plan, flow.specs.length);
    const built = build(spec, own);
    if (flow.costOf(spec) - 64 > flow.rule.maxChunk) watch.causes.says("RangeError", "CHUNK_TOO_LARGE");
    flow.writes(spec, built.value, ahead);
    flow.buffers.push(
      ...built.whole.map((buffer) => ({ buffer, length: buffer.byteLength, moved: transfer !== false })),
    );
    flow.buffers.push(...built.shared.map((buffer) => ({ buffer, length: buffer.byteLength, moved: false })));
    return built;
  };
}

/** Something that can never be cloned: found out inside `write()`, or only when a batch is posted. */
function badChunk({ flow, watch, random }: Actor): unknown {
  flow.bad = true;
  watch.causes.says("DataCloneError");
  // A codec of bytes takes no objects at all.
  watch.causes.says("TypeError", "BAD_CHUNK");
  // A size that reads byteLength has nothing to read.
  watch.causes.says("RangeError", "BAD_WEIGHT");
  watch.causes.says("TypeError", "BAD_TRANSFER");
  const index = flow.specs.length;
  return random.chance(0.5) ? { index, run: () => {} } : { index, map: new WeakMap() };
}
