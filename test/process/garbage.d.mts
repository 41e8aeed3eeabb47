/** Types of `garbage.mjs`. */
import type { Socket } from "node:net";

export const garbage: Readonly<Record<"noise" | "text" | "ones", () => Uint8Array>>;
export const sockets: () => Socket[];
