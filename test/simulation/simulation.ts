/** A whole run: two sides on a link, everything that the scenario has for them, and all checks. */
import { framed } from "../../src/bytes.ts";
import type { MessageLink } from "../../src/link.ts";
import type { Link } from "../../src/options.ts";
import { countOf, type DataFrame, type Frame, isCredits, parseCredits } from "../../src/wire/frames.ts";
import { ByteNet, type SimByteLink } from "./byte-link.ts";
import { checkCourse } from "./checks.ts";
import { Course } from "./course.ts";
import type { Flow } from "./flow.ts";
import { Ledger } from "./ledger.ts";
import { brief, Net, type SimLink } from "./link.ts";
import { Random } from "./random.ts";
import { Causes, makeReason } from "./reasons.ts";
import { type ChannelEvent, other, type Scenario, type SideName, type SidePlan } from "./scenario.ts";
import { type Run, Side } from "./side.ts";
import { Talk } from "./talk.ts";
import { World } from "./world.ts";
import { hooked, type Outbound } from "./wrapped.ts";

export interface SimulationOptions {
  /** Keeps the whole log. */
  readonly verbose?: boolean;
  /** Puts something between the cores and their links: a planted bug, say. */
  readonly wrap?: (link: MessageLink, world: World) => MessageLink;
}

/** Either kind of link, and its ends. */
export type SimNet = Net | ByteNet;
export type SimEnd = SimLink | SimByteLink;

/** Nobody tells an end that its remote died before they have met; this long a user waits for that. */
const PATIENCE = 30_000;

export class Simulation implements Run {
  readonly world: World;
  readonly random: Random;
  readonly net: SimNet;
  readonly courses: readonly Course[];
  readonly causes: Causes = new Causes();
  readonly channelCauses: Causes = new Causes(this.causes);
  readonly busy: Promise<unknown>[] = [];
  readonly talk: Talk | undefined;
  readonly #ledger: Ledger;
  readonly #scenario: Scenario;
  readonly #wrap: SimulationOptions["wrap"];
  readonly #sides: Readonly<Record<SideName, Side>>;
  readonly #both: readonly Side[];
  readonly #byId = new Map<number, Course>();
  /** Ends that have been delivered. */
  #ends = 0;

  constructor(scenario: Scenario, { verbose = false, wrap }: SimulationOptions) {
    const { seed, sides, streams } = scenario;
    this.#scenario = scenario;
    this.#wrap = wrap;
    this.world = new World(verbose);
    this.random = new Random(seed ^ 0x51b1ce);
    this.courses = streams.map((plan) => new Course(this.world, this.random.fork(), scenario, plan, this.causes));
    const { talk } = scenario;
    this.talk = talk && new Talk(this, this.random.fork(), talk, scenario);
    this.#ledger = new Ledger((what) => this.world.fail(what));
    this.net = this.#net(scenario.link);
    this.#sides = { A: new Side(this, "A", sides.A), B: new Side(this, "B", sides.B) };
    this.#both = [this.#sides.A, this.#sides.B];
  }

