/** Listens in between a core and its framed link: frames as they are posted, and as they come, as on message links. */

import type { ByteLane, CoreReceiver } from "../../src/wire/core-link.ts";
import { FramedLink } from "../../src/wire/framed.ts";
import type { Frame } from "../../src/wire/frames.ts";

export interface FrameTap {
  /** A frame, or a message, was posted. */
  posted(message: unknown): void;
  delivering(message: unknown): void;
  delivered(message: unknown): void;
}

const taps = new WeakMap<FramedLink, FrameTap>();

const listen = FramedLink.prototype.listen;
FramedLink.prototype.listen = function (this: FramedLink, core: CoreReceiver): void {
  const passing = (message: unknown, pass: () => void): void => {
    const tap = taps.get(this);
    tap?.delivering(message);
    pass();
    tap?.delivered(message);
  };
  listen.call(this, {
    met: (first) => core.met(first),
    receive: (message) => core.receive(message),
    frame: (frame) => passing(frame, () => core.frame(frame)),
    text: (line) => passing(JSON.parse(line), () => core.text(line)),
    admits: (stream) => core.admits(stream),
    begins: (stream, bytes) => core.begins(stream, bytes),
    breach: (error) => core.breach(error),
    lost: (error) => core.lost(error),
  });
};

export function tapFrames(framed: FramedLink, tap: FrameTap): void {
  taps.set(framed, tap);
  const { post, postFrame, lane } = framed;
  const wrapped = new WeakSet<ByteLane>();
  framed.post = (message) => {
    post.call(framed, message);
    if ((message as { type?: unknown }).type === undefined) tap.posted(message);
  };
  framed.postFrame = (frame: Frame, id) => {
    postFrame.call(framed, frame, id);
    tap.posted(frame);
  };
  framed.lane = (id) => {
    const found = lane.call(framed, id);
    if (!wrapped.has(found)) {
      wrapped.add(found);
      tapLane(found, id, tap);
    }
    return found;
  };
}

function tapLane(lane: ByteLane, id: number, tap: FrameTap): void {
  const push = lane.push.bind(lane);
  let charged = 0;
  lane.push = (bytes, form, weight, lend) => {
    push(bytes, form, weight, lend);
    charged += 64 + bytes.length;
    const weights = weight === undefined ? {} : { weights: [weight] };
    tap.posted({ type: "stream-data", id, chunks: [bytes], form, ...weights, charged });
  };
}
