// A browser of one of three kinds, driven in one way: pages that go to an address, evaluate a function, take a picture.
// What each kind needs to be driven is in its own file.
import { BrowserMissing, browserNames, ensureBrowser } from "./ensure.mjs";

export { BrowserMissing, browserNames };

const drivers = {
  chromium: () => import("./chromium.mjs"),
  firefox: () => import("./firefox.mjs"),
  webkit: () => import("./webkit.mjs"),
};

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto Resolves once the document has loaded.
 * @property {<T>(fn: (...args: any[]) => T | Promise<T>, ...args: unknown[]) => Promise<T>} evaluate Runs `fn`, by its
 *   source, in the page, and resolves with what it resolves with; arguments and result are JSON.
 * @property {(selector: string) => Promise<void>} click A real click, as by a mouse.
 * @property {(keys: string) => Promise<void>} press One key ("Tab", "Enter", " ", "a") to what has the focus.
 * @property {(width: number, height: number) => Promise<void>} resize
 * @property {(file: string) => Promise<void>} screenshot A PNG.
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {"chromium" | "firefox" | "webkit"} name
 * @property {string} version
 * @property {number} pid Of the process that all others of the browser descend from.
 * @property {() => Promise<Page>} newPage
 * @property {() => Promise<void>} close
 */

/**
 * Throws a BrowserMissing where the browser is not there. With `dark`, pages are told that dark colours are preferred.
 * @returns {Promise<Browser>}
 */
export async function openBrowser(name, { dark = false } = {}) {
  const paths = ensureBrowser(name);
  const { open } = await drivers[name]();
  return open(paths, { dark });
}
