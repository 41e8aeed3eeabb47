// What the tests need of the system: where it is, fetched first if that is allowed. It comes from the system's package
// manager, which is called only as root on Debian and with `CI=true` or `--install` (for its children:
// `SLUICE_INSTALL=true`); else whoever asks is told which command to run.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Something of the system that is not there, and how to get it. */
export class SystemMissing extends Error {
  name = "SystemMissing";

  constructor(what, packages) {
    const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
    super(`${what} is not installed: run \`${command}\`, or repeat this with CI=true or --install`);
  }
}

/**
 * The path of each part, `{ package, paths }`: the first of its paths that exists. Throws a SystemMissing, or the class
 * of it that is given.
 */
export function ensureParts(what, parts, Missing = SystemMissing) {
  const missing = parts.filter((part) => find(part) === undefined).map((part) => part.package);
  if (missing.length > 0) {
    if (!mayInstall()) throw new Missing(what, missing);
    install(missing);
  }
  const paths = parts.map(find);
  if (paths.includes(undefined)) throw new Missing(what, missing);
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
