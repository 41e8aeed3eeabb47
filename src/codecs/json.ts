import type { Codec } from "./codec.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
export function json(): Codec {
  return {
    name: "json",
    unit: "chunks",
    encode: (chunk) => encoder.encode(JSON.stringify(chunk)),
    decode: (bytes) => JSON.parse(decoder.decode(bytes)),
  };
}
