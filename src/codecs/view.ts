/** Bytes read as a view of another kind: what `raw` and `auto` share. */
import { mistake } from "../errors.ts";

/** A typed array's constructor: `Float32Array`, say. */
export interface ViewConstructor<V extends ArrayBufferView> {
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): V;
}

/** The very bytes as another kind of view. Throws for half an element. */
export function viewAs<V extends ArrayBufferView>(View: ViewConstructor<V>, bytes: Uint8Array): V {
  const { BYTES_PER_ELEMENT: size = 1, name } = View;
  const length = bytes.byteLength / size;
  if (Number.isInteger(length)) return new View(bytes.buffer, bytes.byteOffset, length);
  const message = `Cannot read ${bytes.byteLength} bytes as ${name}: no multiple of ${size}, write whole elements`;
  throw mistake(new RangeError(message), "BAD_CHUNK");
}
