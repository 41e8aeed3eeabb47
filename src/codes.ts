/**
 * The catalogue of error codes, and the one place to add one: a line below, with a comment above it that says when it
 * comes and, in its last sentence, what to do. `npm run errors` makes `docs/errors.md` of it; `npm run lint` fails for
 * a code that is used and not here, or here and not used. Types only, so that it costs no byte of a bundle.
 */

/**
 * One stream or call failed; the channel and its other streams live on. Both of the stream's ends get the error,
 * through `read()`, `write()`, `close()` and `stream.signal`.
 */
export type StreamErrorCode =
  /** The link broke before the stream or call was done; `cause` says how. How far the other side got is not known. Connect anew, and repeat only what may be done twice. */
  | "CONNECTION_LOST"
  /** A stream, call or notification was asked of a channel that is closing or closed; either side may have closed it. Make a new channel for it. */
  | "CHANNEL_CLOSED"
  /** The remote has no handler of that name in its `streams`, and nobody there has asked for `incomingStreams`. Name the stream in the remote's definition, or read its `incomingStreams`. */
  | "STREAM_NOT_FOUND"
  /** Too many streams wait to be taken at the remote (its `limits.unaccepted`; Sluice itself waits instead), a call or its result has more streams than the other side takes at once (its `limits.streams`), or the channel has used up its 2^30 stream ids. Have streams taken sooner, pass fewer or raise the limit; for fresh ids connect anew. */
  | "STREAM_LIMIT"
  /** A handler has settled, and left a side of its stream, or a stream in a method's params, unlocked and unfinished; or a call with streams was refused. Return a promise that settles when the stream is done, or end both sides before. */
  | "STREAM_ABANDONED"
  /** A stream was opened to a remote that knows plain JSON-RPC only. Use calls, or talk to a Sluice peer; `channel.remote` tells which it is. */
  | "STREAM_UNSUPPORTED"
  /** The two sides of a stream name different codecs. Give `openStream` and the handler the same `codec`. */
  | "CODEC_MISMATCH"
  /** The bytes of a chunk are not what its codec reads; `cause` is the codec's error. Use the same version and schema of the codec on both sides, and see that nothing else writes to the stream. */
  | "CODEC_FAILED"
  /** The two sides come to different bytes for the chunks so far: unusual objects in one, or one was lost on its way; going on, the stream would stall later. Pass the chunk's buffers in a plain object, or as chunks of their own. */
  | "CHARGE_MISMATCH"
  /** A write has waited for the remote's credit for `limits.stall` milliseconds: nobody reads there. Have the remote read, or cancel, or raise the limit. */
  | "STREAM_STALLED"
  /** A chunk is not what the `chunks` schema of the side that reads it takes; the message names the first issue and where in the chunk it is. Write what the schema takes, or widen it. */
  | "CHUNK_INVALID"
  /** A chunk was posted, and could not be read where it came to: it holds what does not leave its process or origin, such as a `WebAssembly.Module`. Write what it is made of. */
  | "CHUNK_UNREADABLE";

/**
 * The transport broke, and the channel ended with it: `channel.closed` rejects with this, and what was under way with a
 * `StreamError` `CONNECTION_LOST` whose `cause` it is.
 */
export type LinkErrorCode =
  /** The worker ended or failed, the port was closed or received what cannot be read, the other end started anew, or a ping stayed unanswered. The message tells which. Mend what ended it, start the other side again, and connect anew. */
  | "CONNECTION_LOST"
  /** Who listens where a process was told to make its data connection did not give the proof that was told in `$/hello`. See who else runs as this user, or can write to the directory of the sockets. */
  | "BAD_PROOF"
  /** A process that was spawned exited, or closed its channel, before it was connected; the message has its exit code and the last lines of its stderr. Mend what these tell. */
  | "EXITED_EARLY"
  /** A process sent a line of control of more than 4 MiB. Send large values in a stream, and print to stderr. */
  | "LINE_TOO_LONG"
  /** The socket for the data of a process, or its directory, could not be made, or is not ours alone; the message says why. Set the option `directory` to a place where that can be done. */
  | "SOCKET_FAILED"
  /** The socket for the data of a process would have a path that is longer than the system allows, 107 bytes or on macOS 103. Set the option `directory` to a shorter one. */
  | "SOCKET_PATH_TOO_LONG"
  /** A process could not be started; the message names its command and says why. See that the command and its working directory are there, and may be used. */
  | "SPAWN_FAILED"
  /** A worker or process that was started, or who else was to be at the other end, did not connect in time. Have it call `connect(parentLink())` sooner, or raise the option `startTimeout`. */
  | "START_TIMEOUT";

