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
  let text: string;
  try {
    text = atob(base64);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(text.length);
  // `Uint8Array.from` with a function takes ten times as long and more.
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
