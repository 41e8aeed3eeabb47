/**
 * Bytes in pieces of a bounded size, one for each pull. Runtimes choose the size of what they read and unpack, and some
 * give everything at once: WebKit's DecompressionStream answers one chunk of zeros, packed, with a thousand times as much.
 */

export function inPieces(stream: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let rest: Uint8Array = new Uint8Array(0);
  return new ReadableStream(
    {
      async pull(controller) {
        while (rest.byteLength === 0) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          rest = value;
        }
        // A buffer of its own can be moved to the other side; one that is whole already is.
        const isPiece = rest.byteLength <= size && rest.byteLength === rest.buffer.byteLength;
        const piece = isPiece ? rest : rest.slice(0, size);
        rest = rest.subarray(piece.byteLength);
        controller.enqueue(piece as Uint8Array<ArrayBuffer>);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
