/** The streams of one peer, with a remote that a test plays frame by frame. No port, no channel: one shared lane. */
import { Conduct } from "../../../src/conduct.ts";
import { handlersOf } from "../../../src/define.ts";
import { type Limits, resolveLimits } from "../../../src/limits.ts";
import type { InitialCredit } from "../../../src/stream/credit.ts";
import type { StreamDefinition, StreamHandler } from "../../../src/stream/definition.ts";
import { type RemoteLimits, Streams, type StreamsHost } from "../../../src/stream/streams.ts";
import { type Frame, parseFrame } from "../../../src/wire/frames.ts";
import { FakeScheduler, settle } from "./scheduler.ts";

export interface MockOptions {
  readonly limits?: Partial<Limits>;
  readonly remote?: Partial<RemoteLimits>;
  readonly initialCredit?: InitialCredit;
  readonly streams?: Readonly<Record<string, StreamHandler | StreamDefinition>>;
  readonly trusted?: boolean;
  readonly system?: StreamsHost["system"];
  /** False: the remote has not said hello yet. */
  readonly greeted?: boolean;
}

/** A window that has room for everything a test sends. */
export const WIDE = { unit: "chunks", limit: 1_000, bytes: 1_000_000, fixed: true } as const;

export class MockPeer {
  readonly streams: Streams;
  readonly scheduler: FakeScheduler = new FakeScheduler();
  /** Frames that were posted, as the remote gets them. */
  readonly posted: Frame[] = [];
  readonly breaches: (Error & { code?: unknown })[] = [];

  /** This side is the first of the two: its streams have odd ids, the remote's even ones. */
  constructor({
    limits,
    remote,
    initialCredit,
    streams = {},
    trusted = true,
    greeted = true,
    system = new Map(),
  }: MockOptions = {}) {
    const resolved = resolveLimits(limits, trusted);
    const breach = (error: unknown): void => void this.breaches.push(error as Error);
    this.streams = new Streams({
      link: {
        kind: "message",
        trusted,
        scheduler: this.scheduler,
        heartbeat: 0,
        post: (message) => void this.posted.push(parseFrame(structuredClone(message))),
        listen: () => {},
        close: () => {},
        keepAlive: () => {},
      },
      limits: resolved,
      conduct: new Conduct(this.scheduler, resolved, breach),
      classes: globalThis,
      overBytes: undefined,
      initialCredit: initialCredit ?? { chunks: 1, bytes: 65_536 },
      handlers: handlersOf({ streams }),
      data: {},
      system,
      breach,
      changed: () => {},
    });
    const defaults: Omit<RemoteLimits, "initialCredit"> = {
      fork: false,
      streams: 100,
      unaccepted: 100,
      calls: 100,
      maxChunk: 1_000_000,
      window: 1_000_000,
      message: 1024 * 1024,
      stall: Number.POSITIVE_INFINITY,
    };
    if (greeted) this.streams.greeted({ ...defaults, initialCredit: { chunks: 1, bytes: 65_536 }, ...remote }, true);
  }

  /** A frame of the remote comes, as a channel would hand it over. */
  receive(frame: object): void {
    try {
      this.streams.receive(structuredClone(frame));
    } catch (error) {
      this.breaches.push(error as Error);
    }
  }

  /** The remote opens a stream. */
  open(id: number, name: string = "s", more: object = {}): void {
    this.receive({ type: "stream-open", id, name, codec: "clone", readable: WIDE, ...more });
  }

  /** The remote accepts our stream. */
  accept(id: number, more: object = {}): void {
    this.receive({ type: "stream-accept", id, codec: "clone", readable: WIDE, ...more });
  }

  /** The remote sends chunks that are charged 64 bytes each, `before` of them having come already. */
  data(id: number, chunks: readonly unknown[], before: number = 0): void {
    this.receive({ type: "stream-data", id, chunks, charged: 64 * (before + chunks.length) });
  }

  /** What was posted of that type. */
  of<Type extends Frame["type"]>(type: Type): Extract<Frame, { type: Type }>[] {
    return this.posted.filter((frame): frame is Extract<Frame, { type: Type }> => frame.type === type);
  }

  get codes(): unknown[] {
    return this.breaches.map((error) => error.code);
  }

  /** Lets promises settle, turns end, and the promises that hang on those settle. */
  async rest(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      await settle();
      this.scheduler.turn();
    }
    await settle();
  }
}
