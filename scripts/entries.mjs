// The entries of the package, read off `exports` of package.json: the one list of them. What else must name them (the
// build, the tests' aliases, the size report, the consumer test) asks here.
import { readFileSync } from "node:fs";

const { name: packageName, exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** The conditions that a runtime asks for, as its documentation has them. */
const CONDITIONS = {
  browser: ["browser", "import", "default"],
  node: ["node", "import", "default"],
  types: ["types"],
};

/** Where `conditions` lead, in the order of the map; `undefined`: nowhere. */
function resolve(target, conditions) {
  if (typeof target === "string") return target;
  for (const [condition, inner] of Object.entries(target)) {
    const found = conditions.includes(condition) ? resolve(inner, conditions) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const targetsOf = (target) => (typeof target === "string" ? [target] : Object.values(target).flatMap(targetsOf));

/** What a file of the build is made of. */
const sourceOf = (built) => built.replace(/^\.\/dist\//, "").replace(/(\.d)?\.[jt]s$/, ".ts");

const modules = Object.entries(exports).filter(([, target]) => typeof target === "object");

/** Each with the name that users import, and its source for browsers, and for Node. */
export const entries = modules.map(([path, target]) => ({
  name: packageName + path.slice(1),
  path,
  browser: sourceOf(resolve(target, CONDITIONS.browser)),
  node: sourceOf(resolve(target, CONDITIONS.node)),
}));

/** Every source that the build has to make a file of. */
export const sources = [...new Set(modules.flatMap(([, target]) => targetsOf(target)).map(sourceOf))].sort();
