/**
 * `arrow`: tables and record batches of `apache-arrow`, each chunk as a whole stream in Arrow's IPC format, so that any
 * Arrow library can write or read it. Columns are views of the bytes that came. Not for rows: a chunk pays for its schema.
 */
import { RecordBatch, Table, type TypeMap, tableFromIPC, tableToIPC } from "apache-arrow";
import { type Checks, checkOptions, oneOf } from "../check.ts";
import { mistake } from "../errors.ts";
import { checkArrow } from "./arrow-check.ts";
import type { Codec } from "./codec.ts";
import { ownBytes } from "./own.ts";

export type { Codec } from "./codec.ts";

interface ArrowOptions {
  readonly as?: "table" | "batch";
}

const OPTIONS: Checks<ArrowOptions> = { as: oneOf("table", "batch") };

/** A codec for Arrow: a chunk is a table or a record batch, and arrives as what is asked for, by default a table. */
export function arrow<T extends TypeMap = TypeMap>(options?: { as?: "table" }): Codec<Table<T>>;
export function arrow<T extends TypeMap = TypeMap>(options: { as: "batch" }): Codec<RecordBatch<T>>;
export function arrow(options: ArrowOptions = {}): Codec<never> {
  checkOptions("arrow option", OPTIONS, options);
  const { as = "table" } = options;
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
  checkArrow(bytes);
  return tableFromIPC(ownBytes(bytes));
}

function batchOf(bytes: Uint8Array): RecordBatch {
  const { schema, batches } = tableOf(bytes);
  const [batch] = batches;
  if (batch === undefined) return new RecordBatch(schema);
  if (batches.length === 1) return batch;
  throw mistake(
    new RangeError(`Cannot read ${batches.length} record batches as one: write them one by one, or read tables`),
    "BAD_CHUNK",
  );
}
