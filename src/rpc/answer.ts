/**
 * Sending an answer, whatever is in it: what is told instead where something in it cannot cross, or is longer than the
 * remote takes. Who is owed an answer is in `serving.ts`.
 */
import { MAX_REASON } from "../reason.ts";
import { describe } from "./failure.ts";
import { RPC_CODES, type RpcErrorObject, type RpcResponse } from "./messages.ts";

/** Characters of a message that is cut, one after the other: the last is all that a remote with little room is told. */
const CUTS = [Number.POSITIVE_INFINITY, MAX_REASON, 200];

/** What keeps an answer from crossing as it is. */
export interface Obstacle {
  readonly reason: unknown;
}

export interface Answer {
  readonly response: RpcResponse;
  /** Streams that it names. */
  readonly streams: number;
  /** Called once it was sent; or something else in its place, as there was an obstacle. */
  sent(obstacle: Obstacle | undefined): void;
}

/** Takes an answer: it is sent at once, or later. */
export type Reply = (answer: Answer) => void;

/** Never throws: its caller may be a promise that nobody waits for. The remote is told of an obstacle, or as much as can be. */
export function sendAnswer(answer: Answer, send: (response: RpcResponse) => void, trusted: boolean): void {
  try {
    send(answer.response);
  } catch (reason) {
    for (const less of lesser(answer.response, reason, trusted)) {
      try {
        send(less);
        break;
      } catch {
        // Even less, then.
      }
    }
    answer.sent({ reason });
    return;
  }
  answer.sent(undefined);
}

/** What may cross in the place of an answer that cannot, the best first. */
function lesser({ id, error }: RpcResponse, reason: unknown, trusted: boolean): RpcResponse[] {
  const told = error ?? describe(reason, trusted);
  const { code, message } = told;
  const under = (key: RpcResponse["id"], what: RpcErrorObject): RpcResponse => ({
    jsonrpc: "2.0",
    id: key,
    error: what,
  });
  return [
    // Of an error, its data are the likeliest reason.
    ...(error === undefined ? [under(id, told)] : []),
    ...CUTS.map((most) => under(id, { code, message: typeof message === "string" ? message.slice(0, most) : message })),
    // An id may be as long as a message.
    under(null, {
      code: RPC_CODES.invalidRequest,
      message: "Cannot answer a request: its id leaves no room for an answer, use shorter ones",
    }),
  ];
}
