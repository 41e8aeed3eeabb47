/**
 * What comes on a control channel: one line of JSON-RPC each, and what a program has printed where it should not have.
 */
import { LinkError, ProtocolError } from "../../src/errors.ts";
import { Lines } from "./lines.ts";

/** The longest line, in bytes: room for the message that `limits.message` allows, whose characters may take three. */
const MOST = 4 * 1024 * 1024;
/** How much of a stray line is quoted, in characters. */
const QUOTED = 200;
/** How a message begins, or a batch. */
const HEAD = /^(\[\s*)?\{\s*"jsonrpc"\s*:\s*"2\.0"/;

/** A JSON-RPC message, or the batch that has some. */
export type Message = Record<string, unknown> | unknown[];

export interface ControlReceiver {
  /** A line that is JSON-RPC, and what it says. */
  message(line: string, parsed: Message): void;
  /** A line that is none. */
  stray(line: string): void;
  /** Nothing can be read any more. */
  broken(error: Error): void;
}

export class ControlLines {
  readonly #lines: Lines;
  readonly #receiver: ControlReceiver;
  readonly #from: string;
  /** A line that begins as a message and is none, since the last that was one. */
  #head: string | undefined = undefined;

  /** `from` names the sender in errors. */
  constructor(from: string, receiver: ControlReceiver) {
    this.#from = from;
    this.#receiver = receiver;
    this.#lines = new Lines(MOST, (line) => {
      const parsed = messageOf(line);
      if (parsed === undefined) this.#stray(line);
      else {
        this.#head = undefined;
        receiver.message(line, parsed);
      }
    });
  }

  push(bytes: Uint8Array): void {
    if (this.#lines.push(bytes)) return;
    const message = `Cannot read the control channel: ${this.#from} has sent a line of more than ${MOST} bytes; send large values in a stream`;
    this.#receiver.broken(new LinkError("LINE_TOO_LONG", message));
  }

  /**
   * The system takes a long message piece by piece, and what another process prints there may come in between. If that was
   * an answer, its call would wait for ever. A head without a tail may be a log that was cut short.
   */
  #stray(line: string): void {
    this.#receiver.stray(line);
    if (HEAD.test(line.trimStart())) this.#head = line;
    if (this.#head === undefined || !endsMessage(line)) return;
    this.#lines.stop();
    const message = `Cannot read a message of ${this.#from}: it is no JSON, or something else was printed into it: ${quoted(this.#head)}; let no process that it starts inherit its stdout, or use control: "fd"`;
    this.#receiver.broken(new ProtocolError("BAD_MESSAGE", message));
  }

  /** No more bytes come. A line that has no end is stray, unless it is a message that was cut off. */
  end(): void {
    const rest = this.#lines.end();
    if (rest.trim() !== "" && !rest.trimStart().startsWith("{")) this.#receiver.stray(rest);
  }
}

/** What a line says if it is JSON-RPC 2.0: other JSON is some program's own, such as its log. */
function messageOf(line: string): Message | undefined {
  // Cheaper than an error for each line of a program that prints a lot.
  if (!/^\s*[{[]/.test(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (Array.isArray(value) ? value.some(isRpc) : isRpc(value)) return value as Message;
  return undefined;
}

/** Is it the end of a message, or of a batch? */
function endsMessage(line: string): boolean {
  const end = line.trimEnd();
  return end.endsWith("}") || (end.endsWith("]") && end.slice(0, -1).trimEnd().endsWith("}"));
}

function isRpc(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { jsonrpc?: unknown }).jsonrpc === "2.0";
}

/** Tells of a stray line. The channel lives on. */
export function strayError(from: string, line: string): ProtocolError {
  const message = `Cannot take a line of ${from} on the control channel: it is no JSON-RPC 2.0: ${quoted(line)}; print to stderr, or use control: "fd"`;
  return new ProtocolError("STRAY_LINE", message);
}

function quoted(line: string): string {
  return JSON.stringify(line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line);
}
