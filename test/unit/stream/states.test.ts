/** Every pair of a state and an event, with what comes of it: the tables once more, as literal data. */
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import {
  type IncomingEvent,
  type IncomingState,
  isFinalIncoming,
  isFinalOutgoing,
  nextIncoming,
  nextOutgoing,
  type OutgoingEvent,
  type OutgoingState,
} from "../../../src/stream/states.ts";
import { thrownBy } from "../support/error-of.ts";

/** What breaks the protocol. */
const breach = "breach";

const outgoing: readonly [OutgoingState, OutgoingEvent, OutgoingState | typeof breach][] = [
  ["waiting", "admit", "opening"],
  ["waiting", "accept", breach],
  ["waiting", "close", breach],
  ["waiting", "ended", breach],
  ["waiting", "cancel", breach],
  ["waiting", "refuse", "failed"],
  ["waiting", "abort", "failed"],
  ["waiting", "lost", "failed"],

  ["opening", "admit", breach],
  ["opening", "accept", "open"],
  ["opening", "close", "ending"],
  ["opening", "ended", breach],
  ["opening", "cancel", "failed"],
  ["opening", "refuse", "failed"],
  ["opening", "abort", "failed"],
  ["opening", "lost", "failed"],

  ["open", "admit", breach],
  ["open", "accept", breach],
  ["open", "close", "ending"],
  ["open", "ended", breach],
  ["open", "cancel", "failed"],
  ["open", "refuse", "failed"],
  ["open", "abort", "failed"],
  ["open", "lost", "failed"],

  ["ending", "admit", breach],
  ["ending", "accept", "ending"],
  ["ending", "close", breach],
  ["ending", "ended", "done"],
  ["ending", "cancel", "failed"],
  ["ending", "refuse", "failed"],
  ["ending", "abort", "failed"],
  ["ending", "lost", "failed"],

  ["done", "admit", breach],
  ["done", "accept", "done"],
  ["done", "close", breach],
  ["done", "ended", breach],
  ["done", "cancel", "done"],
  ["done", "refuse", "done"],
  ["done", "abort", "done"],
  ["done", "lost", "done"],

  ["failed", "admit", "failed"],
  ["failed", "accept", "failed"],
  ["failed", "close", "failed"],
  ["failed", "ended", "failed"],
  ["failed", "cancel", "failed"],
  ["failed", "refuse", "failed"],
  ["failed", "abort", "failed"],
  ["failed", "lost", "failed"],
];

const incoming: readonly [IncomingState, IncomingEvent, IncomingState | typeof breach][] = [
  ["open", "data", "open"],
  ["open", "end", "ended"],
  ["open", "error", "failed"],
  ["open", "cancel", "failed"],
  ["open", "refuse", "failed"],
  ["open", "abort", "failed"],
  ["open", "lost", "failed"],

  ["ended", "data", breach],
  ["ended", "end", breach],
  ["ended", "error", "ended"],
  ["ended", "cancel", "ended"],
  ["ended", "refuse", "ended"],
  ["ended", "abort", "ended"],
  ["ended", "lost", "ended"],

  ["failed", "data", "failed"],
  ["failed", "end", "failed"],
  ["failed", "error", "failed"],
  ["failed", "cancel", "failed"],
  ["failed", "refuse", "failed"],
  ["failed", "abort", "failed"],
  ["failed", "lost", "failed"],
];

function isBreach(act: () => unknown, ...words: string[]): void {
  const { error, code } = thrownBy(act);
  expect(error).toBeInstanceOf(ProtocolError);
  expect(code).toBe("BAD_STATE");
  for (const word of words) expect(error.message).toContain(word);
}

describe("The outgoing direction", () => {
  it.each(outgoing)("%s, on %s: %s", (state, event, expected) => {
    if (expected === breach) isBreach(() => nextOutgoing(state, event), event, state, "outgoing");
    else expect(nextOutgoing(state, event)).toBe(expected);
  });

  it("is listed here in full", () => {
    expect(new Set(outgoing.map(([state, event]) => `${state} ${event}`)).size).toBe(6 * 8);
  });

  it("is final when it is done or has failed, and then never leaves that state", () => {
    for (const [state, , to] of outgoing) {
      expect(isFinalOutgoing(state)).toBe(state === "done" || state === "failed");
      if (isFinalOutgoing(state)) expect([state, breach]).toContain(to);
    }
  });

  it("can fail in every state that is not final, whether by us, by the remote or with the connection", () => {
    for (const [state, event, to] of outgoing) {
      if (isFinalOutgoing(state)) continue;
      if (event === "abort" || event === "refuse" || event === "lost") expect(to).toBe("failed");
    }
  });

  it("comes from waiting to done by the events of a stream that goes well", () => {
    const well: OutgoingEvent[] = ["admit", "accept", "close", "ended"];
    const early: OutgoingEvent[] = ["admit", "close", "accept", "ended"];
    for (const course of [well, early]) expect(course.reduce<OutgoingState>(nextOutgoing, "waiting")).toBe("done");
  });
});

describe("The incoming direction", () => {
  it.each(incoming)("%s, on %s: %s", (state, event, expected) => {
    if (expected === breach) isBreach(() => nextIncoming(state, event), event, state, "incoming");
    else expect(nextIncoming(state, event)).toBe(expected);
  });

  it("is listed here in full", () => {
    expect(new Set(incoming.map(([state, event]) => `${state} ${event}`)).size).toBe(3 * 7);
  });

  it("is final once it has ended or failed, and then never leaves that state", () => {
    for (const [state, , to] of incoming) {
      expect(isFinalIncoming(state)).toBe(state !== "open");
      if (isFinalIncoming(state)) expect([state, breach]).toContain(to);
    }
  });

  it("keeps what has come in full, even if the connection is lost before it was read", () => {
    expect(nextIncoming("ended", "lost")).toBe("ended");
    expect(nextIncoming("ended", "abort")).toBe("ended");
  });
});