/**
 * A peer broke a rule of [protocol.md](protocol.md), and the channel ended with it. `origin` is `"remote"` at the side
 * that noticed and `"local"` at the side that is blamed. Between two peers of one version of Sluice none of these
 * should come, unless something else posts to their port: if one does, it is a bug worth reporting.
 */
export type ProtocolErrorCode =
  /** What came is neither JSON-RPC 2.0 nor a frame of a stream, or is a `$/hello` with a field missing or not valid. See that nothing else posts to the port that the link uses. */
  | "BAD_MESSAGE"
  /** A frame lacks a field, carries one that is not valid, or contradicts what came before it. Mend the sender: the shapes are in [protocol.md](protocol.md). */
  | "BAD_FRAME"
  /** A frame names a stream that was never opened, an id that its sender may not use, or a stream other than its lane's. Mend the sender: ids are odd on one side, even on the other, and only rise. */
  | "BAD_STREAM_ID"
  /** A frame came that its direction's state does not allow, such as data after the end, or an answer where none is due. Mend the sender: the tables are in [src/stream/states.ts](../src/stream/states.ts). */
  | "BAD_STATE"
  /** A chunk has more bytes than the receiver's `limits.maxChunk`, which it told in `$/hello`. Cut chunks up at the sender, or raise the receiver's limit. */
  | "CHUNK_TOO_LARGE"
  /** Over bytes a remote that is not trusted has begun a chunk, and nothing more of it came for 30 s. Mend the sender: it finishes what it has begun, or ends the stream. */
  | "CHUNK_UNFINISHED"
  /** A chunk started beyond the receiver's limit, or more came than `initialCredit` allows before the stream was accepted. Mend the sender: a chunk may start only while there is credit. */
  | "CREDIT_OVERRUN"
  /** More than `limits.idleGrants` grants came in a row without a chunk in between. Mend the receiver, so that it grants half of a window at once, or raise the sender's limit. */
  | "CREDIT_DRIBBLE"
  /** This side had to end more than `limits.faults` streams a minute, twice as many at once, because what came on them breaks a rule. Mend the sender, or raise the limit. */
  | "FAULT_FLOOD"
  /** A second `$/hello` came. Mend the sender: it says it once a channel. */
  | "DUPLICATE_HELLO"
  /** A message or frame came before `$/hello`. Mend the sender: it says that first. */
  | "HELLO_EXPECTED"
  /** More than `limits.pings` pings a second came. Mend the sender, so that it waits for an answer, or raise the limit. */
  | "PING_FLOOD"
  /** More than `limits.resets` streams a second were opened and reset before their handlers had settled. Mend the sender, or raise the limit. */
  | "RESET_FLOOD"
  /** More than `limits.unsolicited` answers came to calls that were never made. Mend the sender, so that it answers each call once, or raise the limit. */
  | "RESPONSE_FLOOD"
  /** A line on the control channel of a process is no JSON-RPC 2.0; the message quotes it. The one of these with which the channel lives on. Print to stderr, or use `control: "fd"`. */
  | "STRAY_LINE"
  /** The remote speaks another version of the protocol. Use the same version of Sluice on both sides. */
  | "VERSION_MISMATCH";

/**
 * The caller's mistake: a plain `TypeError` or `RangeError` with a `code`, thrown or rejected with where the mistake was
 * made. What goes wrong with a chunk errors the stream that it was written to or read from.
 */
