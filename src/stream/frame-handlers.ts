/** What each frame does to its stream, in one table. What a frame must carry, and whose it is, was checked before. */
import { ProtocolError, StreamError } from "../errors.ts";
import { decodeReason } from "../reason.ts";
import type { Frame } from "../wire/frames.ts";
import type { Duplex, StreamContext } from "./stream.ts";

type Handlers = {
  readonly [Type in Frame["type"]]: (
    stream: Duplex,
    frame: Extract<Frame, { type: Type }>,
    context: StreamContext,
  ) => void;
};

export const handlers: Handlers = {
  "stream-open": (_stream, { id }) => {
    throw new ProtocolError("BAD_STREAM_ID", `Cannot open stream ${id} again: use a new id for each`);
  },
  "stream-accept": (stream, { codec, returns = codec, readable, writable }, { largestWindow }) => {
    const { incoming, outgoing } = stream;
    expectAnswer(stream, "accept");
    if (codec !== outgoing.codecName || returns !== incoming.codecName) {
      const [opened, accepted] =
        codec === outgoing.codecName ? [incoming.codecName, returns] : [outgoing.codecName, codec];
      const message = `Cannot use stream "${stream.name}": it was opened with "${opened}" and accepted with "${accepted}", name the same codec on both`;
      stream.fail("abort", new StreamError("CODEC_MISMATCH", message));
      return;
    }
    if (writable !== undefined) incoming.adopt(writable, largestWindow);
    outgoing.accepted(readable.unit, readable.limit, readable.bytes);
  },
  "stream-refuse": (stream, { reason }) => {
    expectAnswer(stream, "refuse");
    stream.fail("refuse", decodeReason(reason));
  },
  "stream-data": ({ incoming }, frame, { reminders }) => {
    incoming.data(frame);
    if (incoming.credit.spent) reminders.add(incoming);
  },
  "stream-end": ({ incoming }, { chunks }) => incoming.end(chunks),
  "stream-ended": ({ outgoing }) => outgoing.ended(),
  "stream-error": (stream, { reason }, context) => {
    stream.incoming.fail("error", decodeReason(reason));
    if (stream.isFinal) context.wasReset(stream);
  },
  "stream-credit": ({ outgoing }, { limit, bytes }) => outgoing.credited(limit, bytes),
  "stream-cancel": (stream, { reason }, context) => {
    stream.outgoing.fail("cancel", decodeReason(reason));
    if (stream.isFinal) context.wasReset(stream);
  },
};

/** Only a stream that we opened is accepted or refused, and only once. */
function expectAnswer(stream: Duplex, answer: string): void {
  if (stream.answered() || stream.isFinal) return;
  throw new ProtocolError("BAD_STATE", `Cannot take stream-${answer} for stream ${stream.id}: no answer is due`);
}
