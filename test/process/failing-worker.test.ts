/** Web workers that fail, in the runtimes that end their processes in ways of their own. */
import { expect, it } from "vitest";
import { type Runtime, run, script } from "./runtimes.ts";

it.each<Runtime>(["node", "deno", "bun"])(
  "a worker that fails ends its channel with what it says, and nothing else, in %s",
  async (runtime) => {
    expect(JSON.parse(await run(script(runtime, "worker-parent.mjs"), 20_000))).toEqual([
      { call: "CONNECTION_LOST", closed: expect.stringMatching(/The worker failed: (.|\n)*it went wrong/) },
      { call: "CONNECTION_LOST", closed: expect.stringMatching(/The worker failed.*no-such-worker/) },
    ]);
  },
);