export type MistakeCode =
  /** A limit, or an option of a link, a stream, a call or a process, is unknown or has a value that it cannot have; or a stream's name is no string of at most 1,024 characters. Use what the message names. */
  | "BAD_OPTION"
  /** `connect` was given what is no link, one that has a channel already, or a link of bytes as it is; or an adapter's link was to be made to what is no port or worker. Pass the port or worker itself; give `connect` what an adapter gives, and wrap a link of bytes by `framed` of `sluice/bytes`. */
  | "BAD_LINK"
  /** A method or stream of a definition cannot be what was given. Give a function, for methods `{ params, handler }` with a schema, for streams `{ handler }` with options; names of methods must not start with `$/`. */
  | "BAD_DEFINITION"
  /** A method was called by something that is no string, by the empty one, or by a name that starts with `$/`, which are Sluice's own. Pass its name. */
  | "BAD_METHOD"
  /** The params of a call or notification are a bare value; JSON-RPC has no place for one. Wrap it in an object or an array. */
  | "BAD_PARAMS"
  /** Params or a result hold what JSON cannot carry, or a stream that is locked or occurs twice; the message gives its path. Pass what it names: bytes in a stream, a date as a string. */
  | "BAD_VALUE"
  /** A call's params, a result or a notification is longer, as JSON text, than the remote's `limits.message`. Pass what is large as a stream, or raise that limit. */
  | "MESSAGE_TOO_LARGE"
  /** `channel.stream` called a method that gave neither a stream nor an array. Use `channel.call`. */
  | "NO_STREAM"
  /** `getReader({ mode: "byob" })` of a `readable: "bytes"` where the runtime has no byte streams: such a readable gives `Uint8Array`s there. Pass `connect` a `ponyfill` that has them, or use `getReader()`. */
  | "NO_BYTE_STREAMS"
  /** The default stream is used in two ways that exclude each other: `onData` twice, or beside `channel.data.readable`, or `sendData` beside a writer. Use one of them. */
  | "BAD_DATA_USE"
  /** A queuing strategy is none, its `highWaterMark` is negative or no number, its `size` is no function, or it counts by `size` what can only be bytes. Pass what the Streams standard allows, or leave it out. */
  | "BAD_STRATEGY"
  /** A chunk's `size()`, or its `byteLength` where bytes are counted, is not a finite number that is 0 or more. Have `size()` return one, or write buffers and views only. */
  | "BAD_WEIGHT"
  /** A stream's codec cannot carry a chunk, or refuses the bytes of one; the message says what of it and why. Write what the codec carries, or open the stream with another. */
  | "BAD_CHUNK"
  /** The stream's `transfer` function did not return an array. Return the buffers to be moved, or an empty array. */
  | "BAD_TRANSFER"
  /** The chunk's buffer is detached: an earlier write, or something else, has moved its bytes. Write each buffer once, write a copy, or open the stream without `transfer`. */
  | "CHUNK_DETACHED"
  /** A chunk was written that has more bytes than the remote takes, by its `limits.maxChunk`. Cut it up, or raise the remote's limit. */
  | "CHUNK_TOO_LARGE"
  /** A stream's total in chunks, bytes or weights would pass 2^53 − 1, where numbers stop being exact. Open another stream, or have `size()` return smaller numbers. */
  | "TOTAL_TOO_LARGE"
  /** The origin of the window at the other end is no exact one, such as `"*"`, or is missing. Pass what that page has as `location.origin`, as in `https://example.com`; a sandboxed frame needs `allow-same-origin` to have one. */
  | "BAD_ORIGIN"
  /** A link was asked for to a window that is not there: a frame outside of the document, a popup that was blocked, an opener or parent that the page does not have. Add the frame, or open the popup on a click, before linking to it. */
  | "NO_WINDOW"
  /** `onClient()` was called where nobody connects. Call it in a shared worker, or that of `sluice/service-worker` in a service worker. */
  | "NO_CLIENTS"
  /** A link was asked for to a service worker, of a registration that has none. Wait for `navigator.serviceWorker.ready`. */
  | "NO_SERVICE_WORKER"
  /** `parentLink()` was called where there is no parent: not in a worker, or not in a process that `spawn` has started with the same `control`; or it was called twice. Call it once, in the worker, and `workerLink(worker)` in the thread that started it. */
  | "NO_PARENT";

/**
 * Errors keep their class, message, `code` and `cause` when they cross a link, so any error with a code of the
 * application's own may come, too. This one stands for a code that is missing.
 */
export type ForeignCode =
  /** A `StreamError`, `LinkError` or `ProtocolError` came over the link without a code (an `RpcError` then has 0). Mend the remote, so that it sends one. */
  "UNKNOWN";

/**
 * Errors of the platform, told apart by `name`. What is cancelled by a signal rejects with the signal's own reason,
 * unwrapped: `controller.abort(why)` rejects with `why`, `AbortSignal.timeout(ms)` with its `TimeoutError`; the far side
 * of a stream gets that reason, too. `writer.abort(why)`, `reader.cancel(why)`, `stream.abort(why)` and
 * `channel.abort(why)` carry `why` to the other side.
 */
export type DOMExceptionName =
  /** A stream, channel or call was aborted and no reason was given; a method's `signal` has it when its caller has cancelled. Treat it as the cancellation that it is. */
  | "AbortError"
  /** A call was not answered within its `timeout`; the remote has been told to stop. Allow more milliseconds, or find out what keeps the method. */
  | "TimeoutError"
  /** A chunk, the params or result of a call, or a stream's `metadata` holds what cannot cross: a function, a symbol. Leave it out, or send what it stands for. */
  | "DataCloneError";