  #net(plan: Scenario["link"]): SimNet {
    const { world } = this;
    const random = this.random.fork();
    const tap = {
      delivering: (side: SideName, message: unknown) => this.#delivering(side, message),
      delivered: (side: SideName, message: unknown) => this.#delivered(side, message),
    };
    if (plan.bytes === undefined) return new Net(world, random, plan, tap);
    const cut = (): void => this.loses();
    return new ByteNet(world, random, plan, plan.bytes, cut, (side) => ({
      posted: (message) => {
        world.log(`${side} posts ${brief(message)}`);
        this.#told(side, message as Outbound);
      },
      delivering: (message) => {
        world.log(`${side} gets ${brief(message)}`);
        tap.delivering(side, message);
      },
      delivered: (message) => tap.delivered(side, message),
    }));
  }

  async run(): Promise<void> {
    const { world, courses } = this;
    const { sides, calls, event } = this.#scenario;
    for (const side of this.#both) world.at(sides[side.name].connectAt, () => side.connect(this.#tapped(side)));
    for (const course of courses) {
      const { opener, openAt } = course.plan;
      this.#act(opener, openAt, (side) => side.open(course));
    }
    for (const step of this.talk?.plan.steps ?? []) this.#act(step.side, step.at, (side) => side.step(step));
    for (const call of calls) this.#act(call.side, call.at, (side) => side.call(call));
    if (event !== undefined && "ms" in event) world.at(event.ms, () => this.#happen(event));
    void world.expect("the whole run", this.#conduct());
    await world.run();
    for (const course of courses) checkCourse(course, (what) => world.fail(what));
    for (const side of this.#both) side.checkClosed();
    this.talk?.checkEnd(event === undefined && this.#scenario.closing !== "dispose");
  }

  get isOneSided(): boolean {
    const { event } = this.#scenario;
    return event === undefined || event.how === "close";
  }

  plansOf(side: SideName): SidePlan {
    return this.#scenario.sides[side];
  }

  loses(): void {
    const { world } = this;
    if (this.talk !== undefined) this.talk.ends = true;
    this.causes.says("StreamError", "CONNECTION_LOST");
    this.channelCauses.says("LinkError", "CONNECTION_LOST");
    world.at(world.now + PATIENCE, () => {
      for (const side of this.#both) if (!side.ready) side.losePatience();
    });
  }

  /** Does something as soon as the side is connected. */
  #act(name: SideName, ms: number, task: (side: Side) => void): void {
    this.world.at(Math.max(ms, this.#scenario.sides[name].connectAt), () => task(this.#sides[name]));
  }

  /** What happens to the channel while streams are under way. */
  #happen(event: ChannelEvent): void {
    this.channelCauses.says("StreamError", "CHANNEL_CLOSED");
    if (event.how === "kill") {
      this.loses();
      this.net.kill();
      return;
    }
    const side = this.#sides[event.side];
    if (event.how === "abort") side.abort(makeReason(this.random, "channel.abort()"));
    else side.close(event.how === "dispose");
  }

  /** Waits until everybody is done, then closes. */
  async #conduct(): Promise<void> {
    const { world } = this;
    const { sides, streams, calls, link, closing, quiet, event } = this.#scenario;
    const steps = this.talk?.plan.steps ?? [];
    const starts = [...streams.map((each) => each.openAt), ...[...calls, ...steps].map((each) => each.at)];
    await world.sleep(Math.max(sides.A.connectAt, sides.B.connectAt, ...starts) + 1);
    for (let seen = -1, all = this.#everybody(); all.length > seen; all = this.#everybody()) {
      seen = all.length;
      await Promise.all(all.map((each) => each.catch(() => {})));
    }
    if (quiet) {
      await world.sleep(1000 + 10 * link.latency + 3 * link.stall);
      for (const side of this.#both) side.checkQuiet();
      if (event === undefined) this.#ledger.checkQuiet();
    }
    if (closing !== "B") this.#sides.A.close(closing === "dispose");
    if (closing === "B" || closing === "both") this.#sides.B.close(false);
  }

  #everybody(): Promise<unknown>[] {
    return [...this.busy, ...this.courses.flatMap((course) => course.busy)];
  }

  /** The link of a side, seen from its core: what was posted is known ahead of any planted bug. */
  #tapped({ name, link }: Side): Link {
    if (link.kind === "bytes") return framed(link);
    const inner = this.#wrap?.(link, this.world) ?? link;
    return hooked(inner, () => (frame, transfer, send) => {
      send(frame, transfer);
      this.#told(name, frame);
    });
  }

  #told(side: SideName, frame: Outbound): void {
    this.talk?.posted(side, frame);
    if (frame.type === undefined) this.#ledger.posted(side, frame as Record<string, unknown>);
    else if (!isCredits(frame)) this.#posted(side, frame as Frame);
    else for (const each of parseCredits(frame)) this.#posted(side, each);
  }

  #posted(side: SideName, frame: Frame): void {
    if (frame.type === "stream-open" && !frame.name.startsWith("$/")) {
      const course = this.courses[(frame.metadata as { plan: number }).plan] as Course;
      this.#byId.set(frame.id, course);
      course.back.opens(frame.readable);
      course.sent = true;
    }
    const course = this.#byId.get(frame.id);
    if (frame.type === "stream-accept") course?.forth.opens(frame.readable);
    else if (frame.type === "stream-data") course?.written(side).posts(frame);
    else if (frame.type === "stream-credit") course?.written(other(side)).grants(frame);
  }

  #delivering(side: SideName, message: unknown): void {
    this.#arriving(side, message)?.delivers(message as never);
    const { type, id } = message as Frame;
    if (type === undefined) this.#ledger.arrives(side, message as Record<string, unknown>);
    if (type === "stream-data") this.talk?.delivers(id, countOf(message as DataFrame));
  }

  #delivered(side: SideName, message: unknown): void {
    this.#arriving(side, message)?.counted();
    const { event } = this.#scenario;
    const { type, id } = message as Frame;
    if (type !== "stream-end") return;
    const course = this.#byId.get(id);
    if (course?.ends[side]?.stats().incoming.state === "ended") course.written(other(side)).arrived = true;
    if (event !== undefined && "ends" in event && ++this.#ends === event.ends) this.#happen(event);
  }

  /** The flow whose chunks this message brings to a side, if it does. */
  #arriving(side: SideName, message: unknown): Flow | undefined {
    const { type, id } = message as Frame;
    return type === "stream-data" ? this.#byId.get(id)?.written(other(side)) : undefined;
  }
}
