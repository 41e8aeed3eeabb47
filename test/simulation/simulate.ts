/** Runs one seed: two real cores on a simulated link, everything of its scenario, and all checks. */
import { type Channel, connect } from "../../src/channel.ts";
import type { MessageLink } from "../../src/link.ts";
import type { Frame } from "../../src/wire/frames.ts";
import { checkCourse } from "./checks.ts";
import { Course } from "./course.ts";
import { draw } from "./draw.ts";
import type { Flow } from "./flow.ts";
import { Net } from "./link.ts";
import { Random } from "./random.ts";
import { Causes, makeReason, show } from "./reasons.ts";
import { type CallPlan, type ChannelEvent, other, type Scenario, type SideName } from "./scenario.ts";
import { Watcher } from "./watch.ts";
import { World } from "./world.ts";

export interface SimulationOptions {
  /** Keeps the whole log. */
  readonly verbose?: boolean;
  /** Puts something between the cores and their links: a planted bug, say. */
  readonly wrap?: (link: MessageLink, world: World) => MessageLink;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly failures: readonly string[];
  readonly hash: number;
  readonly trace: readonly string[];
  /** How much happened: events, chunks read, and virtual milliseconds. */
  readonly events: number;
  readonly chunks: number;
  readonly time: number;
}

/** Nobody tells an end that its remote died before they have met; this long a user waits for that. */
const PATIENCE = 30_000;

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const simulation = new Simulation(draw(seed), options);
  const { world } = simulation;
  const restore = takeRejections((reason) => world.fail(`unhandled rejection of ${show(reason)}`));
  try {
    await simulation.run();
  } finally {
    restore();
  }
  const { failures, hash, trace = [], events, now } = world;
  const chunks = simulation.courses.reduce((sum, { forth, back }) => sum + forth.got + back.got, 0);
  return { scenario: simulation.scenario, failures, hash, trace, events, chunks, time: now };
}

/** While a seed runs, unhandled rejections are its own. */
function takeRejections(listener: (reason: unknown) => void): () => void {
  const before = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listener);
  return () => {
    process.removeAllListeners("unhandledRejection");
    for (const each of before) process.on("unhandledRejection", each);
  };
}

class Simulation {
  readonly scenario: Scenario;
  readonly world: World;
  readonly courses: readonly Course[];
  readonly #net: Net;
  readonly #random: Random;
  readonly #wrap: SimulationOptions["wrap"];
  /** What has gone wrong with the connection: it explains errors of every stream. Of the channels, a close as well. */
  readonly #causes = new Causes();
  readonly #channelCauses = new Causes(this.#causes);
  readonly #channels: Partial<Record<SideName, Channel>> = {};
  readonly #ready = new Set<SideName>();
  readonly #byId = new Map<number, Course>();
  /** Openings and calls under way. */
  readonly #busy: Promise<unknown>[] = [];

