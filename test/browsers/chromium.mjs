// Chromium, driven by Playwright.
import { chromium } from "playwright-core";

export async function open([executablePath], { dark }) {
  const server = await chromium.launchServer({ executablePath, args: ["--no-sandbox"] });
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    name: "chromium",
    version: browser.version(),
    pid: server.process().pid,
    async newPage() {
      const context = await browser.newContext({ colorScheme: dark ? "dark" : "light" });
      return wrap(await context.newPage(), () => context.close());
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

function wrap(page, close) {
  page.setDefaultTimeout(0);
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (fn, ...args) => page.evaluate(`(${fn})(...${JSON.stringify(args)})`),
    click: (selector) => page.click(selector),
    press: (keys) => page.keyboard.press(keys),
    resize: (width, height) => page.setViewportSize({ width, height }),
    screenshot: async (file) => void (await page.screenshot({ path: file })),
    close,
    /** A session of the DevTools protocol, for what only this browser can be told: `send(method, params)`. */
    session: () => page.context().newCDPSession(page),
  };
}
