/**
 * Sluice: streams with real backpressure, and calls, between threads, processes and machines. This module is the core;
 * each adapter and codec is an entry of its own (`sluice/message-port`, `sluice/worker`, `sluice/codecs/raw`).
 *
 * @module
 */
export { Channel, type ChannelState, type ChannelStats, type ConnectOptions, connect } from "./channel.ts";
export type { Codec } from "./codecs/codec.ts";
export { type Definition, define } from "./define.ts";
export {
  LinkError,
  ProtocolError,
  type ProtocolErrorCode,
  RpcError,
  StreamError,
  type StreamErrorCode,
} from "./errors.ts";
export type { Limits } from "./limits.ts";
export type { Lane, LaneReceiver, Link, LinkReceiver, MessageLink, Scheduler } from "./link.ts";
export type { CallContext, CallOptions, Method } from "./rpc/peer.ts";
export type { Handshake, Remote } from "./rpc/remote.ts";
export type { Transfer } from "./stream/chunk.ts";
export type { InitialCredit } from "./stream/credit.ts";
export type { OpenOptions, StreamDefinition, StreamHandler } from "./stream/definition.ts";
export type { StrategyOf, StreamOptions } from "./stream/options.ts";
export type { DirectionStats, StreamStats } from "./stream/stats.ts";
export type { StreamClasses } from "./stream/strategy.ts";
export type { ChannelStream } from "./stream/stream.ts";
