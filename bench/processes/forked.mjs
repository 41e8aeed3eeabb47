// A subject of the processes benchmark. Its child lives as long as the subject, through all rounds: what is measured is
// what a long-lived pair moves, and code that has been compiled in one round is compiled in all. The harness's first run
// of each subject warms both processes up and is not counted. What a run is, the drivers know.
//
// A peer module has both sides; an end knows how to do what the rows ask of its peer, and nothing else:
//   parent(start, options)   `start.args` are those of a Node that loads this peer's other side; `start.ready` resolves
//                            once it has; `start.data` is the path of a socket that the peer may use, `start.fork()` the
//                            child by node:child_process with pipes
//   child(options)           loaded in the child, `options.data` that path
//   both resolve to an end   { receive?(receiver), send?(sender), call?(value), close?() }
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listenForChild } from "./control.mjs";

const PATIENCE_MS = 2_000;

/** The harness's subject `{ subject, open }` for `./peers/PEER.mjs`; `measure(end, ask)` does one run. */
export function forked(subject, { peer, options = {}, measure }) {
  const url = new URL(`./peers/${peer}.mjs`, import.meta.url).href;

  const open = async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
    const given = { ...options, data: join(folder, "data") };
    const path = join(folder, "control");
    const control = await listenForChild(path);
    const children = [];
    // What this Node was started with: `--expose-gc`, and a profiler's.
    const args = [...process.execArgv, childFile, JSON.stringify({ path, url, options: given })];
    const start = {
      args,
      data: given.data,
      ready: control.accepted,
      fork() {
        const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
        children.push(child);
        return child;
      },
    };
    let end;
    let far;
    const close = async () => {
      try {
        await end?.close?.();
      } finally {
        // With its control, a child that is still there ends too.
        far?.close();
        control.close();
        await Promise.all(children.map(gone));
        rmSync(folder, { recursive: true, force: true });
      }
    };
    try {
      const { parent } = await import(url);
      [end, far] = await Promise.all([parent(start, given), control.accepted]);
    } catch (error) {
      await close();
      throw error;
    }
    return { once: () => Promise.race([measure(end, far.ask), far.died]), close };
  };
  return { subject, open };
}

/** Without its control a child ends by itself, and soon. */
async function gone(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  await once(child, "exit");
  clearTimeout(timer);
}

const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));
