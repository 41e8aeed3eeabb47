// Where a run meets what it is for: a peer whose far side asks for a run (a handler, say) waits here until this side has
// been told of one, in whichever order the two come.

/** `{ give, take }`: `give(run)` resolves once whoever took the run has called the `done` that `take()` resolves to. */
export function rendezvous() {
  const given = [];
  const waiting = [];
  const match = () => {
    while (given.length > 0 && waiting.length > 0) waiting.shift()(given.shift());
  };
  return {
    give(run) {
      return new Promise((done, fail) => {
        given.push({ run, done, fail });
        match();
      });
    },
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        match();
      });
    },
  };
}
