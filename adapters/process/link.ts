/** What the links of both processes have in common: control in lines, data on its own path, one end. */
import { Buffer } from "node:buffer";
import { LinkError } from "../../src/errors.ts";
import type { ByteLink, ByteLinkReceiver, Scheduler } from "../../src/link.ts";
import { realmScheduler } from "../message-port/scheduler.ts";
import { ControlLines, type Message } from "./control-lines.ts";
import { type DataHello, DataPath } from "./data-path.ts";
import { Ending, type Place } from "./ending.ts";

export abstract class ProcessLink implements ByteLink {
  readonly kind = "bytes";
  readonly trusted = true;
  readonly scheduler: Scheduler = realmScheduler();
  readonly heartbeat: number;
  protected readonly data: DataPath;
  protected readonly lines: ControlLines;
  protected readonly ending: Ending;
  protected receiver: ByteLinkReceiver | undefined = undefined;
  protected closed = false;

  /** `remote` names the other process in errors. */
  constructor(remote: string, heartbeat: number, places: readonly Place[]) {
    this.heartbeat = heartbeat;
    this.ending = new Ending(places, (error) => this.fail(error));
    this.data = new DataPath({
      connected: () => this.connected(),
      over: (error) => this.ending.over("data", error),
      breached: (error) => this.fail(error),
    });
    this.lines = new ControlLines(remote, {
      message: (line, parsed) => this.message(line, parsed),
      stray: (line) => this.stray(line),
      broken: (error) => this.fail(error),
    });
  }

  get hello(): Readonly<Record<string, unknown>> {
    return this.data.hello as DataHello & Record<string, unknown>;
  }

  greeted(hello: Readonly<Record<string, unknown>>): void {
    this.data.greeted(hello);
  }

  listen(receiver: ByteLinkReceiver): void {
    this.receiver = receiver;
  }

  /** Not filled with zeros, and not of the pool that small ones share. */
  allocate(bytes: number): Uint8Array {
    return Buffer.allocUnsafeSlow(bytes);
  }

  write(parts: readonly Uint8Array[], taken: () => void): boolean {
    return this.data.write(parts, taken);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.receiver = undefined;
    this.ending.stop();
    this.data.close();
    this.leave();
  }

  /** Ends it, because of `error`. */
  fail(error: Error): void {
    const { receiver } = this;
    this.close();
    receiver?.lost(error);
  }

  abstract post(line: string): void;
  abstract keepAlive(on: boolean): void;
  /** Ends the control channel at this side; what was posted still arrives. */
  protected abstract leave(): void;
  protected abstract stray(line: string): void;

  protected message(line: string, parsed: Message): void {
    this.data.controlCame();
    this.receiver?.text(line, parsed);
  }

  protected connected(): void {
    const { receiver } = this;
    if (receiver === undefined) return;
    this.ending.add("data");
    this.data.start(receiver);
    receiver.connected();
  }

  protected controlOver(what: string): void {
    this.lines.end();
    this.ending.over("control", new LinkError("CONNECTION_LOST", what));
  }
}
