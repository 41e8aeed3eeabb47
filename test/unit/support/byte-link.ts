/** A link of bytes whose other end is a test: it keeps what is written, and says itself when that was taken. */
import type { ByteLink, ByteLinkReceiver } from "../../../src/link.ts";
import { framesIn, joined } from "./bytes.ts";
import { FakeScheduler } from "./scheduler.ts";

export class MockByteLink implements ByteLink {
  readonly kind = "bytes";
  readonly trusted: boolean;
  readonly heartbeat = 0;
  readonly scheduler: FakeScheduler = new FakeScheduler();
  readonly post?: (line: string) => void;
  receiver!: ByteLinkReceiver;
  /** Of each write that was not taken yet, its parts. At most one, or the outbox is wrong. */
  readonly writes: { readonly parts: readonly Uint8Array[]; readonly taken: () => void }[] = [];
  readonly lines: string[] = [];
  closed = false;

  constructor(ownControl: boolean = false, trusted: boolean = true) {
    this.trusted = trusted;
    if (ownControl) this.post = (line) => void this.lines.push(line);
  }

  listen(receiver: ByteLinkReceiver): void {
    this.receiver = receiver;
  }

  write(parts: readonly Uint8Array[], taken: () => void): boolean {
    this.writes.push({ parts, taken });
    if (this.writes.length > 1) throw new Error("A write has begun while another one is under way");
    return false;
  }

  keepAlive(): void {}

  close(): void {
    this.closed = true;
  }

  /** The system takes the write under way: its frames. */
  take(): ReturnType<typeof framesIn> {
    const write = this.writes.shift();
    if (write === undefined) return [];
    const bytes = joined(...write.parts);
    write.taken();
    return framesIn(bytes);
  }

  /** Takes all, turn after turn, until nothing more comes. */
  takeAll(): ReturnType<typeof framesIn> {
    const all: ReturnType<typeof framesIn> = [];
    for (;;) {
      this.scheduler.turn();
      if (this.writes.length === 0 && this.scheduler.deferred.length === 0) return all;
      all.push(...this.take());
    }
  }
}
