export type BrowserName = "chromium" | "firefox" | "webkit";

export interface Page {
  goto(url: string): Promise<void>;
  /** Runs `fn`, by its source, in the page; arguments and result are JSON. */
  evaluate<Args extends unknown[], T>(fn: (...args: Args) => T | Promise<T>, ...args: Args): Promise<T>;
  click(selector: string): Promise<void>;
  press(keys: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  readonly name: BrowserName;
  readonly version: string;
  readonly pid: number;
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

export class BrowserMissing extends Error {}
export const browserNames: readonly BrowserName[];
/** Throws a BrowserMissing where the browser is not there. With `dark`, pages are told that dark colours are preferred. */
export function openBrowser(name: BrowserName, options?: { readonly dark?: boolean }): Promise<Browser>;
