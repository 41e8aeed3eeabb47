/**
 * A simulated message link: two ends joined by lanes. Every message takes a random virtual time; each lane keeps its
 * order, lanes among themselves do not. Batches may be cut in two, a lane may stall, and the link may die. It knows
 * the frames only as far as cutting a batch needs.
 */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LinkReceiver, MessageLink, Scheduler } from "../../src/link.ts";
import { charge } from "../../src/stream/chunk.ts";
import { chunksOf, type DataFrame } from "../../src/wire/frames.ts";
import { cloneMessage, SimPort } from "./clone.ts";
import { type Carrier, type Delivery, LaneEnd, LINK } from "./lane.ts";
import type { Random } from "./random.ts";
import type { LinkPlan, SideName } from "./scenario.ts";
import type { World } from "./world.ts";

/** Sees every message before and after it is delivered. */
export interface Tap {
  delivering(side: SideName, message: unknown): void;
  delivered(side: SideName, message: unknown): void;
}

export class Net implements Carrier {
  readonly plan: LinkPlan;
  readonly A: SimLink;
  readonly B: SimLink;
  readonly #world: World;
  readonly #random: Random;
  readonly #tap: Tap;
  /** Our end of every lane that is not the link itself, by the plan of its stream. */
  readonly #lanes = new Map<unknown, LaneEnd>();
  readonly #ends: LaneEnd[] = [];
  #listening = 0;
  #dead = false;

  constructor(world: World, random: Random, plan: LinkPlan, tap: Tap) {
    this.#world = world;
    this.#random = random;
    this.plan = plan;
    this.#tap = tap;
    const [a, b] = this.#pair("A", LINK);
    this.A = new SimLink(this, a, world.scheduler(plan.defer, random));
    this.B = new SimLink(this, b, world.scheduler(plan.defer, random));
  }

  /** A new lane: the end that `side` keeps, and the port with the other one. */
  fork(side: SideName): { lane: Lane; port: Transferable } {
    const [near, far] = this.#pair(side, `lane${this.#ends.length / 2}`);
    if (this.#dead) for (const end of [near, far]) this.#cut(end, this.plan.lanesTell);
    return { lane: near, port: new SimPort(far) as unknown as Transferable };
  }

  /** Both ends listen: they meet, each at its own time. */
  listening(): void {
    if (++this.#listening < 2) return;
    const first = this.#random.chance(0.5);
    for (const link of [this.A, this.B]) {
      this.#deliver(link.end, (receiver) => {
        this.#world.log(`${link.end.side} met`);
        link.met = true;
        receiver.met(first === (link === this.A));
      });
    }
  }

  /** The connection is gone: of what is under way, each lane still delivers what comes before a random moment. */
  kill(): void {
    if (this.#dead) return;
    this.#world.log("the link dies");
    this.#dead = true;
    const { tells, lanesTell } = this.plan;
    for (const end of this.#ends) this.#cut(end, end.isLink ? tells : lanesTell);
  }

  /** Only the lane of one stream is gone. Returns whether that stream has one. */
  cutLane(stream: number): boolean {
    const lane = this.#lanes.get(stream);
    if (lane === undefined) return false;
    this.#world.log(`${lane.label} is cut`);
    this.#cut(lane, true);
    this.#cut(lane.other, true);
    return true;
  }

  // What the ends ask for.

  carry(from: LaneEnd, message: unknown, transfer: readonly unknown[] | undefined): void {
    const copy = cloneMessage(message, transfer) as { type?: string; metadata?: { plan?: unknown }; port?: unknown };
    this.#world.log(`${from.side} ${from.label} posts ${brief(copy)}`);
    if (copy.type === "stream-open" && copy.port !== undefined) {
      this.#lanes.set(copy.metadata?.plan, (copy.port as SimPort<LaneEnd>).lane);
    }
    for (const part of this.#parts(copy)) {
      this.#deliver(from.other, (receiver) => {
        this.#world.log(`${from.other.side} ${from.label} gets ${brief(part)}`);
        this.#tap.delivering(from.other.side, part);
        receiver.receive(part);
        this.#tap.delivered(from.other.side, part);
      });
    }
  }

  closed(end: LaneEnd): void {
    this.#world.log(`${end.side} closes ${end.label}`);
    const tells = end.isLink ? this.plan.tells : this.plan.lanesTell;
    if (tells && end.other.cutAt === Number.POSITIVE_INFINITY) this.#deliver(end.other, this.#loss(end.other));
  }

  /** A core did what no core may do. */
  broken(what: string): void {
    this.#world.fail(what);
  }

