// What Playwright's pages and Puppeteer's have in common, as the one kind of page that `open.mjs` gives.

/** `rest`: what the two do differently. */
export function pageOf(page, rest) {
  page.setDefaultTimeout(0);
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (fn, ...args) => page.evaluate(`(${fn})(...${JSON.stringify(args)})`),
    click: (selector) => page.click(selector),
    press: (keys) => page.keyboard.press(keys),
    screenshot: async (file) => void (await page.screenshot({ path: file })),
    ...rest,
  };
}
