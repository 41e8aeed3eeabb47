/**
 * Batches: several messages in one array, and their answers in one array, sent once the last is there. It knows what
 * each entry may be and what is owed for it; how one is served is in `serving.ts`.
 */
import { copyValue, NOT_PLAIN } from "../wire/plain.ts";
import type { Answer, Obstacle, Reply } from "./answer.ts";
import { rebuild } from "./failure.ts";
import { isResponse, isRpc, RPC_CODES, type RpcErrorObject, type RpcResponse } from "./messages.ts";
import { MOST_AWAITED } from "./naming.ts";

export interface BatchHost {
  /** Serves one entry, which is meant as JSON-RPC. */
  receive(message: Record<string, unknown>, reply: Reply): void;
  refuse(id: unknown, error: RpcErrorObject, reply: Reply): void;
  /** Calls `send` once the answers may be sent, which name so many streams. */
  whenRoom(streams: number, send: () => void): void;
  send(answers: readonly RpcResponse[]): void;
}

/** Why no entry of such a batch is looked at, if so. */
export function batchError(entries: readonly unknown[], limit: number): RpcErrorObject | undefined {
  if (entries.length === 0) return invalid("Cannot serve a batch: it is empty");
  if (entries.length > limit) return invalid(`Cannot serve a batch of ${entries.length}: at most ${limit} are taken`);
  return undefined;
}

export function serveBatch(entries: readonly unknown[], host: BatchHost): void {
  const answers = new Answers(host);
  for (const entry of entries) {
    if (!isRpc(entry)) host.refuse(idOf(entry), invalid("Cannot serve an entry: it is no message"), answers.place());
    else if (typeof entry["method"] === "string" && entry["method"].startsWith("$/")) {
      const error = invalid(`Cannot serve "${entry["method"]}" in a batch: send it by itself`);
      host.refuse(entry["id"], error, answers.place());
    } else if (isOwed(entry)) host.receive(entry, answers.place());
    else host.receive(entry, () => {});
  }
  answers.complete();
}

/** The answers in the order of their entries, whatever the order in which they come. */
class Answers {
  readonly #host: BatchHost;
  readonly #list: Answer[] = [];
  #places = 0;
  #missing = 0;
  #complete = false;

  constructor(host: BatchHost) {
    this.#host = host;
  }

  place(): Reply {
    const at = this.#places++;
    this.#missing++;
    return (answer) => {
      this.#list[at] = answer;
      this.#missing--;
      this.#deliver();
    };
  }

  /** There will be no more places. */
  complete(): void {
    this.#complete = true;
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#complete || this.#missing > 0 || this.#places === 0) return;
    const streams = this.#list.reduce((sum, each) => sum + each.streams, 0);
    // More than the remote ever waits for: there will be no room for these.
    if (streams > MOST_AWAITED) this.#send([shortly]);
    else this.#host.whenRoom(streams, () => this.#send(FORMS));
  }

  /** Sends the first form that can cross. */
  #send(forms: readonly Form[]): void {
    for (const form of forms) {
      const told = this.#list.map(form);
      if (!this.#crosses(told.map(({ response }) => response))) continue;
      told.forEach(({ obstacle }, at) => this.#list[at]?.sent(obstacle));
      return;
    }
    const error = invalid("Cannot answer a batch: its ids leave no room, use shorter ones");
    this.#crosses([{ jsonrpc: "2.0", id: null, error }]);
    for (const each of this.#list) each.sent(obstacleOf(error));
  }

  /** False: something in it cannot cross, or it is too long, and nothing has crossed. */
  #crosses(answers: readonly RpcResponse[]): boolean {
    try {
      this.#host.send(answers);
      return true;
    } catch {
      return false;
    }
  }
}

/** What is told in the place of an answer, and why, if that is not the answer itself. */
interface Told {
  readonly response: RpcResponse;
  readonly obstacle?: Obstacle;
}

type Form = (answer: Answer) => Told;

/** What is sent of the answers, the best first: they may be longer together than the remote takes. */
const FORMS: readonly Form[] = [({ response }) => ({ response }), plainly, shortly];

function shortly({ response: { id, error } }: Answer): Told {
  const message = "Cannot send the answers of a batch: they are too long together, call one by one";
  return instead(id, { code: error?.code ?? RPC_CODES.internalError, message });
}

function plainly({ response }: Answer): Told {
  const copy = copyValue(response);
  if (copy !== NOT_PLAIN && isJson(copy)) return { response: copy as RpcResponse };
  const { id, error } = response;
  const code = error?.code ?? RPC_CODES.internalError;
  return instead(id, { code, message: error?.message ?? "Cannot send the result in a batch" });
}

function instead(id: RpcResponse["id"], error: RpcErrorObject): Told {
  return { response: { jsonrpc: "2.0", id, error }, obstacle: obstacleOf(error) };
}

function obstacleOf(error: RpcErrorObject): Obstacle {
  return { reason: rebuild(error, "a batch") };
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** A notification is not answered, nor is an answer. */
function isOwed(entry: Record<string, unknown>): boolean {
  return typeof entry["method"] === "string" ? entry["id"] !== undefined : !isResponse(entry);
}

function idOf(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null ? (entry as { id?: unknown }).id : undefined;
}

function invalid(message: string): RpcErrorObject {
  return { code: RPC_CODES.invalidRequest, message };
}
