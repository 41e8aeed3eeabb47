/**
 * The standard's async iterator of a readable stream, for platforms that have none. Steps are taken one after the
 * other, however many are asked for at once; leaving the loop cancels the stream, unless that is prevented.
 */

type Step = IteratorResult<unknown, unknown>;

export class StreamIterator implements AsyncIterableIterator<unknown> {
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #preventCancel: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #isFinished = false;

  constructor(reader: ReadableStreamDefaultReader<unknown>, preventCancel: boolean) {
    this.#reader = reader;
    this.#preventCancel = preventCancel;
  }

  next(): Promise<Step> {
    return this.#inTurn(async () => {
      if (this.#isFinished) return { done: true, value: undefined };
      try {
        const { done, value } = await this.#reader.read();
        if (done) this.#finish();
        return { done, value };
      } catch (error) {
        this.#finish();
        throw error;
      }
    });
  }

  return(value?: unknown): Promise<Step> {
    return this.#inTurn(async () => {
      if (!this.#isFinished) {
        const cancelled = this.#preventCancel ? undefined : this.#reader.cancel(value);
        this.#finish();
        await cancelled;
      }
      return { done: true, value };
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #inTurn(step: () => Promise<Step>): Promise<Step> {
    const result = this.#last.then(step);
    this.#last = result.catch(() => {});
    return result;
  }

  #finish(): void {
    this.#isFinished = true;
    this.#reader.releaseLock();
  }
}
