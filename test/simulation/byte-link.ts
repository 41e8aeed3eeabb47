/**
 * A simulated link of bytes: two ends joined by a path for data and, unless control shares it, one for lines. Both take
 * random virtual times, each by itself, so that they overtake each other. What is written is taken in parts and late, as
 * a busy system would: memory that changes before `taken` shows. What comes is cut anywhere. The link may die.
 */
import { LinkError } from "../../src/errors.ts";
import type { ByteLink, ByteLinkReceiver, Scheduler } from "../../src/link.ts";
import { FramedLink } from "../../src/wire/framed.ts";
import { type FrameTap, tapFrames } from "./framed-tap.ts";
import type { Random } from "./random.ts";
import { type BytesPlan, type LinkPlan, other, type SideName } from "./scenario.ts";
import type { World } from "./world.ts";

/** One path to one side: it keeps its order, and ends once. */
class Way {
  /** Nothing comes before this time. */
  floor = 0;
  /** What would come later is lost with the link. */
  cutAt: number = Number.POSITIVE_INFINITY;
}

export class ByteNet {
  readonly plan: LinkPlan;
  readonly bytes: BytesPlan;
  readonly world: World;
  readonly random: Random;
  /** An end gave up on what was not taken yet: its last words are lost. */
  readonly cut: () => void;
  readonly A: SimByteLink;
  readonly B: SimByteLink;
  #listening = 0;
  #dead = false;

  constructor(
    world: World,
    random: Random,
    plan: LinkPlan,
    bytes: BytesPlan,
    cut: () => void,
    tap: (side: SideName) => FrameTap,
  ) {
    this.cut = cut;
    this.world = world;
    this.random = random;
    this.plan = plan;
    this.bytes = bytes;
    const end = (side: SideName): SimByteLink =>
      new SimByteLink(this, side, world.scheduler(plan.defer, random), tap(side));
    this.A = end("A");
    this.B = end("B");
  }

  listening(): void {
    if (++this.#listening < 2) return;
    const { bytes } = this;
    const first = this.random.chance(0.5);
    for (const link of [this.A, this.B]) {
      this.deliver(link, link.control, (receiver) => {
        this.world.log(`${link.side} met`);
        link.met = bytes.ownControl;
        receiver.met(first === (link === this.A));
        // Where lines have a path of their own, the data's is joined by what the remote's hello tells.
        if (!this.bytes.ownControl) this.join(link);
      });
    }
  }

  /** The path of the data is there, for this end. */
  join(link: SimByteLink): void {
    link.data.floor = Math.max(link.data.floor, this.world.now);
    this.deliver(link, link.data, (receiver) => {
      this.world.log(`${link.side} connected`);
      link.connected = true;
      link.met = true;
      for (const bytes of link.early) link.take(bytes);
      link.early = [];
      receiver.connected();
    });
  }

  deliver(to: SimByteLink, way: Way, delivery: (receiver: ByteLinkReceiver) => void): void {
    const lag = way === to.data ? this.random.int(0, this.bytes.lag) : 0;
    const time = Math.max(way.floor, this.world.now + this.#delay() + lag);
    way.floor = time;
    this.world.at(time, () => {
      if (time <= way.cutAt && !to.end.closed) delivery(to.receiver as ByteLinkReceiver);
    });
  }

  /** A system that takes the bytes of one write in parts, each as it is then. */
  carry(from: SimByteLink, parts: readonly Uint8Array[], taken: () => void): boolean {
    const { world, random, bytes } = this;
    const to = this[other(from.side)];
    const total = parts.reduce((sum, { length }) => sum + length, 0);
    world.log(`${from.side} writes ${total} bytes in ${parts.length} parts`);
    if (random.chance(bytes.atOnce)) {
      const all = copyOf(parts, 0, total);
      if (world.now <= from.data.cutAt) this.deliver(to, to.data, () => to.take(all));
      return true;
    }
    const cuts = Array.from({ length: random.int(0, bytes.cuts) }, () => random.int(0, total)).sort((a, b) => a - b);
    const take = (start: number, ends: readonly number[]): void => {
      world.at(world.now + this.#delay(), () => {
        if (from.end.closed || world.now > from.data.cutAt) return;
        const [end = total] = ends;
        const part = copyOf(parts, start, end);
        if (part.length > 0) this.deliver(to, to.data, () => to.take(part));
        if (ends.length > 0) take(end, ends.slice(1));
        else taken();
      });
    };
    take(0, cuts);
    return false;
  }

  /** The other end learns of it once all that was sent before has come. */
  closed(link: SimByteLink): void {
    const to = this[other(link.side)];
    if (this.plan.tells && to.data.cutAt === Number.POSITIVE_INFINITY) this.#lose(to, this.world.now);
  }

  /** The connection is gone: of what is under way, each path still delivers what comes before a random moment. */
  kill(): void {
    if (this.#dead) return;
    this.world.log("the link dies");
    this.#dead = true;
    const moment = (): number => this.world.now + this.random.int(0, 2 * this.plan.latency);
    for (const link of [this.A, this.B]) {
      link.data.cutAt = Math.min(link.data.cutAt, moment());
      link.control.cutAt = Math.min(link.control.cutAt, moment());
      const last = Math.max(link.data.cutAt, link.control.cutAt);
      if (this.plan.tells) this.world.at(last, () => link.lose());
    }
  }

  cutLane(): boolean {
    return false;
  }

  #lose(to: SimByteLink, now: number): void {
    this.world.at(Math.max(now, to.data.floor, to.control.floor), () => {
      // What was written before the end may still be on its way.
      if (Math.max(to.data.floor, to.control.floor) > this.world.now) this.#lose(to, this.world.now);
      else to.lose();
    });
  }

  #delay(): number {
    const { latency, stallChance, stall } = this.plan;
    let delay = this.random.int(0, latency);
    if (stallChance > 0 && this.random.chance(stallChance)) delay += this.random.int(0, stall);
    return delay;
  }
}

