import { afterEach, expect, it, vi } from "vitest";
import { tellsClose } from "../../../../adapters/message-port/link.ts";

afterEach(() => vi.unstubAllGlobals());

it("Node tells a port that its other end was closed", () => {
  expect(tellsClose()).toBe(true);
});

it.each([
  ["Deno", "Deno", {}],
  ["workerd", "navigator", { userAgent: "Cloudflare-Workers" }],
])("%s passes for Node, and does not", (_, name, value) => {
  vi.stubGlobal(name, value);
  expect(tellsClose()).toBe(false);
});
