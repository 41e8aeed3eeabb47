// What the system says of a process's memory, in bytes: `VmRSS`, what is resident now; `VmHWM`, the most that ever was.
import { readFileSync } from "node:fs";

export function memoryOf(pid, field) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
}