/** One end of the link, as a core sees it. */
export class SimByteLink implements ByteLink {
  readonly kind = "bytes";
  readonly trusted: boolean;
  readonly heartbeat: number;
  readonly scheduler: Scheduler;
  readonly hello: Readonly<Record<string, unknown>>;
  readonly post?: (line: string) => void;
  readonly side: SideName;
  readonly control: Way = new Way();
  readonly data: Way = new Way();
  readonly end: { closed: boolean } = { closed: false };
  receiver: ByteLinkReceiver | undefined = undefined;
  /** Control can be sent. */
  met = false;
  connected = false;
  /** Bytes that came before this end was connected. */
  early: Uint8Array[] = [];
  alive = true;
  readonly #net: ByteNet;
  readonly #tap: FrameTap;
  #writing = false;

  constructor(net: ByteNet, side: SideName, scheduler: Scheduler, tap: FrameTap) {
    const { plan, bytes } = net;
    this.#net = net;
    this.#tap = tap;
    this.side = side;
    this.scheduler = scheduler;
    this.trusted = plan.trusted;
    this.heartbeat = plan.tells ? 0 : 10_000;
    this.hello = { side };
    if (bytes.ownControl) this.post = (line) => this.#post(line);
  }

  greeted({ side }: Readonly<Record<string, unknown>>): void {
    if (side !== other(this.side)) this.#net.world.fail(`${this.side} is greeted by ${String(side)}`);
    if (this.#net.bytes.ownControl) this.#net.join(this);
  }

  listen(receiver: ByteLinkReceiver): void {
    this.receiver = receiver;
    if (receiver instanceof FramedLink) tapFrames(receiver, this.#tap);
    this.#net.listening();
  }

  write(parts: readonly Uint8Array[], taken: () => void): boolean {
    const { world } = this.#net;
    if (!this.connected) world.fail(`${this.side} writes before it is connected`);
    if (this.#writing) world.fail(`${this.side} writes while a write is under way`);
    if (this.end.closed) return false;
    const isTaken = this.#net.carry(this, parts, () => {
      this.#writing = false;
      taken();
    });
    this.#writing = !isTaken;
    return isTaken;
  }

  /** Bytes have come: they are put where the core wants them, in pieces. */
  take(bytes: Uint8Array): void {
    if (!this.connected) {
      this.early.push(bytes);
      return;
    }
    const { world, random, bytes: plan } = this.#net;
    const receiver = this.receiver as ByteLinkReceiver;
    // Single bytes take their time: of what is long, only the beginning comes so.
    let fine = 2000;
    for (let at = 0; at < bytes.length && !this.end.closed; ) {
      const space = receiver.space();
      if (space.length === 0) world.fail(`${this.side} has no space for what comes`);
      const piece = fine-- > 0 ? random.int(1, plan.piece) : bytes.length;
      const count = Math.min(space.length, bytes.length - at, piece);
      space.set(bytes.subarray(at, at + count));
      at += count;
      receiver.filled(count);
    }
  }

  keepAlive(on: boolean): void {
    this.alive = on;
  }

  close(): void {
    if (this.end.closed) return;
    this.#net.world.log(`${this.side} closes`);
    this.end.closed = true;
    if (this.#writing) this.#net.cut();
    this.#net.closed(this);
  }

  lose(): void {
    if (this.end.closed) return;
    this.#net.world.log(`${this.side} loses the link`);
    this.end.closed = true;
    this.receiver?.lost(new LinkError("CONNECTION_LOST", "The simulated link is gone"));
  }

  #post(line: string): void {
    const { world } = this.#net;
    if (this.end.closed) return;
    if (!this.met) world.fail(`${this.side} posts before the two have met`);
    if (line.includes("\n")) world.fail(`${this.side} posts more than one line`);
    const to = this.#net[other(this.side)];
    this.#net.deliver(to, to.control, (receiver) => receiver.text(line));
  }
}

/** These bytes of all parts together, as they are now. */
function copyOf(parts: readonly Uint8Array[], start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  let at = 0;
  for (const part of parts) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, part.length);
    if (from < to) copy.set(part.subarray(from, to), at + from - start);
    at += part.length;
  }
  return copy;
}
