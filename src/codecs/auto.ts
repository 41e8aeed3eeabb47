/**
 * What links of bytes do with chunks where no codec is named: buffers and views cross as they are, of the same kind,
 * everything else as JSON, as in calls. The form of a chunk tells which.
 */
import { mistake } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { json } from "./json.ts";
import { type ViewConstructor, viewAs } from "./view.ts";

/** The forms, in the order of their numbers. Not among them: 1, which is JSON. */
const JSON_FORM = 1;
const KINDS = [
  "Uint8Array",
  "",
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "ArrayBuffer",
] as const;
const numbers: ReadonlyMap<string, number> = new Map(KINDS.map((kind, number) => [kind, number]));
const text = json();

export const auto: Codec = {
  name: "auto",
  unit: "chunks",
  keeps: true,
  form: formOf,
  encode: (chunk) => (formOf(chunk) === JSON_FORM ? textOf(chunk) : (chunk as ArrayBufferView)),
  decode(bytes, form = 0) {
    if (form === 0) return bytes;
    if (form === JSON_FORM) return text.decode(bytes, 0);
    const kind = KINDS[form];
    if (kind === "ArrayBuffer") return bytes.slice().buffer;
    const View =
      kind === undefined
        ? undefined
        : (globalThis as unknown as Record<string, ViewConstructor<ArrayBufferView>>)[kind];
    if (View === undefined) {
      const message = `Cannot read a chunk of the form ${form}: this side knows no such kind of view`;
      throw mistake(new RangeError(message), "BAD_CHUNK");
    }
    return viewAs(View, bytes);
  },
};

/** In memory of its own: that of the JSON codec is written again by its next call. */
function textOf(chunk: unknown): Uint8Array {
  return (text.encode(chunk) as Uint8Array).slice();
}

function formOf(chunk: unknown): number {
  if (typeof chunk !== "object" || chunk === null) return JSON_FORM;
  if (chunk instanceof Uint8Array) return 0;
  const tag = Object.prototype.toString.call(chunk).slice(8, -1);
  return numbers.get(tag) ?? JSON_FORM;
}
