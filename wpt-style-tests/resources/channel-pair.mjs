// A subject whose pairs are the ends of streams between two channels. Both channels live in this realm, each on one
// port of a MessageChannel: what is tested is the stream, not how a thread is started.

import { connect, define } from "sluice";
import { messagePortLink } from "sluice/message-port";

/**
 * Pairs lead from the side that opens the stream to the one that takes it, and moved streams go as params to a method;
 * with `back` it is the other way, and as the result of one.
 */
export function channelSubject({ take, fork = true, back = false }) {
  const meet = () => {
    const { port1, port2 } = new MessageChannel();
    return {
      near: connect(messagePortLink(port1, { fork })),
      connectFar: (definition) => connect(messagePortLink(port2, { fork }), define(definition)),
    };
  };

  async function makePair({ started = true, strategy, highWaterMark, size, readable }) {
    const both = strategy === undefined ? { highWaterMark, size } : strategies(strategy);
    const options = { ...both, readable };
    const { near, connectFar } = meet();
    const own = near.openStream("pair", options);
    const start = async () => {
      // Of what comes as it comes, the reader has no say: not that it be a byte stream, either.
      const far = await (readable === "bytes" ? byHandler : take)(connectFar, options);
      const there = { readable: far.readable, writable: own.writable };
      const thence = { readable: own.readable, writable: far.writable };
      return back ? { ...thence, other: there } : { ...there, other: thence };
    };
    return started ? start() : { writable: own.writable, start };
  }

  async function transferred(value) {
    const { near, connectFar } = meet();
    if (back) {
      connectFar({ methods: { give: () => value } });
      return near.call("give");
    }
    return new Promise((resolve, reject) => {
      const keep = (params) => {
        resolve(params.value);
        return forTheTest;
      };
      connectFar({ methods: { take: keep } });
      near.call("take", { value }).catch(reject);
    });
  }

  return { makePair, transferred };
}

const strategies = (strategy) => ({ readableStrategy: strategy, writableStrategy: strategy });

/** What a handler or method gives that keeps its streams for as long as the test runs. */
const forTheTest = new Promise(() => {});

/** The far side takes the stream as it comes: the strategy is the opener's alone. */
export async function fromIncoming(connectFar) {
  const { value } = await connectFar({}).incomingStreams.getReader().read();
  return value;
}

/** The far side has a handler, with the options as its own. */
export function byHandler(connectFar, options) {
  return new Promise((resolve) => {
    const handler = (stream) => {
      resolve(stream);
      return forTheTest;
    };
    connectFar({ streams: { pair: { ...options, handler } } });
  });
}
