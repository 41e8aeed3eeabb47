/** Every runtime as the parent of every runtime: calls, streams and data both ways, and each way to end. */
import { describe, expect, it } from "vitest";
import { type Runtime, run, script } from "./runtimes.ts";

const TIME = 30_000;
const all: readonly Runtime[] = ["node", "deno", "bun"];
const controls = ["stdio", "fd"] as const;

/**
 * The length of an answer that is followed by `process.exit()` at once. Deno can write to descriptor 3 in no way that
 * waits: what the system does not take in one piece is lost then.
 */
const lastAnswer = (child: Runtime, control: string): number =>
  child === "deno" && control === "fd" ? 50_000 : 300_000;

async function parent(runtime: Runtime, child: Runtime, control: string): Promise<unknown> {
  const task = { ...script(child, "worker.mjs"), control, last: lastAnswer(child, control) };
  const output = await run(script(runtime, "parent.mjs", JSON.stringify(task)), TIME);
  return JSON.parse(output);
}

const expected = (child: Runtime, control: string): object => ({
  samePid: true,
  greeted: true,
  sum: 3,
  asked: 42,
  text: true,
  counted: 500_500,
  echoed: true,
  received: { bytes: 10 * 2 ** 20, chunks: 10 },
  back: 1_000_000,
  exit: { code: 0, signal: null },
  stderr: control === "fd" ? "" : "logged\nlogged\n",
  last: lastAnswer(child, control),
  closed: "CONNECTION_LOST: true",
  lastExit: { code: 3, signal: null },
  pending: "CONNECTION_LOST",
  killed: { code: null, signal: "SIGKILL" },
});

describe.each(controls)("Control over %s", (control) => {
  for (const runtime of all) {
    for (const child of all) {
      it(`works between ${runtime} as the parent and ${child} as the child`, async () => {
        expect(await parent(runtime, child, control)).toEqual(expected(child, control));
      });
    }
  }

  for (const version of [22, 24, 26] as const) {
    it(`works between two of Node ${version}`, async () => {
      const node = `node${version}` as const;
      expect(await parent(node, node, control)).toEqual(expected(node, control));
    });
  }
});
