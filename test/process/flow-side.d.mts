/** Types of `flow-side.mjs`. */
import type { Channel, Definition } from "sluice";

export const makeSide: (channel: () => Channel) => Required<Pick<Definition, "streams" | "methods">>;
