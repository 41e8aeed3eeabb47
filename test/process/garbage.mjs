// Bytes that are no frames, and where frames go.
import process from "node:process";

export const garbage = {
  noise: () => Uint8Array.from({ length: 4096 }, (_, at) => (at * 131 + 7) % 256),
  text: () => new TextEncoder().encode("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".repeat(10)),
  ones: () => new Uint8Array(64).fill(0xff),
};

/** The connections in use that this process has accepted: on these it sends its frames. */
export function sockets() {
  return process._getActiveHandles().filter((handle) => handle.constructor.name === "Socket" && handle.server);
}
