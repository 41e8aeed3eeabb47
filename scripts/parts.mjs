// The parts of the test suite: what each runs, in what environment, and how long it may take on two cores, in seconds. A
// part that takes twice its budget fails, for a suite that grows slow unnoticed is run by nobody; what runs beside another
// part is slower for it, and its budget allows for that. `full` is what is otherwise with `--full`.
//
// They run stage by stage. A stage has lanes, whose parts run one after the other, and the lanes at the same time: what
// waits for npm, for a browser or for a single thread leaves room for another. Nobody but `build` writes into dist.

const vitest = (project, ...options) => ["vitest", "run", "--project", project, ...options];

const checks = [
  { name: "lint", command: ["biome", "check", "--error-on-warnings"], budget: 20 },
  { name: "errors", command: ["node", "scripts/errors.mjs", "--check"], budget: 10 },
  { name: "types", command: ["tsc"], budget: 45 },
  // Written as a user would, to whom `isolatedDeclarations` is nothing.
  { name: "types, an app's", command: ["tsc", "-p", "test/everywhere"], budget: 20 },
];

const build = [{ name: "build", command: ["tsup"], budget: 60 }];

/** Of the source, without what was built. */
const source = [
  { name: "unit", command: vitest("unit"), budget: 70 },
  {
    name: "simulation",
    command: vitest("simulation"),
    budget: 75,
    env: { SLUICE_SEEDS: "500" },
    full: { budget: 300, env: { SLUICE_SEEDS: "10000" } },
  },
];

const packed = [
  { name: "size", command: ["node", "scripts/size.mjs"], budget: 15 },
  { name: "package", command: vitest("package"), budget: 110 },
];

/** What uses both cores by itself, or starts processes and looks at what is left of them. */
const alone = [
  // Its tests wait for the other side most of the time: two files at once are nearly twice as fast. Not here is what the
  // matrix runs on this Node as well.
  {
    name: "contract",
    command: vitest("contract", "--maxWorkers=2", "--exclude=**/{message-port,ponyfill,worker}.test.ts"),
    budget: 240,
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
  { name: "matrix", command: ["node", "test/matrix/run.mjs"], budget: 560 },
];

/** Pages, frames, popups and workers in three browsers, one after the other. */
const links = [{ name: "links", command: vitest("links"), budget: 180 }];

const demo = [{ name: "demo page", command: vitest("demo", "--maxWorkers=1"), budget: 220 }];

/** Through every codec, there and back between two processes, so many MiB; and what a process's memory shows. */
const soak = [
  {
    name: "soak",
    command: vitest("soak"),
    budget: 160,
    env: { SLUICE_SOAK_MIB: "32" },
    full: { budget: 300, env: { SLUICE_SOAK_MIB: "1024" } },
  },
];

const browsers = [
  // Three browsers, each opened twice.
  { name: "fallbacks", command: vitest("fallbacks"), budget: 90 },
  { name: "every runtime", command: vitest("everywhere"), budget: 120 },
  // From a window to its worker in each browser, so many MiB.
  {
    name: "soak, browsers",
    command: vitest("soak in browsers"),
    budget: 120,
    env: { SLUICE_SOAK_MIB: "64" },
    full: { budget: 300, env: { SLUICE_SOAK_MIB: "1024" } },
  },
];

export const stages = [
  [
    [...checks, ...source],
    [...build, ...packed],
  ],
  [alone],
  [
    [...links, ...soak],
    [...demo, ...browsers],
  ],
];

/** `--full`: everything at full size. */
export const fullStages = stages.map((lanes) =>
  lanes.map((lane) => lane.map(({ full, ...part }) => ({ ...part, ...full }))),
);
