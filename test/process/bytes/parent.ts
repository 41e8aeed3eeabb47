// Spawns a child and moves bytes both ways. Run by any runtime that runs TypeScript:
//   parent.ts '{"command": "node", "args": [...], "control": "stdio", "total": 1000}'
import { spawn } from "node:child_process";
import process from "node:process";
import { ChildLink } from "../../../adapters/process/child-link.ts";
import { Directory } from "../../../adapters/process/directory.ts";
import { Listener } from "../../../adapters/process/listener.ts";
import { Stderr } from "../../../adapters/process/stderr.ts";
import { drive } from "./drive.mjs";

export interface Task {
  readonly command: string;
  readonly args: readonly string[];
  readonly control: "stdio" | "fd";
  readonly total: number;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Outcome {
  readonly received: number;
  readonly took: number;
  readonly code: number | null;
  readonly stderr: string;
}

export async function run({ command, args, control, total, env }: Task): Promise<Outcome> {
  const directory = Directory.make();
  const listener = await Listener.open(directory.path);
  const child = spawn(command, [...args, String(total), control], {
    stdio: control === "fd" ? ["ignore", "ignore", "pipe", "pipe"] : ["pipe", "pipe", "pipe"],
    ...(env && { env }),
  });
  const stderr = new Stderr(child.stderr);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const link = new ChildLink({
    name: "The child",
    process: child,
    control,
    stderr,
    directory,
    listener,
    heartbeat: 0,
    onStray: undefined,
  });
  try {
    const outcome = await drive(link, total);
    link.close();
    const code = await exited;
    const reader = stderr.readable.getReader();
    const { value } = await reader.read();
    return { ...outcome, code, stderr: new TextDecoder().decode(value) };
  } finally {
    child.kill("SIGKILL");
  }
}

const task = process.argv[2];
if (task?.startsWith("{")) {
  const outcome = await run(JSON.parse(task) as Task);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
