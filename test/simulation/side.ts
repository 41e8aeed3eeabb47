/** One of the two peers of a run: its channel, what is done with it, and what must hold of it in the end. */
import { type Channel, connect } from "../../src/channel.ts";
import type { Link } from "../../src/options.ts";
import type { Course } from "./course.ts";
import type { StepPlan } from "./draw-talk.ts";
import type { Random } from "./random.ts";
import { Causes, makeReason } from "./reasons.ts";
import type { CallPlan, SideName, SidePlan } from "./scenario.ts";
import type { SimEnd, SimNet } from "./simulation.ts";
import type { Talk } from "./talk.ts";
import { Watcher } from "./watch.ts";
import type { World } from "./world.ts";

/** What the two sides of a run share. */
export interface Run {
  readonly world: World;
  readonly random: Random;
  readonly net: SimNet;
  readonly courses: readonly Course[];
  /** What has gone wrong with the connection: it explains errors of every stream. */
  readonly causes: Causes;
  /** The same for channels and calls, where a close is a reason too. */
  readonly channelCauses: Causes;
  readonly talk: Talk | undefined;
  /** Whatever has to be done before the channel is closed in the end. */
  readonly busy: Promise<unknown>[];
  /** While streams are under way, nobody but one side closes the channel, and nothing else ends it. */
  readonly isOneSided: boolean;
  plansOf(side: SideName): SidePlan;
  /** Errors of a lost connection are to be expected from now on. */
  loses(): void;
}

export class Side {
  readonly name: SideName;
  readonly link: SimEnd;
  ready = false;
  readonly #run: Run;
  readonly #plan: SidePlan;
  readonly #watch: Watcher;
  #channel: Channel | undefined = undefined;

  constructor(run: Run, name: SideName, plan: SidePlan) {
    this.name = name;
    this.link = run.net[name];
    this.#run = run;
    this.#plan = plan;
    this.#watch = new Watcher(run.world, run.channelCauses, name, "channel");
  }

