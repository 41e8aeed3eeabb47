/** Going through the page with Tab, as those do who have no mouse. */
import { expect } from "vitest";
import type { DemoPage } from "./demo-page.ts";

/** From one end of a slider to the other. */
export const STEPS = 12;

/** The first stream: generated, the least size, digested by a worker that does not read yet. */
export async function startWithKeys(demo: DemoPage): Promise<void> {
  const { page } = demo;
  await page.evaluate(() => {
    (document.querySelector("[name=size]") as HTMLSelectElement).selectedIndex = 0;
  });
  await tabTo(demo, "[name=operation]");
  for (const _ of ["gunzip", "sha256"]) await page.press("ArrowRight");
  await tabTo(demo, "#new [type=range]");
  for (let i = 0; i < STEPS; i++) await page.press("ArrowLeft");
  await tabTo(demo, "#new [type=submit]");
  await page.press("Enter");
  expect(await demo.streamIn(1, "paused")).toMatchObject({ state: "paused" });
}

export function isFocused(demo: DemoPage, selector: string): Promise<boolean> {
  return demo.page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);
}

/** Presses Tab until the focus is there; on the way, each place must show that it has the focus. */
export async function tabTo(demo: DemoPage, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await demo.page.press("Tab");
    const { isBody, outline, html } = await focused(demo);
    if (!isBody && outline === "none") throw new Error(`The focus cannot be seen at ${html}`);
    if (await isFocused(demo, selector)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

function focused(demo: DemoPage): Promise<{ isBody: boolean; outline: string; html: string }> {
  return demo.page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    // A choice is drawn by what stands behind it.
    const shown = element.matches("[type=radio]") ? (element.nextElementSibling as Element) : element;
    return {
      isBody: element === document.body,
      outline: getComputedStyle(shown).outlineStyle,
      html: element.outerHTML.slice(0, 120),
    };
  });
}
