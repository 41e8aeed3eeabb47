/**
 * What a channel knows of its remote from the type of the remote's definition, `typeof api`: the names of its methods
 * and streams, what they take, and what of it arrives here. Types only.
 */
import type { StandardSchema } from "./schema.ts";

/** The Api of a remote of which nothing is known: anything may be called, passed and opened. */
export interface Untyped {
  readonly "a remote of unknown type": true;
}

type IsUntyped<Api> = [Api] extends [Untyped] ? true : false;
type MethodsOf<Api> = Api extends { readonly methods: infer Methods } ? Methods : Record<never, never>;
type StreamsOf<Api> = Api extends { readonly streams: infer Streams } ? Streams : Record<never, never>;
type MethodOf<Api, Name> = Name extends keyof MethodsOf<Api> ? MethodsOf<Api>[Name] : never;
type StreamOf<Api, Name> = Name extends keyof StreamsOf<Api> ? StreamsOf<Api>[Name] : never;
/** An entry of a definition is a function, or an object that has it. */
type HandlerOf<Entry> = Entry extends { readonly handler: infer Handler } ? Handler : Entry;

// Names.

export type MethodName<Api> = IsUntyped<Api> extends true ? string : keyof MethodsOf<Api> & string;

/** The methods that give a stream. */
export type StreamingName<Api> =
  IsUntyped<Api> extends true
    ? string
    : {
        [Name in keyof MethodsOf<Api>]: Given<MethodsOf<Api>[Name]> extends AsyncIterable<unknown> | ReadableStream
          ? Name
          : never;
      }[keyof MethodsOf<Api>] &
        string;

/** The methods that take the params of a streaming one, and give its chunks as an array. */
export type BatchName<Api, Streaming> =
  IsUntyped<Api> extends true
    ? string
    : {
        [Name in keyof MethodsOf<Api>]: Given<MethodsOf<Api>[Name]> extends readonly ChunkOf<Api, Streaming>[]
          ? Taken<MethodOf<Api, Streaming>> extends Taken<MethodsOf<Api>[Name]>
            ? Name
            : never
          : never;
      }[keyof MethodsOf<Api>] &
        string;

/** The streams that the remote has a handler for. */
export type StreamName<Api> = IsUntyped<Api> extends true ? string : keyof StreamsOf<Api> & string;

// Params.

/** What a method takes: before its schema, where it has one. */
type Taken<Entry> = Entry extends { readonly params: StandardSchema<infer Input, infer _Output> }
  ? Input
  : Entry extends (...args: infer Args) => unknown
    ? Args extends readonly []
      ? undefined
      : Args[0]
    : unknown;

/** What stands behind a method's name in a call: its params, which may be left out where they may be undefined. */
export type ArgumentsOf<Api, Name, Options extends readonly unknown[] = []> =
  IsUntyped<Api> extends true
    ? [params?: unknown, ...options: Options]
    : Placed<Sent<Taken<MethodOf<Api, Name>>>, Options>;

type Placed<Params, Options extends readonly unknown[]> = unknown extends Params
  ? [params?: object | undefined, ...options: Options]
  : [Params] extends [undefined]
    ? [params?: Record<string, never> | undefined, ...options: Options]
    : undefined extends Params
      ? [params?: Params, ...options: Options]
      : [params: Params, ...options: Options];

/** A value as its sender may give it: where a stream is taken, any async iterable as well. */
export type Sent<T> = Kept<T, Sending<T>>;

type Sending<T> = unknown extends T
  ? T
  : T extends Whole
    ? T
    : T extends ReadableStream<infer Chunk> | AsyncIterable<infer Chunk>
      ? ReadableStream<Chunk> | AsyncIterable<Chunk>
      : { [Key in keyof T]: Sending<T[Key]> };

// Results.

/** What a method gives in the end. */
type Given<Entry> = HandlerOf<Entry> extends (...args: never) => infer Result ? Awaited<Result> : never;

/** What a call resolves with. JSON-RPC has no `undefined`: it arrives as `null`. */
export type ResultOf<Api, Name> = IsUntyped<Api> extends true ? unknown : Received<NullFor<Given<MethodOf<Api, Name>>>>;

/** The chunks of the stream that a method gives. */
export type ChunkOf<Api, Name> = IsUntyped<Api> extends true ? unknown : ChunkIn<Given<MethodOf<Api, Name>>>;

type ChunkIn<T> = T extends ReadableStream<infer Chunk> | AsyncIterable<infer Chunk> ? Chunk : never;
type NullFor<T> = T extends undefined ? null : T;

/** A value as it arrives: every async iterable is a `ReadableStream`. */
export type Received<T> = Kept<T, Receiving<T>>;

type Receiving<T> = unknown extends T
  ? T
  : T extends Whole
    ? T
    : T extends ReadableStream<infer Chunk> | AsyncIterable<infer Chunk>
      ? ReadableStream<Chunk>
      : { [Key in keyof T]: Receiving<T[Key]> };

/** What is not looked into for streams. */
type Whole =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | WritableStream<never>
  | ((...args: never) => unknown)
  | ArrayBufferView
  | ArrayBuffer
  | Date
  | RegExp
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>;

/** The same type under its own name where nothing in it changes, as it is easier to read. */
type Kept<T, Changed> = [T] extends [Changed] ? ([Changed] extends [T] ? T : Changed) : Changed;

// Streams.

/** What the handler of a stream is given. */
type HandledBy<Entry> = HandlerOf<Entry> extends (stream: infer Stream) => unknown ? Stream : unknown;

/** What the opener of a stream writes: what its handler reads, before the schema where it has one. */
export type WrittenTo<Api, Name> = IsUntyped<Api> extends true ? unknown : Reads<StreamOf<Api, Name>>;

type Reads<Entry> = Entry extends { readonly chunks: StandardSchema<infer Input, infer _Output> }
  ? Input
  : HandledBy<Entry> extends { readonly readable: ReadableStream<infer Chunk> }
    ? Chunk
    : unknown;

/** What the opener of a stream reads: what its handler writes. */
export type ReadFrom<Api, Name> = IsUntyped<Api> extends true ? unknown : Writes<StreamOf<Api, Name>>;

type Writes<Entry> = HandledBy<Entry> extends { readonly writable: WritableStream<infer Chunk> } ? Chunk : unknown;

/** A stream that no handler of the Api is named for: any name where nothing is known of the remote, else none. */
export type OtherStreamName<Api> = IsUntyped<Api> extends true ? string : "";

// The members of a channel that its Api types.

/** Options of `stream` that name a method of the Api. */
export interface FallbackOption<Batch extends string = string> {
  /** A method that gives the same as an array: called instead where the remote knows plain JSON-RPC only. */
  readonly fallback?: Batch | undefined;
}
