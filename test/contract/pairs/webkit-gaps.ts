/** What a platform without byte streams and without `Symbol.asyncDispose` cannot pass, as WebKit. */
import type { Gaps } from "../suite/pair.ts";

const bytes = "the platform has no byte streams: chunks come as Uint8Arrays, and there is no BYOB reader";
const dispose = "the platform has no Symbol.asyncDispose: channel.close() is called by name";

export const webkitGaps: Gaps = {
  "bytes are read into one's own buffers, whatever the borders of the chunks": bytes,
  "a BYOB read that waits*": bytes,
  "a BYOB read into a wider view gets whole elements": bytes,
  "a BYOB read after bytes that do not fill an element when the stream ends rejects with a TypeError": bytes,
  "empty chunks are skipped and harm nothing": bytes,
  "10,000 empty chunks do not stall a byte stream": bytes,
  "the window of a byte readable counts bytes": bytes,
  "bytes taken in parts give their credit back in whole": bytes,
  "highWaterMark 0: a byte readable asks for a chunk for each read that waits": bytes,
  "all bytes are read after the stream has ended": bytes,
  "dispose closes, and what ends in time ends well": dispose,
  "dispose aborts after a second what does not end": dispose,
};
