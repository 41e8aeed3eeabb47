// Firefox, driven by Puppeteer over WebDriver BiDi.
import puppeteer from "puppeteer-core";
import { pageOf } from "./page.mjs";

export async function open([executablePath], { dark }) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    // A call may take as long as what it measures.
    protocolTimeout: 0,
    env: { ...process.env, MOZ_DISABLE_CONTENT_SANDBOX: "1", HOME: process.env.TMPDIR ?? "/tmp" },
    extraPrefsFirefox: {
      "dom.disable_open_during_load": false,
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
    },
  });
  return {
    name: "firefox",
    version: (await browser.version()).replace(/^firefox\//i, ""),
    pid: browser.process().pid,
    async newPage() {
      const page = await browser.newPage();
      return pageOf(page, {
        resize: (width, height) => page.setViewport({ width, height }),
        close: () => page.close(),
      });
    },
    close: () => browser.close(),
  };
}
