// A source of chunks for as long as somebody wants it to flow.

/** `{ next(), made(), stop() }`: chunks until `stop()`, then undefined; how many it has given. */
export function endless(payload) {
  const pool = payload.pool();
  let index = 0;
  let ending = false;
  return {
    next: () => (ending ? undefined : payload.make(index++, pool)),
    made: () => index,
    stop() {
      ending = true;
    },
  };
}