  next(task: () => void): void {
    this.#world.at(this.#world.now, task);
  }

  // Inside.

  #pair(side: SideName, label: string): [LaneEnd, LaneEnd] {
    const near = new LaneEnd(this, side, label);
    const far = new LaneEnd(this, side === "A" ? "B" : "A", label);
    near.other = far;
    far.other = near;
    this.#ends.push(near, far);
    return [near, far];
  }

  #deliver(to: LaneEnd, delivery: Delivery): void {
    const { latency, stallChance, stall } = this.plan;
    let delay = this.#random.int(0, latency);
    if (stallChance > 0 && this.#random.chance(stallChance)) delay += this.#random.int(0, stall);
    const time = Math.max(to.floor, this.#world.now + delay);
    to.floor = time;
    this.#world.at(time, () => {
      if (time <= to.cutAt) to.arrive(delivery);
    });
  }

  #cut(end: LaneEnd, tells: boolean): void {
    if (end.cutAt < Number.POSITIVE_INFINITY) return;
    end.cutAt = this.#world.now + this.#random.int(0, 2 * this.plan.latency);
    if (tells) this.#world.at(end.cutAt, () => end.arrive(this.#loss(end)));
  }

  #loss(end: LaneEnd): Delivery {
    return (receiver) => {
      this.#world.log(`${end.side} loses ${end.label}`);
      // Nothing reaches this end after its loss.
      end.closed = true;
      receiver.lost(new LinkError("CONNECTION_LOST", "The simulated link is gone"));
    };
  }

  /** A batch as two, now and then: `charged` is the account after a frame's chunks, so the first part's is smaller. */
  #parts(message: unknown): unknown[] {
    const frame = message as DataFrame;
    if (frame?.type !== "stream-data") return [message];
    const chunks = chunksOf(frame);
    if (chunks.length < 2 || !this.#random.chance(this.plan.split)) return [message];
    const at = this.#random.int(1, chunks.length - 1);
    const rest = chunks.slice(at).reduce<number>((sum, chunk) => sum + charge(chunk), 0);
    return [
      slice(frame, 0, at, (frame.charged as number) - rest),
      slice(frame, at, chunks.length, frame.charged as number),
    ];
  }
}

/** A part of a batch. */
function slice(frame: DataFrame, from: number, to: number, charged: number): DataFrame {
  const { type, id, weights } = frame;
  const chunks = chunksOf(frame).slice(from, to);
  return { type, id, chunks, ...(weights && { weights: weights.slice(from, to) }), charged };
}

/** One end of the link, as a core sees it. */
export class SimLink implements MessageLink {
  readonly kind = "message";
  readonly trusted: boolean;
  readonly heartbeat: number;
  readonly scheduler: Scheduler;
  readonly fork?: () => { lane: Lane; port: Transferable };
  readonly adopt?: (port: unknown) => Lane | undefined;
  readonly end: LaneEnd;
  met = false;
  /** What the core last said of the process. */
  alive = true;
  readonly #net: Net;
  readonly #fail: (what: string) => void;

  constructor(net: Net, end: LaneEnd, scheduler: Scheduler) {
    const { trusted, tells, forks } = net.plan;
    this.#net = net;
    this.end = end;
    this.scheduler = scheduler;
    this.trusted = trusted;
    this.heartbeat = tells ? 0 : 10_000;
    this.#fail = (what) => net.broken(what);
    if (!forks[end.side]) return;
    this.fork = () => net.fork(end.side);
    this.adopt = (port) => (port instanceof SimPort ? (port.lane as Lane) : undefined);
  }

  listen(receiver: LinkReceiver): void {
    this.end.listen(receiver);
    this.#net.listening();
  }

  post(message: unknown, transfer?: Transferable[]): void {
    if (!this.met && !this.end.closed) this.#fail(`${this.end.side} posts before the two have met: ${brief(message)}`);
    this.end.post(message, transfer);
  }

  close(): void {
    this.end.close();
  }

  keepAlive(on: boolean): void {
    this.alive = on;
  }
}

/** A message in a few words, for the log. */
export function brief(message: unknown): string {
  const { type, id, chunks, limit, method } = message as Record<string, unknown>;
  if (type === undefined) return `rpc ${method ?? "answer"} ${id ?? ""}`;
  if (type !== "stream-data") return `${type} ${id} ${chunks ?? limit ?? ""}`;
  const frame = message as DataFrame;
  return `${type} ${id} ${chunksOf(frame).length} ${frame.rows ? "rows" : "chunks"}, ${frame.charged as number}`;
}
