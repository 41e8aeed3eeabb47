/**
 * `raw`: bytes as they are. A chunk is any buffer or view; it arrives as a `Uint8Array`, or as the view asked for.
 * Nothing is converted: both sides must agree on what the bytes mean, their order included.
 */
import { mistake } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { type ViewConstructor, viewAs } from "./view.ts";

export type { Codec } from "./codec.ts";
export type { ViewConstructor } from "./view.ts";

/** What has no elements of its own. */
const BYTES = ["Uint8Array", "ArrayBuffer", "DataView"];

/** A codec for bytes: `raw()` delivers `Uint8Array`s, `raw(Float32Array)` that view. */
export function raw(): Codec<Uint8Array>;
export function raw<V extends ArrayBufferView>(View: ViewConstructor<V>): Codec<V>;
export function raw(View: ViewConstructor<ArrayBufferView> = Uint8Array): Codec<ArrayBufferView> {
  if (!isViewClass(View)) {
    const message = "Cannot make a raw codec of that: pass the class of a view, such as Float32Array, or nothing";
    throw mistake(new TypeError(message), "BAD_OPTION");
  }
  const size = View.BYTES_PER_ELEMENT ?? 1;
  return {
    name: "raw",
    unit: "bytes",
    keeps: true,
    encode(chunk) {
      if (ArrayBuffer.isView(chunk) || Object.prototype.toString.call(chunk) === "[object ArrayBuffer]") {
        if (View !== Uint8Array) checkElements(chunk as ArrayBufferView | ArrayBuffer, View, size);
        return chunk;
      }
      const got = chunk === null ? "null" : typeof chunk;
      throw mistake(
        new TypeError(
          `Cannot write ${got} to a raw stream: pass an ArrayBuffer or a view, or open it with another codec`,
        ),
        "BAD_CHUNK",
      );
    },
    decode(bytes) {
      return View === Uint8Array ? bytes : viewAs(View, bytes);
    },
  };
}

/** A view of another kind would arrive as other numbers. Bytes are as good, if they are whole elements. */
function checkElements(
  chunk: ArrayBufferView | ArrayBuffer,
  View: ViewConstructor<ArrayBufferView>,
  size: number,
): void {
  const kind = Object.prototype.toString.call(chunk).slice(8, -1);
  if (kind !== View.name && !BYTES.includes(kind)) {
    const message = `Cannot write a ${kind} to a raw(${View.name}) stream: pass a ${View.name}, or its bytes`;
    throw mistake(new TypeError(message), "BAD_CHUNK");
  }
  if (chunk.byteLength % size === 0) return;
  const message = `Cannot write ${chunk.byteLength} bytes to a raw(${View.name}) stream: no multiple of ${size}, write whole elements`;
  throw mistake(new RangeError(message), "BAD_CHUNK");
}

/** Of any realm. */
function isViewClass(View: unknown): View is ViewConstructor<ArrayBufferView> {
  return typeof View === "function" && ("BYTES_PER_ELEMENT" in View || View.name === "DataView");
}