  /** `link` is this side's, or what somebody has put around it. */
  connect(link: Link): void {
    const { takesIncoming, initialCredit, limits } = this.#plan;
    const { talk } = this.#run;
    const definitions = this.#run.courses
      .filter(({ far }) => far === this.name)
      .map((course) => [course.name, course.definition()] as const)
      .filter(([, definition]) => definition !== undefined);
    const channel = connect(link, {
      streams: Object.fromEntries(definitions as never),
      methods: {
        ...talk?.methodsOf(this.name),
        work: async ({ takes, answer }: { takes: number; answer: number }) => {
          await this.#run.world.sleep(takes);
          return answer;
        },
      },
      limits,
      ...(talk && { data: talk.optionsOf(this.name) }),
      ...(initialCredit && { initialCredit }),
    });
    this.#channel = channel;
    void this.#watch.settles("ready", channel.ready).then(() => {
      this.ready = true;
    });
    void this.#watch.settles("closed", channel.closed);
    talk?.connected(this.name, channel);
    if (takesIncoming) void this.#watch.settles("incomingStreams", this.#takeIncoming(channel));
  }

  open(course: Course): void {
    try {
      const stream = (this.#channel as Channel).openStream(course.name, course.openOptions());
      course.opened(stream, this.#run.net);
    } catch (error) {
      this.#watch.explains(`openStream() of ${course.name}`, error);
    }
  }

  call({ takes, cancelAfter }: CallPlan): void {
    const { world, random, channelCauses, busy } = this.#run;
    const causes = new Causes(channelCauses);
    const watch = new Watcher(world, causes, this.name, "call");
    const stop = new AbortController();
    if (cancelAfter !== undefined) {
      world.at(world.now + cancelAfter, () => {
        stop.abort(makeReason(random, "a call is cancelled"));
        causes.gave(this.name, stop.signal.reason);
      });
    }
    const answer = random.int(0, 1000);
    const call = (this.#channel as Channel).call("work", { takes, answer }, { signal: stop.signal });
    const checked = watch.settles("answer", call).then((result) => {
      if (result.ok && result.value !== answer) watch.fail(`${String(result.value)} was answered, not ${answer}`);
    });
    busy.push(checked);
  }

  step(plan: StepPlan): void {
    this.#run.talk?.start(plan, this.#channel as Channel);
  }

  abort(reason: unknown): void {
    if (this.#channel === undefined) return;
    if (this.#run.talk !== undefined) this.#run.talk.ends = true;
    const { causes } = this.#run;
    // Without a reason, there is one all the same.
    if (reason === undefined) causes.says("AbortError");
    else causes.gave(this.name, reason);
    // Whom it has never met, it cannot tell.
    if (!this.link.met) this.#run.loses();
    this.#channel.abort(reason);
  }

  /** The other side has died before it was heard of. One that was there, its hello was waited for, and for so long only. */
  losePatience(): void {
    if (this.link.kind === "message" && this.link.met) this.#watch.fail("it waits for the hello of one that is gone");
    this.abort(new Error(`${this.name} has lost patience`));
  }

  close(disposes: boolean): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    const { world, courses, causes, channelCauses, talk } = this.#run;
    world.log(`${this.name} closes the channel`);
    if (talk !== undefined) talk.ends = true;
    channelCauses.says("StreamError", "CHANNEL_CLOSED");
    // What has been accepted goes on; what has not is refused.
    for (const course of courses) {
      if (this.#isTaken(course)) continue;
      if (course.ends[course.far] === undefined) course.causes.says("StreamError", "CHANNEL_CLOSED");
    }
    if (!this.link.met) this.#run.loses();
    if (!disposes) {
      void this.#watch.settles("close()", channel.close());
      return;
    }
    world.at(world.now + 1000, () => {
      if (channel.stats().state !== "closed") causes.says("AbortError");
    });
    void this.#watch.settles("dispose", channel[Symbol.asyncDispose]());
  }

  /** A handler takes it before the remote hears that this side closes: what was opened before must have come before. */
  #isTaken({ sent, plan, far }: Course): boolean {
    const { isOneSided } = this.#run;
    const { streams, unaccepted } = this.#run.plansOf(far).limits;
    const waits = streams !== undefined || unaccepted !== undefined;
    return sent && plan.met === "handler" && plan.opener === this.name && isOneSided && !waits;
  }

  /** An idle channel has no streams, and does not keep its process alive. */
  checkQuiet(): void {
    const { state, calls, streams } = (this.#channel as Channel).stats();
    if (state !== "open") return;
    // The default stream stays open.
    const others = streams.filter(({ name }) => name !== "$/data");
    const left = others.map(({ id, incoming, outgoing }) => `${id} (${incoming.state}, ${outgoing.state})`);
    if (left.length > 0) this.#watch.fail(`streams are left when all is quiet: ${left.join(", ")}`);
    if (calls > 0) this.#watch.fail(`${calls} calls are left when all is quiet`);
    if (this.link.alive && this.#run.talk === undefined)
      this.#watch.fail("its process is kept alive when all is quiet");
  }

  checkClosed(): void {
    if (this.#channel === undefined) return;
    const { state, streams } = this.#channel.stats();
    if (state !== "closed") this.#watch.fail(`it is ${state} in the end`);
    if (streams.length > 0) this.#watch.fail(`${streams.length} streams are left in the end`);
    if (!this.link.end.closed) this.#watch.fail("the link is not closed in the end");
  }

  async #takeIncoming(channel: Channel): Promise<void> {
    const { world, courses } = this.#run;
    const { takeDelay, stopsTakingAt } = this.#plan;
    const reader = channel.incomingStreams.getReader();
    if (stopsTakingAt !== undefined) world.at(stopsTakingAt, () => this.#stopTaking(reader));
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      courses[(next.value.metadata as { plan: number }).plan]?.taken(next.value);
      if (takeDelay > 0) await world.sleep(takeDelay);
    }
  }

  /** What nobody has taken yet is refused with the reason; what comes later, because nobody takes it. */
  #stopTaking(reader: ReadableStreamDefaultReader<unknown>): void {
    const reason = makeReason(this.#run.random, "incomingStreams is cancelled");
    for (const { far, plan, ends, causes } of this.#run.courses) {
      if (far !== this.name || plan.met !== "incoming" || ends[far] !== undefined) continue;
      causes.gave(this.name, reason);
      causes.says("StreamError", "STREAM_NOT_FOUND");
    }
    void this.#watch.settles("cancel() of incomingStreams", reader.cancel(reason));
  }
}
