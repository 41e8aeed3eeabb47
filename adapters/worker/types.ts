/** What the links to workers have in common, in every runtime. */
import type { MessagePortOptions } from "../message-port/types.ts";

export type WorkerLinkOptions = Omit<MessagePortOptions, "trusted">;
