// Sluice's codecs, by the name that a row gives them.
import { Decoder, Encoder } from "@msgpack/msgpack";

const encoder = new Encoder();
const decoder = new Decoder();

export async function codecOf(name) {
  if (name !== "msgpack") throw new Error(`no codec ${name} yet`);
  return { encode: (chunk) => encoder.encodeSharedRef(chunk), decode: (bytes) => decoder.decode(bytes) };
}
