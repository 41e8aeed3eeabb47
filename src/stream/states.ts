/**
 * The states of a stream's two directions, and every transition between them, in one place.
 *
 *     outgoing (what we write)
 *
 *       waiting ──admit──▶ opening ──accept──▶ open ──close──▶ ending ──ended──▶ done
 *                             └───────close────────────────────▲
 *
 *     incoming (what we read)
 *
 *       open ──end──▶ ended          all has come; the reader may still be reading it
 *
 *     both: any state that is not final ──abort | cancel | refuse | error | lost──▶ failed
 *
 * Rule 1. A final state is left by nothing: what may still be on its way to it is old news, and ignored.
 * Rule 2. `ended` is final before the reader is done: losing the channel never takes back what has come.
 * Rule 3. An event that the table does not list for a state breaks the protocol; `undefined` stands for that.
 */
import { ProtocolError } from "../errors.ts";

export type OutgoingState = "waiting" | "opening" | "open" | "ending" | "done" | "failed";
export type OutgoingEvent = "admit" | "accept" | "close" | "ended" | "cancel" | "refuse" | "abort" | "lost";
export type IncomingState = "open" | "ended" | "failed";
export type IncomingEvent = "data" | "end" | "error" | "cancel" | "refuse" | "abort" | "lost";

type Table<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

const failing = { refuse: "failed", abort: "failed", lost: "failed" } as const;

const outgoing: Table<OutgoingState, OutgoingEvent> = {
  waiting: { admit: "opening", ...failing },
  opening: { accept: "open", close: "ending", cancel: "failed", ...failing },
  open: { close: "ending", cancel: "failed", ...failing },
  // A close may overtake the acceptance.
  ending: { accept: "ending", ended: "done", cancel: "failed", ...failing },
  done: { accept: "done", cancel: "done", refuse: "done", abort: "done", lost: "done" },
  failed: {
    admit: "failed",
    accept: "failed",
    close: "failed",
    ended: "failed",
    cancel: "failed",
    refuse: "failed",
    abort: "failed",
    lost: "failed",
  },
};

const incoming: Table<IncomingState, IncomingEvent> = {
  open: { data: "open", end: "ended", error: "failed", cancel: "failed", ...failing },
  ended: { error: "ended", cancel: "ended", refuse: "ended", abort: "ended", lost: "ended" },
  failed: {
    data: "failed",
    end: "failed",
    error: "failed",
    cancel: "failed",
    refuse: "failed",
    abort: "failed",
    lost: "failed",
  },
};

function next<State extends string, Event extends string>(
  table: Table<State, Event>,
  what: string,
  state: State,
  event: Event,
  id: number | undefined,
): State {
  const to = table[state][event];
  if (to !== undefined) return to;
  throw new ProtocolError(
    "BAD_STATE",
    `Cannot handle "${event}" in the ${what} direction of ${id === undefined ? "a stream" : `stream ${id}`}: it is ${state}`,
  );
}

/** The state after an event. Throws a ProtocolError, which names the stream by `id`, for one that must not come in this state. */
export function nextOutgoing(state: OutgoingState, event: OutgoingEvent, id?: number): OutgoingState {
  return next(outgoing, "outgoing", state, event, id);
}

export function nextIncoming(state: IncomingState, event: IncomingEvent, id?: number): IncomingState {
  return next(incoming, "incoming", state, event, id);
}

export function isFinalOutgoing(state: OutgoingState): boolean {
  return state === "done" || state === "failed";
}

export function isFinalIncoming(state: IncomingState): boolean {
  return state !== "open";
}
