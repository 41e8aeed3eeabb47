/**
 * Sluice: streams with real backpressure, and calls, between threads, processes and machines. This module is the core;
 * each adapter and codec is an entry of its own (`sluice/message-port`, `sluice/worker`, `sluice/codecs/msgpack`).
 *
 * @module
 */
export type {
  ArgumentsOf,
  BatchName,
  ChunkOf,
  FallbackOption,
  MethodName,
  OtherStreamName,
  ReadFrom,
  Received,
  ResultOf,
  Sent,
  StreamingName,
  StreamName,
  Untyped,
  WrittenTo,
} from "./api.ts";
export type { Framed } from "./bytes.ts";
export {
  Channel,
  type ChannelState,
  type ChannelStats,
  connect,
  type DataStream,
} from "./channel.ts";
export type { Codec } from "./codecs/codec.ts";
export { type Contextual, type Definition, define, type MethodDefinition } from "./define.ts";
export {
  LinkError,
  type LinkErrorCode,
  type MistakeCode,
  ProtocolError,
  type ProtocolErrorCode,
  RpcError,
  StreamError,
  type StreamErrorCode,
} from "./errors.ts";
export type { Limits } from "./limits.ts";
export type {
  Lane,
  LaneReceiver,
  LinkReceiver,
  MessageLink,
  Scheduler,
} from "./link.ts";
export type { ConnectOptions, Link } from "./options.ts";
export type { CallContext, CallOptions, Method } from "./rpc/peer.ts";
export type { Handshake, Remote } from "./rpc/remote.ts";
export type { StreamCallOptions } from "./rpc/stream-call.ts";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./schema.ts";
export type { Transfer } from "./stream/chunk.ts";
export type { InitialCredit } from "./stream/credit.ts";
export type {
  DirectionCodecs,
  OpenOptions,
  StrategyOf,
  StreamDefinition,
  StreamHandler,
  StreamOptions,
} from "./stream/definition.ts";
export type { DirectionStats, StreamStats } from "./stream/stats.ts";
export type { StreamClasses } from "./stream/strategy.ts";
export type { ChannelStream } from "./stream/stream.ts";
export type { Trace, TraceEvent } from "./trace.ts";
