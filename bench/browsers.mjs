// Between a window and its worker, in each browser: one side produces, the other consumes. A row is a line here; what it
// does is in browsers/MODULE.mjs. The counts make a timed run last about a third of a second, in the slowest browser too.
//
// Who is missing in a row, and why: native streams cannot be told to transfer chunks, so they copy buffers whatever is
// asked; WebKit cannot transfer a stream at all.
import { BrowserMissing, browserNames, openBrowser } from "../test/browsers/open.mjs";
import { openPage } from "./browsers/open-page.mjs";
import { payloads } from "./threads/payloads.mjs";

const TITLES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };
/** Chunks a run, by who moves them: a quick one would be over before a clock of whole milliseconds has seen it. */
const COUNTS = {
  chromium: { object: 60_000, nativeObject: 2_000, buffer: 3_000, nativeBuffer: 400 },
  firefox: { object: 20_000, nativeObject: 600, buffer: 1_500, nativeBuffer: 300 },
  webkit: { object: 80_000, buffer: 2_000 },
};
/** Of the bare port: chunks under way. */
const OBJECTS_WINDOW = 1_024;
const BUFFERS_WINDOW = 128;

/** Opens one browser after the other: none takes time from another's figures. */
export const works = inEachBrowser();

async function* inEachBrowser() {
  for (const name of browserNames) {
    const browser = await available(name);
    if (browser === undefined) continue;
    const page = await openPage(browser);
    try {
      yield* worksIn(page, TITLES[name], browser.version, COUNTS[name]);
    } finally {
      await page.close();
      await browser.close();
    }
  }
}

/** Whoever has no such browser is told how to get it, and may go on without; a machine that tests for all may not. */
async function available(name) {
  try {
    return await openBrowser(name);
  } catch (error) {
    if (!(error instanceof BrowserMissing) || process.env.CI === "true") throw error;
    console.error(`Left out: ${error.message}`);
    return undefined;
  }
}

function* worksIn(page, title, version, counts) {
  const { object, nativeObject, buffer, nativeBuffer } = counts;
  const where = `${title} ${version}`;
  for (const [from, to] of [
    ["window", "worker"],
    ["worker", "window"],
  ]) {
    const row = (subject, options) => page.subject(subject, { from, ...options });
    const objects = (subject, module, count, options) =>
      row(subject, { module, payload: "objects", count, ...options });
    const buffers = (subject, module, count, options) =>
      row(subject, { module, payload: "64 KiB", count, transfer: true, ...options });
    yield {
      work: `${title}, ${from} to ${to}: small objects`,
      where,
      unit: payloads.objects.unit,
      subjects: [
        objects("sluice", "sluice", object),
        ...(nativeObject ? [objects("native", "native", nativeObject)] : []),
        objects("ceiling", "ceiling", object),
        objects("bare port", "port", object, { window: OBJECTS_WINDOW }),
      ],
    };
    yield {
      work: `${title}, ${from} to ${to}: 64 KiB buffers`,
      where,
      unit: payloads["64 KiB"].unit,
      subjects: [
        buffers("sluice, transferred", "sluice", buffer),
        ...(nativeBuffer ? [buffers("native", "native", nativeBuffer)] : []),
        buffers("bare port, transferred", "port", buffer, { window: BUFFERS_WINDOW }),
      ],
    };
  }
}
