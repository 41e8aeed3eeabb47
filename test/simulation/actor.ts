/** What a writer or reader of the harness is given. */
import type { ChannelStream } from "../../src/stream/stream.ts";
import type { Flow } from "./flow.ts";
import type { Random } from "./random.ts";
import { makeReason } from "./reasons.ts";
import type { OptionsPlan } from "./scenario.ts";
import type { Watcher } from "./watch.ts";
import type { World } from "./world.ts";

export interface Actor {
  readonly world: World;
  readonly flow: Flow;
  readonly stream: ChannelStream;
  readonly watch: Watcher;
  readonly random: Random;
  readonly transfer: OptionsPlan["transfer"];
}

/** A reason that this actor is about to give: from now on it explains what is seen. */
export function giveReason({ flow, watch, random }: Actor, what: string): unknown {
  const reason = makeReason(random, `${what} of ${flow.label}`);
  watch.causes.gave(watch.side, reason);
  return reason;
}

/** Waits up to `delay` virtual milliseconds; not at all if there is none. */
export async function dawdle({ world, random }: Actor, delay: number): Promise<void> {
  if (delay > 0) await world.sleep(random.int(0, delay));
}
