// Where the time of one row goes: repeats it under --cpu-prof and prints, for each thread, the functions with the most
// time of their own. The profiles stay where it says, for DevTools. Not a measurement: profiling slows everything down.
//
//   node bench/profile.mjs threads "small objects" sluice [repeats]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { ensureRuntime } from "../test/runtimes/ensure.mjs";

const SHOWN = 25;
const here = fileURLToPath(new URL(".", import.meta.url));
const node = ensureRuntime("node24");

const [name, work, subject, repeats = "10"] = process.argv.slice(2);
if (!subject) {
  console.error("usage: node bench/profile.mjs BENCH WORK SUBJECT [repeats]");
  process.exit(2);
}
const folder = mkdtempSync(`${tmpdir()}/sluice-profile-`);
const flags = ["--expose-gc", "--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"];
const { status } = spawnSync(node, [...flags, `${here}lib/repeat.mjs`, name, work, subject, repeats], {
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
for (const file of readdirSync(folder).sort()) summarise(`${folder}/${file}`);

function summarise(file) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
  const byId = new Map(nodes.map(({ id, callFrame }) => [id, label(callFrame)]));
  const self = new Map();
  samples.forEach((id, at) => {
    const of = byId.get(id);
    self.set(of, (self.get(of) ?? 0) + timeDeltas[at]);
  });
  self.delete("(idle)");
  const busy = [...self.values()].reduce((sum, time) => sum + time, 0);
  console.log(`\n${file}: busy for ${(busy / 1e6).toFixed(2)} s`);
  for (const [of, time] of [...self].sort((a, b) => b[1] - a[1]).slice(0, SHOWN)) {
    console.log(`${((100 * time) / busy).toFixed(1).padStart(6)} %  ${of}`);
  }
}

function label({ functionName, url, lineNumber }) {
  const path = url.replace(/^.*\/(?=dist\/|bench\/)/, "");
  return `${functionName || "(anonymous)"}${path ? `  ${path}:${lineNumber + 1}` : ""}`;
}
