/**
 * The payloads of all frames but `stream-data`: JSON, or a few numbers. Writing and reading stand side by side; what the
 * fields mean is in `frames.ts`.
 */
import { mistake, ProtocolError } from "../errors.ts";
import { type Frame, parseFrame } from "./frames.ts";
import { MOST_DEPTH, takeMetadata } from "./json.ts";
import { wrongInText } from "./json-text.ts";
import { type Header, readF64, TYPES, writeF64 } from "./layout.ts";

/** Bytes of a frame that is no data: the metadata of a stream, a reason, a message as text. Every peer takes so many. */
export const MOST_TEXT: number = 4 * 1024 * 1024;
/** Levels of a frame around what the user gave. */
const ENVELOPE = 1;

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
// A byte order mark is no JSON: it stays, and does not parse.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Limits may be ∞, which JSON has no word for: there it is null. */
const toJson = (_key: string, value: unknown): unknown => (value === Number.POSITIVE_INFINITY ? null : value);

/** The payload of a frame that is no data. Throws for metadata that cannot cross. */
export function payloadOf(frame: Frame): Uint8Array {
  const { type, id: _, ...fields } = frame;
  if (type === "stream-end") {
    const payload = new Uint8Array(8);
    writeF64(payload, 0, frame.chunks);
    return payload;
  }
  if (type === "stream-open" && frame.metadata !== undefined)
    Object.assign(fields, { metadata: takeMetadata(frame.metadata) });
  if (type === "stream-ended") return NOTHING;
  const payload = encoder.encode(JSON.stringify(fields, toJson));
  if (payload.length <= MOST_TEXT) return payload;
  const message = `Cannot open a stream: its metadata come to ${payload.length} bytes, ${MOST_TEXT} are the most; pass large values in the stream`;
  throw mistake(new RangeError(message), "MESSAGE_TOO_LARGE");
}

/** A frame whose payload is numbers, checked as any other. */
export function numbered({ type, stream: id }: Readonly<Header>, payload: Uint8Array): Frame {
  const isCredit = type === TYPES["stream-credit"];
  if (payload.length !== (isCredit ? 16 : 8)) throw badPayload(isCredit ? "stream-credit" : "stream-end");
  if (!isCredit) return parseFrame({ type: "stream-end", id, chunks: readF64(payload, 0) });
  return parseFrame({ type: "stream-credit", id, limit: readF64(payload, 0), bytes: readF64(payload, 8) });
}

export function textOf(payload: Uint8Array): string {
  try {
    return decoder.decode(payload);
  } catch {
    throw badPayload("message");
  }
}

/** The windows of these are read as they were written: null is ∞. */
export function fieldsOf(payload: Uint8Array, name: string): Record<string, unknown> {
  const text = textOf(payload);
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw badPayload(name);
  }
  if (wrongInText(text, fields, MOST_DEPTH + ENVELOPE) !== undefined) throw badPayload(name);
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw badPayload(name);
  const record = fields as Record<string, unknown>;
  for (const key of ["readable", "writable"]) if (record[key] !== undefined) record[key] = unlimited(record[key]);
  return record;
}

function unlimited(window: unknown): unknown {
  if (typeof window !== "object" || window === null) return window;
  const read = { ...window } as Record<string, unknown>;
  for (const key of ["limit", "bytes", "highWaterMark"]) if (read[key] === null) read[key] = Number.POSITIVE_INFINITY;
  return read;
}

function badPayload(name: string): ProtocolError {
  return new ProtocolError("BAD_FRAME", `Cannot read a frame: the payload of its ${name} is not what it must be`);
}
