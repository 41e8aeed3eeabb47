/** The links of a parent and a child without a core between them: every byte arrives, once and in its order. */
import process from "node:process";
import { describe, expect, it } from "vitest";
import { type Outcome, run as runHere } from "./bytes/parent.ts";
import { type Runtime, run, script } from "./runtimes.ts";

const MiB = 2 ** 20;
const TOTAL = 100 * MiB;
const TIME = 30_000;

function check(outcome: Outcome, printed: string): void {
  expect(outcome).toMatchObject({ received: TOTAL, code: 0, stderr: printed });
}

describe.each(["stdio", "fd"] as const)("100 MiB both ways, control over %s", (control) => {
  const printed = control === "stdio" ? "printed by the child\n" : "";

  it.each<Runtime>(["node", "node24", "deno", "bun"])("between this Node and %s", async (child) => {
    check(await runHere({ ...script(child, "bytes/child.mjs"), control, total: TOTAL }), printed);
  });

  it.each<[Runtime, Runtime]>([
    ["deno", "node"],
    ["deno", "bun"],
    ["bun", "node"],
    ["bun", "deno"],
    ["bun", "bun"],
  ])("between %s as the parent and %s", async (parent, child) => {
    const task = JSON.stringify({ ...script(child, "bytes/child.mjs"), control, total: TOTAL });
    check(JSON.parse(await run(script(parent, "bytes/parent.ts", task), TIME)), printed);
  });
});

it("a child that makes one connection, for both ways, is served as well", async () => {
  const { command, args } = script("node", "bytes/child.mjs");
  const env = { ...process.env, SLUICE_TEST_ONE: "1" };
  check(await runHere({ command, args, control: "stdio", total: TOTAL, env }), "printed by the child\n");
});
