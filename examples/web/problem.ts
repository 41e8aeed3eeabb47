/** What went wrong, for a person: a code, what happened, and what to do about it. Shows nothing itself. */

export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What the user has stopped, and did not fail. */
export const cancelled: Problem = new Problem("CANCELLED", "Cancelled.");

/** An error of a stream as a Problem; one that is a Problem already says it best. */
export function explain(error: unknown, operation: string): Problem {
  if (error instanceof Problem) return error;
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
  if (code === "CONNECTION_LOST") {
    return new Problem(code, `The worker is gone: ${causeOf(error)}. Start a new worker, then this stream again.`);
  }
  // What the worker's DecompressionStream says crosses as it is: a TypeError, worded differently in each browser.
  if (operation === "gunzip" && code === undefined && name === "TypeError") {
    return new Problem(
      "NOT_GZIP",
      `This is no gzip archive, or a damaged one (the worker says: ${message}). Choose another file.`,
    );
  }
  if (name === "QuotaExceededError") {
    const message = "The browser gives this page no more room for results. Remove those that you have downloaded.";
    return new Problem("NO_ROOM", message, { cause: error });
  }
  return new Problem(typeof code === "string" ? code : (name ?? "ERROR"), sentence(message ?? String(error)));
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const text = cause instanceof Error ? cause.message : message;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
