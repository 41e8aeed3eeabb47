// Chromium, driven by Playwright.
import { chromium } from "playwright-core";
import { pageOf } from "./page.mjs";

export async function open([executablePath], { dark }) {
  const server = await chromium.launchServer({ executablePath, args: ["--no-sandbox"] });
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    name: "chromium",
    version: browser.version(),
    pid: server.process().pid,
    async newPage() {
      const context = await browser.newContext({ colorScheme: dark ? "dark" : "light" });
      const page = await context.newPage();
      return pageOf(page, {
        resize: (width, height) => page.setViewportSize({ width, height }),
        close: () => context.close(),
        /** A session of the DevTools protocol, for what only this browser can be told: `send(method, params)`. */
        session: () => context.newCDPSession(page),
      });
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
