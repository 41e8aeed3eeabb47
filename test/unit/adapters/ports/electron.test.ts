/** Links over Electron's ports, of which these are fakes. */
import { connect } from "sluice";
import { electronPortLink } from "sluice/ports";
import { expect, it, onTestFinished } from "vitest";
import { FakeElectronPort } from "../../../contract/pairs/ports.ts";

it("refuses a second channel on a port, and the first goes on", async () => {
  const { port1, port2 } = new MessageChannel();
  const [near, far] = [new FakeElectronPort(port1), new FakeElectronPort(port2)];
  const channels = [connect(electronPortLink(near)), connect(electronPortLink(far), { methods: { ping: () => 1 } })];
  onTestFinished(() => channels.forEach((channel) => channel.abort()));
  expect(() => connect(electronPortLink(near))).toThrow(expect.objectContaining({ code: "BAD_LINK" }));
  expect(await channels[0]?.call("ping")).toBe(1);
});
