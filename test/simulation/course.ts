/** One stream of a run: its two flows, who uses its two ends, and what is done to it from outside. */

import type { OpenOptions, StreamDefinition } from "../../src/stream/definition.ts";
import type { ChannelStream } from "../../src/stream/stream.ts";
import type { Actor } from "./actor.ts";
import { writableStrategy } from "./draw-options.ts";
import { Flow } from "./flow.ts";
import { optionsOf, otherCodec } from "./options.ts";
import type { Random } from "./random.ts";
import { read } from "./reader.ts";
import { Causes, makeReason } from "./reasons.ts";
import { ruleOf } from "./rule.ts";
import { type FlowPlan, other, type Scenario, type SideName, type StreamPlan } from "./scenario.ts";
import type { SimNet } from "./simulation.ts";
import { Watcher } from "./watch.ts";
import type { World } from "./world.ts";
import { write } from "./writer.ts";

export class Course {
  readonly plan: StreamPlan;
  readonly causes: Causes;
  readonly forth: Flow;
  readonly back: Flow;
  /** The two ends, as soon as there are any. */
  readonly ends: Partial<Record<SideName, ChannelStream>> = {};
  /** The opener has told the far side. */
  sent = false;
  /** Those who are busy with an end. */
  readonly busy: Promise<unknown>[] = [];
  readonly name: string;
  readonly far: SideName;
  readonly #world: World;
  readonly #random: Random;
  readonly #watchers: Watcher[] = [];

  constructor(world: World, random: Random, scenario: Scenario, plan: StreamPlan, channel: Causes) {
    this.#world = world;
    this.#random = random;
    this.plan = plan;
    this.name = `s${plan.index}`;
    this.far = other(plan.opener);
    this.causes = new Causes(channel, plan.echo);
    this.forth = this.#flow(scenario, "forth", plan.forth, plan.opener);
    this.back = this.#flow(scenario, "back", plan.back, this.far);
  }

  /** The flow that `side` writes; the other one it reads. */
  written(side: SideName): Flow {
    return side === this.plan.opener ? this.forth : this.back;
  }

  /** What the opener passes to `openStream`. */
  openOptions(): OpenOptions {
    const { near, opener, event, index, badMetadata } = this.plan;
    const options = optionsOf(near, opener, this.causes);
    let metadata: unknown = { plan: index };
    if (badMetadata) {
      metadata = { plan: index, run: () => {} };
      this.causes.says("DataCloneError");
      // Over bytes metadata is JSON.
      this.causes.says("TypeError", "BAD_VALUE");
    }
    if (event?.how !== "signal") return { ...options, metadata };
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort(this.#reason("the signal of openStream"));
      this.causes.gave(opener, controller.signal.reason);
    };
    // Some are aborted before the stream is opened.
    if (event.ms < 10) abort();
    else this.#world.at(this.#world.now + event.ms, abort);
    return { ...options, metadata, signal: controller.signal };
  }

