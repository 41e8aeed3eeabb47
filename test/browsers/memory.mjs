// What a browser holds in memory, as the system says: it tells nobody else.
import { readdirSync, readFileSync } from "node:fs";

/** Bytes of all processes that descend from `pid`, and of itself; what several share is divided among them. Linux only. */
export function memoryOfTree(pid) {
  return tree(pid).reduce((sum, each) => sum + memoryOf(each), 0);
}

function memoryOf(pid) {
  // A process may end meanwhile.
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
}

function tree(root) {
  const children = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    // The name of the process stands in brackets, and may hold any.
    const parent = /^.*\) \S (\d+) /s.exec(read(`/proc/${pid}/stat`))?.[1];
    if (parent === undefined) continue;
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(pid);
  }
  const all = [String(root)];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
