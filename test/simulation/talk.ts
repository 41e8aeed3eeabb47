/**
 * What the two sides say to each other beside streams: calls with streams among their params and results, and the
 * default stream, whose chunks every message that was sent after them has to wait for.
 */
import type { Channel } from "../../src/channel.ts";
import type { CallContext, Method } from "../../src/rpc/peer.ts";
import type { StreamOptions } from "../../src/stream/definition.ts";
import { DataFlow } from "./data-flow.ts";
import type { DataPlan, StepPlan, TalkPlan } from "./draw-talk.ts";
import type { Random } from "./random.ts";
import { Causes, makeReason } from "./reasons.ts";
import { DEFAULT_WINDOW } from "./rule.ts";
import { other, type Scenario, type SideName } from "./scenario.ts";
import { Watcher } from "./watch.ts";
import type { World } from "./world.ts";

/** What the talk shares with the rest of a run. */
export interface TalkHost {
  readonly world: World;
  readonly random: Random;
  readonly channelCauses: Causes;
  readonly busy: Promise<unknown>[];
}

/** Params of every method. */
interface Params {
  readonly step: number;
  /** Chunks of the default stream that were started before. */
  readonly after: number;
  readonly input: ReadableStream<unknown>;
  readonly output: WritableStream<unknown>;
}

interface Answer {
  readonly step: number;
  readonly after: number;
}

export class Talk {
  readonly plan: TalkPlan;
  /** By who sends. */
  readonly flows: Readonly<Record<SideName, DataFlow>>;
  readonly #host: TalkHost;
  readonly #random: Random;
  readonly #causes: readonly Causes[];
  /** Of the default stream that a side sends. */
  readonly #dataCauses: Readonly<Record<SideName, Causes>>;
  readonly #byId = new Map<unknown, DataFlow>();
  /** Steps whose source has neither ended nor was cancelled. */
  readonly #sources = new Set<number>();
  /** The channel is closed, or was lost: what is under way may be cut. */
  ends = false;

  constructor(host: TalkHost, random: Random, plan: TalkPlan, { sides }: Pick<Scenario, "sides">) {
    this.plan = plan;
    this.#host = host;
    this.#random = random;
    this.#causes = plan.steps.map(() => new Causes(host.channelCauses));
    this.#dataCauses = { A: new Causes(host.channelCauses), B: new Causes(host.channelCauses) };
    const flow = (sender: SideName): DataFlow => {
      const [sending, receiving] = [plan.data[sender], plan.data[other(sender)]];
      const window = receiving.highWaterMark ?? sending.highWaterMark ?? DEFAULT_WINDOW;
      const early = sides[other(sender)].initialCredit?.chunks ?? 1;
      return new DataFlow(sender, Math.max(1, Math.ceil(window), early), (what) => host.world.fail(what));
    };
    this.flows = { A: flow("A"), B: flow("B") };
  }

  optionsOf(side: SideName): StreamOptions {
    const { highWaterMark } = this.plan.data[side];
    return highWaterMark === undefined ? {} : { highWaterMark };
  }

  // What passes over the link.

  posted(side: SideName, frame: { readonly type?: string; readonly name?: string; readonly id?: unknown }): void {
    if (frame.type === "stream-open" && frame.name === "$/data") this.#byId.set(frame.id, this.flows[side]);
  }

  delivers(id: unknown, chunks: number): void {
    const flow = this.#byId.get(id);
    if (flow !== undefined) flow.delivered += chunks;
  }

  // The default stream.

