// Sluice's codecs, by the name that a row gives them, from the built package. A module each: only what a row uses is loaded.
import { importSluice } from "../lib/sluice.mjs";

const make = {
  raw: async () => (await importSluice("sluice/codecs/raw")).raw(),
  "raw floats": async () => (await importSluice("sluice/codecs/raw")).raw(Float32Array),
  msgpack: async () => (await importSluice("sluice/codecs/msgpack")).msgpack(),
  protobuf: async () => (await importSluice("sluice/codecs/protobufjs")).protobuf(await batchType()),
  arrow: async () => (await importSluice("sluice/codecs/arrow")).arrow(),
};

/** The promise of a codec of its own. */
export function codecOf(name) {
  return make[name]();
}

/** The message of the paper's table. */
async function batchType() {
  const { default: protobuf } = await import("protobufjs");
  const { root } = protobuf.parse(`
    syntax = "proto3";
    message Row { uint32 id = 1; repeated float vector = 2; }
    message Batch { repeated Row records = 1; }
  `);
  return root.lookupType("Batch");
}
