/** What the core makes of an end of a link. */
import { expect, it } from "vitest";
import { DoorLink } from "../../../../adapters/message-port/door-link.ts";
import { MessagePortLink } from "../../../../adapters/message-port/link.ts";
import { TOLD } from "../../../../adapters/message-port/presence.ts";
import type { CoreLink } from "../../../../src/wire/core-link.ts";

it("has nothing by a name that the core knows otherwise", () => {
  const { port1 } = new MessageChannel();
  const door = { name: "", tellsDeath: true, post() {}, open: () => () => {}, keepAlive() {} };
  // The core asks any link for what only some have: a member of that name would be taken for it, a protected one as well.
  const links: Omit<CoreLink, "listen">[] = [
    new MessagePortLink(port1),
    new DoorLink(door, { role: "host", bond: TOLD }),
  ];
  for (const { lane, splits, hello, greeted } of links)
    expect([lane, splits, hello, greeted]).toEqual([undefined, undefined, undefined, undefined]);
  port1.close();
});
