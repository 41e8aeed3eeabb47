/** Questions to the far side over a port that is no part of the link. */
import type { Ask } from "../suite/far.ts";

export interface Questions {
  readonly ask: Ask;
  /** How much of what was asked waits for its answer. */
  unanswered(): number;
  /** Nobody is there any more: what was asked rejects. */
  end(): void;
}

export function askOver(port: MessagePort): Questions {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>();
  let last = 0;
  let ended = false;
  port.onmessage = ({ data: { id, answer, failure } }) => {
    if (failure) waiting.get(id)?.reject(Object.assign(new Error("The far side could not answer"), { failure }));
    else waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  };
  const ask: Ask = (question, ...args) => {
    const answer = new Promise((resolve, reject) => {
      if (ended) throw new Error("The worker has ended");
      const id = ++last;
      waiting.set(id, { resolve, reject });
      port.postMessage({ id, question, args });
    });
    // A test need not wait for every answer.
    answer.catch(() => {});
    return answer;
  };
  const end = (): void => {
    ended = true;
    for (const { reject } of waiting.values()) reject(new Error("The worker has ended"));
    waiting.clear();
    port.close();
  };
  return { ask, unanswered: () => waiting.size, end };
}
