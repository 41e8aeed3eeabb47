/** How the page looks, and whether all can use it: pictures for people to look at, and what axe-core says. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { DemoPage } from "./demo-page.ts";

/** Ignored by git. */
const SCREENS = fileURLToPath(new URL("./.run-screens/", import.meta.url));

/** The page empty, full and after the death of its worker, on a desktop and on a phone. */
export async function inspect(demo: DemoPage, scheme: "light" | "dark"): Promise<void> {
  const { page } = demo;
  mkdirSync(SCREENS, { recursive: true });
  const picture = (what: string): Promise<void> =>
    page.screenshot(`${SCREENS}${demo.browser.name}-${scheme}-${what}.png`);
  await page.resize(1280, 900);
  expect(await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches)).toBe(scheme === "dark");
  expect(await violations(demo)).toEqual([]);
  await picture("desktop-empty");
  await showEverything(demo);
  expect(await violations(demo)).toEqual([]);
  await picture("desktop");

  await page.resize(360, 740);
  expect(await violations(demo)).toEqual([]);
  await picture("phone");
  await page.evaluate(() => document.querySelector("#streams")?.scrollIntoView());
  await picture("phone-stream");
  const { content, width } = await page.evaluate(() => {
    return { content: document.documentElement.scrollWidth, width: innerWidth };
  });
  expect(content).toBeLessThanOrEqual(width);

  await page.resize(1280, 900);
  await page.click("#worker-button");
  expect(await demo.streamIn(4, "failed")).toMatchObject({ state: "failed" });
  expect(await violations(demo)).toEqual([]);
  await page.evaluate(() => scrollTo(0, 0));
  await picture("desktop-killed");
}

/** A stream of each kind: failed, done, digested, and one that pauses, its figures open. */
async function showEverything(demo: DemoPage): Promise<void> {
  await demo.chooseFile("/sample.bin", "gunzip", "picked");
  await demo.start();
  await demo.streamIn(1, "failed");
  await demo.chooseFile("/sample.bin", "gzip", "picked");
  await demo.start();
  await demo.streamIn(2, "done");
  await demo.chooseFile("/sample.bin", "sha256", "picked");
  await demo.start();
  await demo.streamIn(3, "done");
  await demo.chooseGenerated("gzip", 1, "long");
  await demo.start();
  await demo.until("bytes have been read", async () => ((await demo.stream(4))?.pulls ?? 0) > 100);
  await demo.setSpeed(4, "stopped");
  expect(await demo.streamIn(4, "paused")).toMatchObject({ state: "paused" });
  await demo.page.click("#streams > li:first-child summary");
}

async function violations(demo: DemoPage): Promise<unknown[]> {
  return demo.page.evaluate(async () => {
    type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    const scope = globalThis as unknown as { axe?: Axe };
    if (scope.axe === undefined) {
      const script = document.createElement("script");
      script.src = "/axe.js";
      await new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    }
    const found = await (scope.axe as Axe).run();
    return found.violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
    }));
  });
}
