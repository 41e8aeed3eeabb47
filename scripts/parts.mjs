// The parts of the test suite: what each runs, in what environment, and how long it may take on two cores, in seconds. A
// part that takes twice its budget fails, for a suite that grows slow unnoticed is run by nobody. `full` is what is
// otherwise with `--full`.

const vitest = (project, ...options) => ["vitest", "run", "--project", project, ...options];

export const parts = [
  { name: "lint", command: ["biome", "check", "--error-on-warnings"], budget: 15 },
  { name: "errors", command: ["node", "scripts/errors.mjs", "--check"], budget: 10 },
  { name: "types", command: ["tsc"], budget: 40 },
  // Written as a user would, to whom `isolatedDeclarations` is nothing.
  { name: "types, an app's", command: ["tsc", "-p", "test/everywhere"], budget: 20 },
  { name: "build", command: ["tsup"], budget: 45 },
  { name: "size", command: ["node", "scripts/size.mjs"], budget: 15 },
  { name: "package", command: vitest("package"), budget: 90 },
  { name: "unit", command: vitest("unit"), budget: 45 },
  {
    name: "simulation",
    command: vitest("simulation"),
    budget: 60,
    env: { SLUICE_SEEDS: "500" },
    full: { budget: 300, env: { SLUICE_SEEDS: "10000" } },
  },
  // Its tests wait for the other side most of the time: two files at once are nearly twice as fast. Not here is what the
  // matrix runs on this Node as well.
  {
    name: "contract",
    command: vitest("contract", "--maxWorkers=2", "--exclude=**/{message-port,ponyfill,worker}.test.ts"),
    budget: 180,
  },
  { name: "wpt-style, proof", command: ["node", "wpt-style-tests/run.mjs", "--prove"], budget: 60 },
  { name: "main job", command: vitest("cli"), budget: 60 },
  // Of a busy session, so many are killed at random moments. The pairs of runtimes are a column of the matrix.
  {
    name: "processes",
    command: vitest("process", "--exclude=**/pairs.test.ts"),
    budget: 120,
    env: { SLUICE_KILLS: "20" },
    full: { budget: 300, env: { SLUICE_KILLS: "200" } },
  },
  // Its tests wait for Python to start most of the time.
  { name: "python", command: vitest("python", "--maxWorkers=2"), budget: 25 },
  { name: "readme", command: vitest("readme"), budget: 30 },
  // Every runtime that can be had, over every kind of link that it has.
  { name: "matrix", command: ["node", "test/matrix/run.mjs"], budget: 480 },
  // Three browsers, each opened twice.
  { name: "fallbacks", command: vitest("fallbacks"), budget: 90 },
  // Pages, frames, popups and workers in three browsers, one after the other.
  { name: "links", command: vitest("links"), budget: 180 },
  { name: "every runtime", command: vitest("everywhere"), budget: 120 },
  { name: "demo page", command: vitest("demo", "--maxWorkers=1"), budget: 180 },
  // Through every codec, there and back between two processes, so many MiB.
  {
    name: "soak",
    command: vitest("soak"),
    budget: 120,
    env: { SLUICE_SOAK_MIB: "32" },
    full: { budget: 300, env: { SLUICE_SOAK_MIB: "1024" } },
  },
  // From a window to its worker in each browser, so many MiB.
  {
    name: "soak, browsers",
    command: vitest("soak in browsers"),
    budget: 120,
    env: { SLUICE_SOAK_MIB: "64" },
    full: { budget: 300, env: { SLUICE_SOAK_MIB: "1024" } },
  },
];

/** `--full`: everything at full size. */
export const fullParts = parts.map(({ full, ...part }) => ({ ...part, ...full }));