  constructor(scenario: Scenario, { verbose = false, wrap }: SimulationOptions) {
    this.scenario = scenario;
    this.world = new World(verbose);
    this.#wrap = wrap;
    this.#random = new Random(scenario.seed ^ 0x51b1ce);
    this.courses = scenario.streams.map(
      (plan) => new Course(this.world, this.#random.fork(), scenario, plan, this.#causes),
    );
    this.#net = new Net(this.world, this.#random.fork(), scenario.link, {
      posted: (side, message) => this.#posted(side, message as Frame),
      delivering: (side, message) => this.#delivering(side, message as Frame),
      delivered: (side, message) => this.#reading(side, message as Frame)?.counted(),
    });
  }

  async run(): Promise<void> {
    const { world, scenario } = this;
    for (const side of ["A", "B"] as const) this.#at(scenario.sides[side].connectAt, () => this.#connect(side));
    for (const course of this.courses) this.#at(this.#later(course.plan.opener, course.plan.openAt), () => this.#open(course));
    for (const call of scenario.calls) this.#at(this.#later(call.side, call.at), () => this.#call(call));
    const { event } = scenario;
    if (event !== undefined) this.#at(event.ms, () => this.#happen(event));
    void world.expect("the whole run", this.#conduct());
    await world.run();
    for (const course of this.courses) checkCourse(course, (what) => world.fail(what));
    for (const side of ["A", "B"] as const) this.#checkClosed(side);
  }

  // The acts of a run.

  #connect(side: SideName): void {
    const { takesIncoming, initialCredit, limits } = this.scenario.sides[side];
    const definitions = this.courses
      .filter(({ far }) => far === side)
      .flatMap((course) => {
        const definition = course.definition();
        return definition === undefined ? [] : [[course.name, definition] as const];
      });
    const link = this.#net[side];
    const channel = connect(this.#wrap?.(link, this.world) ?? link, {
      streams: Object.fromEntries(definitions),
      methods: {
        work: async ({ takes, answer }: { takes: number; answer: number }) => {
          await this.world.sleep(takes);
          return answer;
        },
      },
      limits,
      ...(initialCredit && { initialCredit }),
    });
    this.#channels[side] = channel;
    const watch = this.#watch(side, "channel");
    void watch.settles("ready", channel.ready).then(() => this.#ready.add(side));
    void watch.settles("closed", channel.closed);
    if (takesIncoming) void watch.settles("incomingStreams", this.#takeIncoming(side, channel));
  }

  async #takeIncoming(side: SideName, channel: Channel): Promise<void> {
    const { takeDelay } = this.scenario.sides[side];
    for await (const stream of channel.incomingStreams) {
      this.courses[(stream.metadata as { plan: number }).plan]?.taken(stream);
      if (takeDelay > 0) await this.world.sleep(takeDelay);
    }
  }

  #open(course: Course): void {
    const { opener } = course.plan;
    const channel = this.#channels[opener] as Channel;
    try {
      course.opened(channel.openStream(course.name, course.openOptions()), this.#net);
    } catch (error) {
      this.#watch(opener, course.name).explains("openStream()", error);
    }
  }

  #call({ side, takes, cancelAfter }: CallPlan): void {
    const causes = new Causes(this.#channelCauses);
    const watch = new Watcher(this.world, causes, side, "call");
    const stop = new AbortController();
    if (cancelAfter !== undefined) {
      this.#at(this.world.now + cancelAfter, () => {
        const reason = makeReason(this.#random, "a call is cancelled");
        causes.gave(side, reason);
        stop.abort(reason);
      });
    }
    const answer = this.#random.int(0, 1000);
    const call = (this.#channels[side] as Channel).call("work", { takes, answer }, { signal: stop.signal });
    const checked = watch.settles("answer", call).then((result) => {
      if (result.ok && result.value !== answer) watch.fail(`${String(result.value)} was answered, not ${answer}`);
    });
    this.#busy.push(checked);
  }

  /** What happens to the channel while streams are under way. */
  #happen(event: ChannelEvent): void {
    this.#channelCauses.says("StreamError", "CHANNEL_CLOSED");
    if (event.how === "kill") {
      this.#loses();
      this.#net.kill();
      return;
    }
    const { side, how } = event;
    const channel = this.#channels[side];
    if (channel === undefined) return;
    if (how === "abort") {
      const reason = makeReason(this.#random, "channel.abort()");
      this.#causes.gave(side, reason);
      // Whom it has never met, it cannot tell.
      if (!this.#net[side].met) this.#loses();
      channel.abort(reason);
    } else {
      this.#close(side, how === "dispose");
    }
  }

  #close(side: SideName, disposes: boolean): void {
    const channel = this.#channels[side] as Channel;
    this.world.log(`${side} closes the channel`);
    this.#channelCauses.says("StreamError", "CHANNEL_CLOSED");
    for (const course of this.courses) {
      if (course.ends[course.far] === undefined) course.causes.says("StreamError", "CHANNEL_CLOSED");
    }
    if (!this.#net[side].met) this.#loses();
    const watch = this.#watch(side, "channel");
    if (!disposes) return void watch.settles("close()", channel.close());
    this.#at(this.world.now + 1000, () => {
      if (channel.stats().state !== "closed") this.#causes.says("AbortError");
    });
    void watch.settles("dispose", channel[Symbol.asyncDispose]());
  }

  /** The connection may be lost from now on. */
  #loses(): void {
    this.#causes.says("StreamError", "CONNECTION_LOST");
    this.#channelCauses.says("LinkError", "CONNECTION_LOST");
    this.#at(this.world.now + PATIENCE, () => {
      for (const side of ["A", "B"] as const) {
        if (this.#ready.has(side)) continue;
        const reason = new Error(`${side} has lost patience`);
        this.#causes.gave(side, reason);
        this.#channels[side]?.abort(reason);
      }
    });
  }

  /** Waits until everybody is done, then closes. */
  async #conduct(): Promise<void> {
    const { world, scenario } = this;
    const { sides, streams, calls, link } = scenario;
    const starts = [...streams.map((each) => each.openAt), ...calls.map((each) => each.at)];
    await world.sleep(Math.max(sides.A.connectAt, sides.B.connectAt, ...starts) + 1);
    for (let seen = -1, busy = this.#everybody(); busy.length > seen; busy = this.#everybody()) {
      seen = busy.length;
      await Promise.all(busy.map((each) => each.catch(() => {})));
    }
    if (scenario.quiet) {
      await world.sleep(1000 + 10 * link.latency + 3 * link.stall);
      for (const side of ["A", "B"] as const) this.#checkQuiet(side);
    }
    const { closing } = scenario;
    for (const side of closing === "both" ? (["A", "B"] as const) : ([closing === "B" ? "B" : "A"] as const)) {
      this.#close(side, closing === "dispose");
    }
  }

  #everybody(): Promise<unknown>[] {
    return [...this.#busy, ...this.courses.flatMap((course) => course.busy)];
  }

  // Checks.

  /** An idle channel has no streams, and does not keep its process alive. */
  #checkQuiet(side: SideName): void {
    const { state, calls, streams } = (this.#channels[side] as Channel).stats();
    if (state !== "open") return;
    const left = streams.map(({ id, incoming, outgoing }) => `${id} (${incoming.state}, ${outgoing.state})`);
    if (left.length > 0) this.world.fail(`${side} still has streams when all is quiet: ${left.join(", ")}`);
    if (calls > 0) this.world.fail(`${side} still has ${calls} calls when all is quiet`);
    if (this.#net[side].alive) this.world.fail(`${side} keeps its process alive when all is quiet`);
  }

  #checkClosed(side: SideName): void {
    const stats = this.#channels[side]?.stats();
    if (stats === undefined) return;
    if (stats.state !== "closed") this.world.fail(`the channel is ${stats.state} at ${side} in the end`);
    if (stats.streams.length > 0) this.world.fail(`${stats.streams.length} streams are left at ${side} in the end`);
    if (!this.#net[side].end.closed) this.world.fail(`the link is not closed at ${side} in the end`);
  }

  // The tap on the link.

  #posted(side: SideName, frame: Frame): void {
    if (frame.type === "stream-open") {
      const course = this.courses[(frame.metadata as { plan: number }).plan] as Course;
      this.#byId.set(frame.id, course);
      course.back.opens(frame.readable);
    }
    const course = this.#byId.get(frame.id);
    if (course === undefined) return;
    if (frame.type === "stream-accept") course.forth.opens(frame.readable);
    else if (frame.type === "stream-data") course.written(side).posts(frame);
    else if (frame.type === "stream-credit") course.written(other(side)).grants(frame);
  }

  #delivering(side: SideName, frame: Frame): void {
    if (frame.type === "stream-data") this.#reading(side, frame)?.delivers(frame);
  }

  /** The flow that brings this frame to a side, if it carries chunks. */
  #reading(side: SideName, { type, id }: Frame): Flow | undefined {
    return type === "stream-data" ? this.#byId.get(id)?.written(other(side)) : undefined;
  }

  #watch(side: SideName, label: string): Watcher {
    return new Watcher(this.world, this.#channelCauses, side, label);
  }

  /** A side acts once it is connected. */
  #later(side: SideName, ms: number): number {
    return Math.max(ms, this.scenario.sides[side].connectAt);
  }

  #at(ms: number, task: () => void): void {
    this.world.at(ms, task);
  }
}

