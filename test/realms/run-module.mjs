// Runs a module's `main(init, report)` in this realm. Resolves with what went wrong outside of it, or `undefined`.

/** After the end: time for a rejection that nobody handled to show, in milliseconds. */
const GRACE = 25;

/**
 * While a script has set this of its global scope, what goes wrong outside of it is no problem: it has given up something
 * that leaves promises behind.
 */
const FORGIVES = Symbol.for("realm.forgives");

export async function runModule(url, init, report) {
  let problem;
  const note = (what, error) => {
    if (globalThis[FORGIVES] === true) return;
    problem ??= `${what}: ${error?.stack ? `${error}\n${error.stack}` : String(error)}`;
  };
  listen(note);
  try {
    const { default: main } = await import(url);
    await main(init, report);
  } catch (error) {
    note("failed", error);
  }
  await new Promise((resolve) => setTimeout(resolve, GRACE));
  return problem;
}

function listen(note) {
  const { process, Deno } = globalThis;
  if (process?.on && !Deno) {
    process.on("unhandledRejection", (reason) => note("unhandled rejection", reason));
    return;
  }
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    note("unhandled rejection", event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    note("uncaught", event.error ?? event.message);
  });
}
