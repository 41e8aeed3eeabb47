/** A stream of the peer's that a handler keeps, and the test has. */
import type { ChannelStream, ConnectOptions } from "sluice";
import { greeted, type Message, type Peer } from "./peer.ts";

export interface Kept {
  readonly peer: Peer;
  readonly stream: ChannelStream;
}

/** The options are the handler's, the channel's, and changes to the peer's stream-open. */
export async function kept(options: object = {}, connect: ConnectOptions = {}, changes: Message = {}): Promise<Kept> {
  let stream: ChannelStream | undefined;
  const handler = (each: ChannelStream): Promise<never> => {
    stream = each;
    return new Promise(() => {});
  };
  const peer = await greeted({ ...connect, streams: { keep: { ...options, handler } } });
  peer.open("keep", changes);
  await peer.frame("stream-accept");
  return { peer, stream: stream as ChannelStream };
}

export function many(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
