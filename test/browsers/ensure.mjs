// Where the browsers are, fetched first if that is allowed. They come from the system's package manager, which is called
// only as root on Debian and with `CI=true` or `--install` (for its children: `SLUICE_INSTALL=true`); else whoever is asked says which command to run.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "../runtimes/ensure.mjs";

/** In each list, the first path that exists is the one. */
const needed = {
  chromium: [{ package: "chromium", paths: ["/usr/bin/chromium", "/usr/bin/google-chrome"] }],
  firefox: [{ package: "firefox-esr", paths: ["/usr/bin/firefox-esr", "/usr/bin/firefox"] }],
  webkit: [
    {
      package: "libwebkit2gtk-4.1-0",
      paths: [
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
      ],
    },
    { package: "webkit2gtk-driver", paths: ["/usr/bin/WebKitWebDriver"] },
    { package: "xvfb", paths: ["/usr/bin/Xvfb"] },
  ],
};

export const browserNames = Object.keys(needed);

/** A browser that is not there, and how to get it. */
export class BrowserMissing extends Error {
  constructor(name, packages) {
    super(`${name} is not installed: run \`${installCommand(packages)}\`, or repeat this with CI=true or --install`);
    this.name = "BrowserMissing";
  }
}

/** The paths of what `name` needs, in the order of `needed`. Throws a BrowserMissing. */
export function ensureBrowser(name) {
  if (!(name in needed)) throw new TypeError(`There is no browser "${name}": ${browserNames.join(", ")}`);
  const missing = needed[name].filter((part) => find(part) === undefined).map((part) => part.package);
  if (missing.length > 0) {
    if (!mayInstall()) throw new BrowserMissing(name, missing);
    install(missing);
  }
  const paths = needed[name].map(find);
  if (paths.includes(undefined)) throw new BrowserMissing(name, missing);
  // What drives it.
  if (name !== "webkit") ensureInstalled(fileURLToPath(new URL(".", import.meta.url)).replace(/[/\\]$/, ""));
  return paths;
}

function find({ paths }) {
  return paths.find((path) => existsSync(path));
}

function mayInstall() {
  const { CI, SLUICE_INSTALL } = process.env;
  const asked = CI === "true" || SLUICE_INSTALL === "true" || process.argv.includes("--install");
  return asked && process.getuid?.() === 0 && existsSync("/etc/debian_version");
}

function installCommand(packages) {
  return `apt-get install --no-install-recommends ${packages.join(" ")}`;
}

function install(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const install = () => apt("install", "-qq", "--yes", "--no-install-recommends", ...packages);
  // The lists of packages may be old, or not there at all.
  if (install().status !== 0) {
    apt("update", "-qq");
    install();
  }
}
