/**
 * What `connect` refuses is refused before there is a process: it is tried on a link to nobody, so that no check is
 * written twice.
 */
import { type ByteLink, framed } from "../../src/bytes.ts";
import { Channel } from "../../src/channel.ts";
import type { ConnectOptions } from "../../src/options.ts";
import { realmScheduler } from "../message-port/scheduler.ts";

/** Throws as `connect` does. */
export function checkConnect(options: ConnectOptions): void {
  new Channel(framed(toNobody()), options).abort();
}

/** As much as the checks see of a link to a process. */
function toNobody(): ByteLink {
  const nothing = (): void => {};
  return {
    kind: "bytes",
    trusted: true,
    scheduler: realmScheduler(),
    heartbeat: 0,
    listen: nothing,
    post: nothing,
    write: () => true,
    keepAlive: nothing,
    close: nothing,
  };
}
