/**
 * What the two sides of a stream agree on as it is opened: what each tells the other of its codecs and windows, and what
 * becomes of the options of the side that takes it. No stream is made here, and nothing is sent.
 */
import { StreamError } from "../errors.ts";
import type { AcceptFrame, OpenFrame, WireStrategy } from "../wire/frames.ts";
import type { StreamOptions } from "./definition.ts";
import { codecName, type OptionsReader, type ResolvedOptions } from "./options.ts";
import type { Duplex } from "./stream.ts";

/** Opens a stream of ours, with these options. */
export function openFrame(stream: Duplex, { codec, incoming: { codec: reading } }: ResolvedOptions): OpenFrame {
  const { id, name, incoming, outgoing, metadata } = stream;
  const [writes, reads] = [codecName(codec), codecName(reading)];
  return {
    type: "stream-open",
    id,
    name,
    codec: writes,
    ...(reads !== writes && { returns: reads }),
    readable: incoming.window,
    ...(outgoing.suggestion && { writable: outgoing.suggestion }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** Accepts what was opened, as this stream. `suggestion`: the strategy for the opener's readable, if its user gave none. */
export function acceptFrame(opened: OpenFrame, stream: Duplex, suggestion: WireStrategy | undefined): AcceptFrame {
  const { id, codec, returns } = opened;
  return {
    type: "stream-accept",
    id,
    codec,
    ...(returns !== undefined && { returns }),
    readable: stream.incoming.window,
    ...(suggestion && { writable: suggestion }),
  };
}

/** The options with which a stream is taken that was opened so. Codecs that need no option are known to both sides. */
export function optionsFor(opened: OpenFrame, options: StreamOptions, reader: OptionsReader): ResolvedOptions {
  const resolved = reader.read(options);
  if (options.codec !== undefined) return resolved;
  const readable = reader.builtIn(opened.codec) ?? resolved.incoming.codec;
  const writable = reader.builtIn(returned(opened)) ?? resolved.codec;
  if (readable === resolved.incoming.codec && writable === resolved.codec) return resolved;
  return reader.read({ ...options, codec: { ...(readable && { readable }), ...(writable && { writable }) } });
}

/** What is wrong if the two sides name different codecs for a direction. */
export function mismatchOf(opened: OpenFrame, { codec, incoming }: ResolvedOptions): StreamError | undefined {
  const reads = codecName(incoming.codec);
  const writes = codecName(codec);
  const returns = returned(opened);
  if (opened.codec === reads && returns === writes) return undefined;
  const what =
    opened.codec === reads
      ? `its opener reads "${returns}", this side sends "${writes}"`
      : `its opener sends "${opened.codec}", this side reads "${reads}"`;
  const message = `Cannot open stream "${opened.name}": ${what}, name the same codec on both`;
  return new StreamError("CODEC_MISMATCH", message);
}

/** The codec that the opener reads. */
function returned({ codec, returns = codec }: OpenFrame): string {
  return returns;
}
