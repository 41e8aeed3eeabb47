// A pair whose ends are those of a stream between two channels. Both channels live in this realm, each on one
// port of a MessageChannel: what is tested is the stream, not how a thread is started.

/**
 * `sluice` holds the package's modules, imported by the runner in whatever way its runtime has. The pair leads from
 * the side that opens the stream to the one that takes it, with `back` the other way.
 */
export function channelPairs({ connect, define, messagePortLink }, { take, fork = true, back = false }) {
  return async ({ highWaterMark, size, strategy }) => {
    const options = strategy ? { readableStrategy: strategy, writableStrategy: strategy } : { highWaterMark, size };
    const { port1, port2 } = new MessageChannel();
    const opener = connect(messagePortLink(port1, { fork }));
    const taken = take((definition) => connect(messagePortLink(port2, { fork }), define(definition)), options);
    const near = opener.openStream("pair", options);
    const far = await taken;
    const there = { readable: far.readable, writable: near.writable };
    const thence = { readable: near.readable, writable: far.writable };
    return back ? { ...thence, other: there } : { ...there, other: thence };
  };
}

/** The far side takes the stream as it comes: the strategy is the opener's alone. */
export async function fromIncoming(connectFar) {
  const { value } = await connectFar({}).incomingStreams.getReader().read();
  return value;
}

/** The far side has a handler, with the strategy as its own. */
export function byHandler(connectFar, options) {
  return new Promise((resolve) => {
    const handler = (stream) => {
      resolve(stream);
      return new Promise(() => {}); // keeps the stream for as long as the test runs
    };
    connectFar({ streams: { pair: { ...options, handler } } });
  });
}
