/** What links over ports that transfer nothing do otherwise, by title. */
import type { Gaps } from "../suite/pair.ts";

const copied = "such a port moves nothing: buffers are copied, and a port cannot cross";

export const copiesGaps: Gaps = {
  "a MessagePort crosses in a chunk and back, and works": copied,
  "a transfer function may move the buffer of a view of a part": copied,
  "a transfer function moves what it names, and nothing else": copied,
  "transfer: true moves whole buffers, at the top and inside": copied,
  "◆ a buffer that fills a message is gone once its write is done, and comes behind those that gathered": copied,
};