  /** The opener has its end. */
  opened(stream: ChannelStream, net: SimNet): void {
    const { event, met } = this.plan;
    if (met === "nobody") this.causes.says("StreamError", "STREAM_NOT_FOUND");
    if (met === "other-codec") this.causes.says("StreamError", "CODEC_MISMATCH");
    void this.#use(this.plan.opener, stream);
    if (event?.how === "lane-cut") {
      this.#world.at(this.#world.now + event.ms, () => {
        if (net.cutLane(this.plan.index)) this.causes.says("StreamError", "CONNECTION_LOST");
      });
    }
    if (event?.how !== "abort") return;
    const { side } = event;
    this.#world.at(this.#world.now + event.ms, () => {
      const end = this.ends[side];
      if (end === undefined) return;
      const reason = this.#reason("stream.abort()");
      // Without a reason, there is one all the same.
      if (reason === undefined) this.causes.says("AbortError");
      else this.causes.gave(side, reason);
      end.abort(reason);
      this.#world.at(this.#world.now, () => {
        // What has come to its end before is still read.
        if (end.stats().incoming.state === "ended") return;
        for (const watch of this.#watchers) if (watch.side === side) watch.nothingWaits();
      });
    });
  }

  /** How the far side defines this stream, if it has a handler for it. */
  definition(): StreamDefinition | undefined {
    const { met, far } = this.plan;
    if (met === "other-codec") return { handler: () => {}, codec: otherCodec };
    if (met !== "handler") return undefined;
    return { ...optionsOf(far, this.far, this.causes), handler: (stream) => this.#handle(stream) };
  }

  /** The far side has met the stream in `incomingStreams`. */
  taken(stream: ChannelStream): void {
    void this.#use(this.far, stream);
  }

  /** The handler: what it returns keeps the stream. */
  #handle(stream: ChannelStream): unknown {
    const { how, ...rest } = this.plan.handler;
    const ms = "ms" in rest ? rest.ms : 0;
    const throws = (): never => {
      const reason = this.#reason("what the handler throws");
      this.causes.gave(this.far, reason);
      throw reason;
    };
    const returns = (): void => this.causes.says("StreamError", "STREAM_ABANDONED");
    if (how !== "wait" && ms < 0) {
      this.ends[this.far] = stream;
      return how === "throws" ? throws() : returns();
    }
    const used = this.plan.echo ? this.#echo(stream) : this.#use(this.far, stream);
    if (how === "wait") return used;
    used.catch(() => {});
    return this.#world.sleep(ms).then(how === "throws" ? throws : returns);
  }

  /** Writer and reader of one end, each by its plan. */
  async #use(side: SideName, stream: ChannelStream): Promise<void> {
    this.ends[side] = stream;
    const out = this.#actor(side, stream, this.written(side));
    const in_ = this.#actor(side, stream, this.written(other(side)));
    const both = Promise.all([write(out), read(in_)]);
    this.busy.push(this.#world.expect(`${this.name}: writer and reader at ${side}`, both));
    await both.catch((error) => out.watch.fail(`an actor of the harness fails: ${error?.stack ?? error}`));
  }

  /** Pipes what is read back to where it came from, as a service would. */
  #echo(stream: ChannelStream): Promise<void> {
    this.ends[this.far] = stream;
    const { forth, back } = this;
    const watch = this.#actor(this.far, stream, back).watch;
    forth.reads = true;
    // The transform's own queue, and what the pipe has in hand.
    forth.slack = 3;
    const passing = new TransformStream<unknown, unknown>({
      transform: (chunk, controller) => {
        const spec = forth.specs[forth.got];
        forth.takes(chunk);
        if (spec !== undefined) {
          if (back.costOf(spec) - 64 > back.rule.maxChunk) this.causes.says("RangeError", "CHUNK_TOO_LARGE");
          back.writes(spec, chunk, undefined);
        }
        controller.enqueue(chunk);
      },
      flush: () => {
        forth.ended = true;
        back.closing = true;
      },
    });
    const piped = stream.readable.pipeThrough(passing).pipeTo(stream.writable);
    const settled = watch.settles("the pipe back", piped).then(({ ok }) => {
      back.closed = ok;
    });
    this.busy.push(settled);
    return piped;
  }

  #actor(side: SideName, stream: ChannelStream, flow: Flow): Actor {
    const { near, far, opener } = this.plan;
    const { transfer } = side === opener ? near : far;
    const watch = new Watcher(this.#world, this.causes, side, flow.label);
    this.#watchers.push(watch);
    return { world: this.#world, flow, stream, watch, random: this.#random.fork(), transfer };
  }

  #reason(what: string): unknown {
    return makeReason(this.#random, `${what} of ${this.name}`);
  }

  #flow(scenario: Scenario, direction: "forth" | "back", plan: FlowPlan, sender: SideName): Flow {
    const { near, far, codec } = this.plan;
    const [sending, receiving] = direction === "forth" ? [near, far] : [far, near];
    const weighing = writableStrategy(sending);
    const ends = {
      sender,
      receiver: other(sender),
      weight: weighing?.unit === "custom" ? weighing.size : undefined,
      raw: codec === "raw",
      bytewise: receiving.bytes,
      overBytes: scenario.link.bytes !== undefined,
    };
    const label = `${this.name} ${sender}->${other(sender)}`;
    return new Flow(label, plan, ruleOf(scenario, this.plan, direction), ends, (what) => this.#world.fail(what));
  }
}
