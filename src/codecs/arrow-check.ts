/**
 * What a stranger's Arrow stream may do to a reader that believes it: apache-arrow does not verify the FlatBuffers in
 * it, and goes through as many fields, nodes or buffers as they claim, until memory ends. Here each count is held
 * against the bytes that there are, before it reads them. What columns mean is not its business. The tables are those of
 * Arrow's `Message.fbs` and `Schema.fbs`; slots are the numbers of their fields.
 */
import { mistake } from "../errors.ts";

/** How deep fields may be nested. */
const MOST_DEPTH = 64;
/** Rows that may be there whatever bytes there are. */
const FREE_ROWS = 65_536;
const CONTINUATION = -1;
const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;
const TYPE = { timestamp: 10, union: 14 } as const;

/** The metadata of one message. */
interface Metadata {
  readonly view: DataView;
  /** Whoever goes through the rows must not go on for ever: a bit for each, which only a column of nulls does not take. */
  readonly mostRows: number;
  /** Tables that it has room for: else a few could be named again and again, on each level more often. */
  tables: number;
}

/** Where a table has its field of a slot; 0 if it has none. */
type Slots = (slot: number) => number;

/** Throws a RangeError for what must not be read. */
export function checkArrow(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    checkStream(view);
  } catch (error) {
    // A DataView's own: it was asked for what lies outside.
    if (error instanceof RangeError && !("code" in error)) throw refusal("it points outside of its bytes");
    throw error;
  }
}

function checkStream(view: DataView): void {
  let hasSchema = false;
  let at = 0;
  while (at < view.byteLength) {
    let length = view.getInt32(at, true);
    at += 4;
    if (length === CONTINUATION) {
      length = view.getInt32(at, true);
      at += 4;
    }
    if (length === 0) break;
    if (length < 0 || length > view.byteLength - at) throw refusal("a message is longer than the chunk");
    const { header, body } = checkMessage({
      view: new DataView(view.buffer, view.byteOffset + at, length),
      mostRows: Math.max(FREE_ROWS, 8 * view.byteLength),
      tables: length / 4,
    });
    at += length;
    if (body > view.byteLength - at) throw refusal("a message's body is longer than the chunk");
    at += body;
    hasSchema ||= header === HEADER.schema;
  }
  // Without one, the library takes bytes that mean nothing for an empty table.
  if (!hasSchema) throw refusal("there is no schema in it");
}

function checkMessage(data: Metadata): { header: number; body: number } {
  const slots = tableAt(data, follow(data, 0));
  const header = byteAt(data, slots(1));
  const table = follow(data, slots(2));
  if (header === HEADER.schema) checkSchema(data, table);
  else if (header === HEADER.recordBatch) checkBatch(data, table);
  else if (header === HEADER.dictionaryBatch) checkBatch(data, follow(data, tableAt(data, table)(1)));
  else throw refusal(`it has no messages of kind ${header}`);
  checkTables(data, slots(4), checkKeyValue);
  const body = integerAt(data, slots(3));
  if (body < 0) throw refusal("a message's body has a negative length");
  return { header, body };
}

function checkSchema(data: Metadata, at: number): void {
  const slots = tableAt(data, at);
  checkTables(data, slots(1), (_, field) => checkField(data, field, MOST_DEPTH));
  checkTables(data, slots(2), checkKeyValue);
  checkVector(data, slots(3), 8);
}

function checkField(data: Metadata, at: number, depth: number): void {
  if (depth === 0) throw refusal(`its fields are nested deeper than ${MOST_DEPTH} levels`);
  const slots = tableAt(data, at);
  checkVector(data, slots(0), 1);
  const type = byteAt(data, slots(2));
  if (slots(3) !== 0) {
    const ofType = tableAt(data, follow(data, slots(3)));
    if (type === TYPE.timestamp) checkVector(data, ofType(1), 1);
    if (type === TYPE.union) checkVector(data, ofType(1), 4);
  }
  if (slots(4) !== 0) {
    const indexType = tableAt(data, follow(data, slots(4)))(1);
    if (indexType !== 0) tableAt(data, follow(data, indexType));
  }
  checkTables(data, slots(5), (_, child) => checkField(data, child, depth - 1));
  checkTables(data, slots(6), checkKeyValue);
}

function checkBatch(data: Metadata, at: number): void {
  const slots = tableAt(data, at);
  checkRows(data, integerAt(data, slots(0)));
  const { start, count } = checkVector(data, slots(1), 16);
  for (let node = 0; node < count; node++) checkRows(data, integerAt(data, start + 16 * node));
  checkVector(data, slots(2), 16);
  if (slots(3) !== 0) tableAt(data, follow(data, slots(3)));
  checkVector(data, slots(4), 8);
}

function checkRows({ mostRows }: Metadata, rows: number): void {
  if (rows < 0 || rows > mostRows)
    throw refusal(`${rows} rows are more than the ${mostRows} that a chunk of this length may have`);
}

function checkKeyValue(data: Metadata, at: number): void {
  const slots = tableAt(data, at);
  checkVector(data, slots(0), 1);
  checkVector(data, slots(1), 1);
}

// FlatBuffers: what lies outside of the view, the view itself refuses.

function tableAt(data: Metadata, at: number): Slots {
  if (--data.tables < 0) throw refusal("it has more tables than room for them");
  const { view } = data;
  const layout = at - view.getInt32(at, true);
  const size = view.getUint16(layout, true);
  return (slot) => {
    const entry = 4 + 2 * slot;
    const offset = entry < size ? view.getUint16(layout + entry, true) : 0;
    return offset === 0 ? 0 : at + offset;
  };
}

function checkTables(data: Metadata, at: number, check: (data: Metadata, at: number) => void): void {
  const { start, count } = checkVector(data, at, 4);
  for (let index = 0; index < count; index++) check(data, follow(data, start + 4 * index));
}

/** A vector, or text, that a field at this position refers to. */
function checkVector(data: Metadata, at: number, size: number): { start: number; count: number } {
  if (at === 0) return { start: 0, count: 0 };
  const vector = follow(data, at);
  const count = data.view.getUint32(vector, true);
  const start = vector + 4;
  if (count * size > data.view.byteLength - start) throw refusal(`it promises ${count} of what it has no bytes for`);
  return { start, count };
}

function follow({ view }: Metadata, at: number): number {
  return at + view.getUint32(at, true);
}

function byteAt({ view }: Metadata, at: number): number {
  return at === 0 ? 0 : view.getUint8(at);
}

function integerAt({ view }: Metadata, at: number): number {
  return at === 0 ? 0 : Number(view.getBigInt64(at, true));
}

function refusal(why: string): RangeError {
  return mistake(new RangeError(`Cannot read Arrow: ${why}`), "BAD_CHUNK");
}
