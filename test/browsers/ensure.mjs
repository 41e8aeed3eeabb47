// Where the browsers are, fetched first if that is allowed.
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "../runtimes/ensure.mjs";
import { ensureParts, SystemMissing } from "../runtimes/system.mjs";

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
export class BrowserMissing extends SystemMissing {
  name = "BrowserMissing";
}

/** The paths of what `name` needs, in the order of `needed`. Throws a BrowserMissing. */
export function ensureBrowser(name) {
  if (!(name in needed)) throw new TypeError(`There is no browser "${name}": ${browserNames.join(", ")}`);
  const paths = ensureParts(name, needed[name], BrowserMissing);
  // What drives it.
  if (name !== "webkit") ensureInstalled(fileURLToPath(new URL(".", import.meta.url)).replace(/[/\\]$/, ""));
  return paths;
}