  connected(side: SideName, channel: Channel): void {
    const { takes, takeAt } = this.plan.data[side];
    const { world, busy } = this.#host;
    const watch = new Watcher(world, this.#dataCauses[other(side)], side, "data");
    if (takes !== "nobody") {
      const taken = world.sleep(takeAt).then(() => {
        if (takes === "onData") channel.onData((chunk) => this.#handle(side, chunk));
        else void watch.settles("the reader of data", this.#read(side, channel, watch));
      });
      busy.push(taken);
    }
    const sent = this.#send(side, channel);
    if (this.plan.data[other(side)].takes !== "nobody") busy.push(sent);
  }

  #handle(side: SideName, chunk: unknown): unknown {
    const { delay, stopsAt } = this.plan.data[side];
    const flow = this.flows[other(side)];
    const index = flow.takes(chunk);
    const handle = (): void => {
      flow.handles(index);
      if (index === stopsAt) throw this.#breaks(flow, side, "onData fails");
    };
    return delay === 0 ? handle() : this.#dawdle(delay).then(handle);
  }

  async #read(side: SideName, channel: Channel, watch: Watcher): Promise<void> {
    const { delay, stopsAt } = this.plan.data[side];
    const flow = this.flows[other(side)];
    const reader = channel.data.readable.getReader();
    for (;;) {
      if (flow.got === stopsAt) {
        await watch.settles("cancel() of data", reader.cancel(this.#breaks(flow, side, "data is cancelled")));
        return;
      }
      const { done, value } = await reader.read();
      if (done) return;
      flow.handles(flow.takes(value));
      await this.#dawdle(delay);
    }
  }

  async #send(side: SideName, channel: Channel): Promise<void> {
    const { sends, style, sendAt, sendDelay, end } = this.plan.data[side];
    const { world } = this.#host;
    const flow = this.flows[side];
    const watch = new Watcher(world, this.#dataCauses[side], side, "data");
    await world.sleep(sendAt);
    if (sends === 0) return;
    // By a writer of one's own, it is to write into what the channel has closed.
    const isClosed = (error: unknown): boolean =>
      style === "writer" &&
      this.ends &&
      error instanceof Error &&
      ["InvalidStateError", "TypeError"].includes(error.name);
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < sends; i++) {
      const sent = watch.settles(
        `sendData ${i}`,
        style === "writer" ? this.#write(channel, i) : channel.sendData(i),
        isClosed,
      );
      const counted = sent.then(({ ok }) => {
        if (ok) flow.started++;
        return ok;
      });
      all.push(counted);
      if (style === "await" && !(await counted)) return;
      await this.#dawdle(sendDelay);
    }
    if (end === "abort") {
      const reason = this.#breaks(flow, side, "data is aborted");
      // A write that is blocked then ends with the reason of a signal, which is never undefined.
      if (reason === undefined) this.#dataCauses[side].says("AbortError");
      await this.#guarded(watch, "abort() of data", () => channel.data.writable.abort(reason));
    }
    await Promise.all(all);
    if (end === "close") {
      await this.#guarded(watch, "close() of data", () => channel.data.writable.close());
    }
  }

  /** What throws where the channel has ended already is told like a rejection. */
  #guarded(watch: Watcher, what: string, act: () => Promise<unknown>): Promise<unknown> {
    const typed = (error: unknown): boolean => error instanceof TypeError && (this.ends || watch.causes.any);
    return watch.settles(what, new Promise((resolve) => resolve(act())), typed);
  }

  async #write(channel: Channel, chunk: unknown): Promise<void> {
    const writer = channel.data.writable.getWriter();
    try {
      const written = writer.write(chunk);
      writer.releaseLock();
      await written;
    } catch (error) {
      // Node 20 answers a write to what was closed with an internal assertion.
      if ((error as { code?: unknown } | undefined)?.code !== "ERR_INTERNAL_ASSERTION") throw error;
      writer.releaseLock();
      throw new DOMException("Closed", "InvalidStateError");
    }
  }

  #breaks(flow: DataFlow, side: SideName, what: string): unknown {
    const reason = makeReason(this.#random, what);
    flow.broken = true;
    this.#dataCauses[flow.sender].gave(side, reason);
    return reason;
  }

  // Calls: the side that answers.

  methodsOf(side: SideName): Record<string, Method> {
    const method =
      (run: (plan: StepPlan, params: Params, context: CallContext) => unknown) =>
      (params: Params, context: CallContext): unknown => {
        this.#checkArrival(side, params, context);
        return run(this.plan.steps[params.step] as StepPlan, params, context);
      };
    const answer = (step: number): Answer => ({ step, after: this.flows[side].started });
    return {
      answer: method(async ({ index, delay }) => {
        await this.#dawdle(delay);
        return answer(index);
      }),
      fail: method(async ({ index, delay }) => {
        await this.#dawdle(delay);
        throw this.#gives(index, side, "what a method throws");
      }),
      never: method((_plan, _params, { signal }) => this.#never(signal)),
      note: method(() => {}),
      handled: method(async ({ index }, { after }, { dataHandled }) => {
        await dataHandled();
        const flow = this.flows[other(side)];
        const isOver = flow.broken || this.ends;
        if (flow.handled < after && !(isOver && flow.inHand === 0)) {
          this.#host.world.fail(`dataHandled() resolves after ${flow.handled} of ${after} chunks`);
        }
        return answer(index);
      }),
      fold: method(async ({ stopAfter, delay }, { input }) => {
        let got = 0;
        for await (const value of input) {
          this.#expect(value, got++, "a stream of params");
          if (got === stopAfter) break;
          await this.#dawdle(delay);
        }
        return got;
      }),
      source: method((plan) => this.#numbers(plan, side)),
      fill: method(async ({ count, delay }, { output }) => {
        const writer = output.getWriter();
        for (let i = 0; i < count; i++) {
          await writer.write(i);
          await this.#dawdle(delay);
        }
        await writer.close();
        return count;
      }),
      through: method((_plan, { input }) => input),
    } as Record<string, Method>;
  }

  /** What was started before a message has arrived before it, or something has ended that direction. */
  #checkArrival(side: SideName, { step, after }: Params, { dataComplete }: CallContext): void {
    const { world } = this.#host;
    const { delivered, broken } = this.flows[other(side)];
    if (dataComplete && delivered < after) world.fail(`step ${step} is handled after ${delivered} of ${after} chunks`);
    if (!dataComplete && !broken && !this.ends) world.fail(`step ${step} misses data, which nothing has ended`);
  }

  #never(signal: AbortSignal): Promise<never> {
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    this.#host.world.expect("the signal of a method", aborted).catch(() => {});
    return aborted;
  }

