/** Bytes as base64 and back, by what every browser has. */

/** Arguments that a call may have everywhere. */
const MOST_ARGUMENTS = 8_192;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += MOST_ARGUMENTS)
    text += String.fromCharCode(...bytes.subarray(start, start + MOST_ARGUMENTS));
  return btoa(text);
}

/** `undefined` for what is none. */
export function fromBase64(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
