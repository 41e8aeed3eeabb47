// The records of the paper's table as tables of Apache Arrow: a column of ids, and one of vectors. A file of its own so that
// only the rows that use it load the library, which is the one that Sluice's codec has, of the root's devDependencies.
import { Field, FixedSizeList, Float32, makeData, makeVector, Table } from "apache-arrow";
import { BATCH, batches, DIMENSIONS } from "./payloads.mjs";

export const inTable = batches({
  make(records) {
    const floats = new Float32Array(BATCH * DIMENSIONS);
    for (const [at, { vector }] of records.entries()) floats.set(vector, at * DIMENSIONS);
    const vectors = makeData({
      type: new FixedSizeList(DIMENSIONS, new Field("item", new Float32(), false)),
      length: BATCH,
      child: makeData({ type: new Float32(), data: floats }),
    });
    return new Table({ id: makeVector(Uint32Array.from(records, ({ id }) => id)), vector: makeVector(vectors) });
  },
  records(table) {
    const [ids, vectors] = [table.getChild("id"), table.getChild("vector")];
    return Array.from({ length: BATCH }, (_, at) => ({ id: ids.get(at), vector: vectors.get(at).toArray() }));
  },
});
