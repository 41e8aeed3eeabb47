/**
 * Batches: several messages in one array, and their answers in one array, sent once the last is there. It knows what
 * each entry may be and what is owed for it; how one is served is in `serving.ts`.
 */
import { copyValue, NOT_PLAIN } from "../wire/plain.ts";
import { isResponse, isRpc, RPC_CODES, type RpcErrorObject, type RpcResponse } from "./messages.ts";

/** Takes an answer, at once or later. */
export type Reply = (response: RpcResponse) => void;

export interface BatchHost {
  /** Serves one entry, which is meant as JSON-RPC. */
  receive(message: Record<string, unknown>, reply: Reply): void;
  refuse(id: unknown, error: RpcErrorObject, reply: Reply): void;
  send(answers: readonly RpcResponse[]): void;
}

/** Why no entry of such a batch is looked at, if so. */
export function batchError(entries: readonly unknown[], limit: number): RpcErrorObject | undefined {
  if (entries.length === 0) return invalid("Cannot serve a batch: it is empty");
  if (entries.length > limit) return invalid(`Cannot serve a batch of ${entries.length}: at most ${limit} are taken`);
  return undefined;
}

export function serveBatch(entries: readonly unknown[], host: BatchHost): void {
  const answers = new Answers((list) => host.send(list));
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
  readonly #send: (answers: readonly RpcResponse[]) => void;
  readonly #list: RpcResponse[] = [];
  #places = 0;
  #missing = 0;
  #complete = false;

  constructor(send: (answers: readonly RpcResponse[]) => void) {
    this.#send = send;
  }

  place(): Reply {
    const at = this.#places++;
    this.#missing++;
    return (response) => {
      this.#list[at] = response;
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
    for (const form of FORMS) {
      try {
        this.#send(form(this.#list));
        return;
      } catch {
        // Something in it cannot cross, or it is too long, and nothing has crossed.
      }
    }
  }
}

type Form = (answers: readonly RpcResponse[]) => readonly RpcResponse[];

/** What is sent of the answers, the first that can cross: they may be longer together than the remote takes. */
const FORMS: readonly Form[] = [
  (answers) => answers,
  (answers) => answers.map(plainly),
  (answers) => answers.map(shortly),
  () => [
    { jsonrpc: "2.0", id: null, error: invalid("Cannot answer a batch: its ids leave no room, use shorter ones") },
  ],
];

function shortly({ id, error }: RpcResponse): RpcResponse {
  const message = "Cannot send the answers of a batch: they are too long together, call one by one";
  return { jsonrpc: "2.0", id, error: { code: error?.code ?? RPC_CODES.internalError, message } };
}

function plainly(response: RpcResponse): RpcResponse {
  const copy = copyValue(response);
  if (copy !== NOT_PLAIN && isJson(copy)) return copy as RpcResponse;
  const { id, error } = response;
  const code = error?.code ?? RPC_CODES.internalError;
  return { jsonrpc: "2.0", id, error: { code, message: error?.message ?? "Cannot send the result in a batch" } };
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
