/** Going through the page with Tab, as those do who have no mouse. */
import type { DemoPage } from "./demo-page.ts";

/** Presses Tab until the focus is there; on the way, each place must show that it has the focus. */
export async function tabTo(demo: DemoPage, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await demo.page.press("Tab");
    const { isBody, outline, html } = await focused(demo);
    if (!isBody && outline === "none") throw new Error(`The focus cannot be seen at ${html}`);
    if (await demo.page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

export function focused(demo: DemoPage): Promise<{ isBody: boolean; outline: string; html: string }> {
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
