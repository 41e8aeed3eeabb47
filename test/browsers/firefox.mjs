// Firefox, driven by Puppeteer over WebDriver BiDi.
import puppeteer from "puppeteer-core";

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
      return wrap(await browser.newPage());
    },
    close: () => browser.close(),
  };
}

function wrap(page) {
  page.setDefaultTimeout(0);
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (fn, ...args) => page.evaluate(`(${fn})(...${JSON.stringify(args)})`),
    click: (selector) => page.click(selector),
    press: (keys) => page.keyboard.press(keys),
    resize: (width, height) => page.setViewport({ width, height }),
    screenshot: async (file) => void (await page.screenshot({ path: file })),
    close: () => page.close(),
  };
}
