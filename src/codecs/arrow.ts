/**
 * `arrow`: tables and record batches of `apache-arrow`, each chunk as a whole stream in Arrow's IPC format, so that any
 * Arrow library can write or read it. Columns are views of the bytes that came. Not for rows: a chunk pays for its schema.
 */
import { RecordBatch, RecordBatchReader, type Schema, Table, type TypeMap, tableToIPC } from "apache-arrow";
import { mistake } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { ownBytes } from "./own.ts";

export type { Codec } from "./codec.ts";

/** A codec for Arrow: a chunk is a table or a record batch, and arrives as what is asked for, by default a table. */
export function arrow<T extends TypeMap = TypeMap>(options?: { as?: "table" }): Codec<Table<T>>;
export function arrow<T extends TypeMap = TypeMap>(options: { as: "batch" }): Codec<RecordBatch<T>>;
export function arrow({ as = "table" }: { as?: "table" | "batch" } = {}): Codec<never> {
  const decode = as === "batch" ? batchOf : tableOf;
  return {
    name: "arrow",
    // Chunks of many sizes, most of them large: a window of so many chunks would be no bound at all.
    unit: "bytes",
    encode: (chunk: unknown) => tableToIPC(asTable(chunk), "stream"),
    decode: (bytes) => decode(bytes) as never,
  };
}

function asTable(chunk: unknown): Table {
  if (chunk instanceof Table) return chunk;
  if (chunk instanceof RecordBatch) return new Table([chunk]);
  throw mistake(
    new TypeError("Cannot write a chunk: it is no Table or RecordBatch of apache-arrow, make one of it first"),
    "BAD_CHUNK",
  );
}

function tableOf(bytes: Uint8Array): Table {
  const { schema, batches } = read(bytes);
  return new Table(schema, batches);
}

function batchOf(bytes: Uint8Array): RecordBatch {
  const { schema, batches } = read(bytes);
  const [batch] = batches;
  if (batches.length === 1 && batch !== undefined) return batch;
  if (batch === undefined) return new RecordBatch(schema);
  throw mistake(
    new RangeError(`Cannot read ${batches.length} record batches as one: write them one by one, or read tables`),
    "BAD_CHUNK",
  );
}

function read(bytes: Uint8Array): { schema: Schema; batches: RecordBatch[] } {
  const reader = RecordBatchReader.from(ownBytes(bytes)).open();
  // Without one, the library takes bytes that mean nothing for an empty table.
  const { schema } = reader;
  if (schema === undefined || schema === null) throw new Error("Cannot read Arrow: there is no schema in the bytes");
  const batches = [...reader];
  // No column takes less than a bit for a row: whoever goes through the rows must not go on for ever.
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  if (rows > 8 * bytes.byteLength)
    throw new Error(`Cannot read Arrow: ${rows} rows are not in ${bytes.byteLength} bytes`);
  return { schema, batches };
}