  /** Iterates over numbers; notices whether it is ever told to stop. */
  #numbers({ index, count, failAt, delay }: StepPlan, side: SideName): AsyncIterable<number> {
    let at = 0;
    const [ended, end] = ending();
    this.#host.world.expect(`the iterator of step ${index}`, ended);
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await this.#dawdle(delay);
          if (at === failAt) {
            end();
            throw this.#gives(index, side, "an iterator fails");
          }
          if (at < count) return { done: false, value: at++ };
          end();
          return { done: true, value: undefined };
        },
        return: async () => {
          end();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  // Calls: the side that makes them.

  start(plan: StepPlan, channel: Channel): void {
    const { world, busy } = this.#host;
    const causes = this.#causes[plan.index] as Causes;
    const watch = new Watcher(world, causes, plan.side, `step ${plan.index} ${plan.kind}`);
    // close() of what has failed just before is a TypeError by the standard, which does not say why.
    if (plan.kind === "fill") causes.says("TypeError", "ERR_INVALID_STATE");
    // What becomes of the streams of a call that is not used to its end.
    causes.says("StreamError", "STREAM_ABANDONED");
    causes.gave(other(plan.side), undefined);
    busy.push(this.#step(plan, channel, watch));
  }

  async #step(plan: StepPlan, channel: Channel, watch: Watcher): Promise<void> {
    const { kind, side, index, count } = plan;
    const params = { step: index, after: this.flows[side].started };
    const options = this.#givingUp(plan, watch);
    const call = (more: object = {}) => watch.settles("answer", channel.call(kind, { ...params, ...more }, options));
    if (kind === "note") {
      try {
        channel.notify(kind, params);
      } catch (error) {
        watch.explains("notify()", error);
      }
    } else if (kind === "answer" || kind === "handled") {
      const result = await call();
      if (result.ok) this.#checkAnswer(plan, result.value as Answer);
    } else if (kind === "fail" || kind === "never") {
      if ((await call()).ok) watch.fail("it was answered, and should not have been");
    } else if (kind === "fold") {
      const result = await call({ input: this.#source(plan, watch) });
      await this.#checkSource(plan, result.ok);
      const most = Math.min(plan.stopAfter ?? count, count);
      if (result.ok && result.value !== most) watch.fail(`${String(result.value)} chunks were read, not ${most}`);
    } else if (kind === "fill") {
      const result = await call({ output: this.#sink(plan, watch) });
      if (result.ok && result.value !== count) watch.fail(`${String(result.value)} chunks were written, not ${count}`);
    } else if (kind === "source") {
      await this.#readNumbers(plan, channel.stream(kind, params, options), watch);
    } else {
      const result = await call({ input: this.#source(plan, watch) });
      await this.#checkSource(plan, result.ok);
      if (result.ok) await this.#readNumbers(plan, result.value as ReadableStream<unknown>, watch);
    }
  }

  #givingUp(plan: StepPlan, watch: Watcher): { signal: AbortSignal; timeout?: number } {
    const { cancelAfter, timeout, side, index } = plan;
    const { world } = this.#host;
    const stop = new AbortController();
    const givesUp = (): void => {
      // The method is told; its streams end.
      watch.causes.says("AbortError");
    };
    if (cancelAfter !== undefined) {
      world.at(world.now + cancelAfter, () => {
        givesUp();
        // An undefined one becomes an AbortError.
        const reason = makeReason(this.#random, `step ${index} is cancelled`);
        watch.causes.gave(side, reason, true);
        stop.abort(reason);
      });
    }
    if (timeout === undefined) return { signal: stop.signal };
    givesUp();
    watch.causes.says("TimeoutError");
    return { signal: stop.signal, timeout };
  }

  #checkAnswer({ index, side }: StepPlan, { step, after }: Answer): void {
    const { world } = this.#host;
    const { delivered, broken } = this.flows[other(side)];
    if (step !== index) world.fail(`step ${index} got the answer of step ${step}`);
    if (delivered < after && !broken && !this.ends) {
      world.fail(`the answer of step ${index} is handled after ${delivered} of ${after} chunks`);
    }
  }

  /** A source of numbers that is used, or cancelled: it is not left alone. */
  #source({ index, count, failAt, delay, side }: StepPlan, watch: Watcher): ReadableStream<number> {
    let at = 0;
    let isOver = false;
    const [ended, end] = ending();
    this.#host.world.expect(`the source of step ${index}`, ended);
    this.#sources.add(index);
    const over = (): void => {
      isOver = true;
      this.#sources.delete(index);
      end();
    };
    return new ReadableStream<number>(
      {
        pull: async (controller) => {
          await this.#dawdle(delay);
          if (isOver) return;
          if (at === failAt) {
            controller.error(this.#gives(index, side, "a source fails"));
            over();
          } else if (at < count) controller.enqueue(at++);
          else {
            controller.close();
            over();
          }
        },
        cancel: (reason) => {
          over();
          watch.explains("the source's cancel", reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The source of a call that has failed ends with it, whatever the method goes on to do. */
  async #checkSource({ index }: StepPlan, isOk: boolean): Promise<void> {
    const { world } = this.#host;
    await world.sleep(0);
    if (!isOk && this.#sources.has(index)) world.fail(`step ${index} has failed, and its source still runs`);
  }

  #sink({ index, stopAfter, delay, side }: StepPlan, watch: Watcher): WritableStream<unknown> {
    let got = 0;
    const [ended, end] = ending();
    this.#host.world.expect(`the sink of step ${index}`, ended);
    return new WritableStream<unknown>({
      write: async (value) => {
        if (got === stopAfter) {
          end();
          throw this.#gives(index, side, "a sink fails");
        }
        this.#expect(value, got++, "a sink of params");
        await this.#dawdle(delay);
      },
      close: end,
      abort: (reason) => {
        end();
        watch.explains("the sink's abort", reason);
      },
    });
  }

  async #readNumbers(plan: StepPlan, readable: ReadableStream<unknown>, watch: Watcher): Promise<void> {
    const { index, side, count, failAt, stopAfter, delay } = plan;
    const reader = readable.getReader();
    for (let got = 0; ; got++) {
      if (got === stopAfter) {
        await watch.settles("cancel()", reader.cancel(this.#gives(index, side, "a result is cancelled")));
        return;
      }
      const result = await watch.settles("read()", reader.read());
      if (!result.ok) return;
      if (result.value.done) {
        if (got !== count || failAt !== undefined) watch.fail(`the end came after ${got} of ${count} chunks`);
        return;
      }
      this.#expect(result.value.value, got, "a result");
      await this.#dawdle(delay);
    }
  }

  // In the end.

  /** Of a run in which nothing went wrong: what was started was given to whoever takes it. */
  checkEnd(undisturbed: boolean): void {
    if (!undisturbed) return;
    for (const { sender, started, got, broken } of Object.values(this.flows)) {
      const { takes }: DataPlan = this.plan.data[other(sender)];
      if (broken || takes === "nobody" || got === started) continue;
      this.#host.world.fail(`data of ${sender}: ${got} of ${started} chunks came in all`);
    }
  }

  #expect(value: unknown, expected: number, what: string): void {
    if (value !== expected) this.#host.world.fail(`${what} gives ${String(value)} in the place of ${expected}`);
  }

  #gives(step: number, side: SideName, what: string): unknown {
    const reason = makeReason(this.#random, `${what} in step ${step}`);
    // It may travel there and back.
    this.#causes[step]?.gave(side, reason, true);
    return reason;
  }

  async #dawdle(delay: number): Promise<void> {
    if (delay > 0) await this.#host.world.sleep(this.#random.int(0, delay));
  }
}

function ending(): [Promise<void>, () => void] {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return [ended, end];
}
