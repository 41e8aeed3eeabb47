/**
 * The page of `npm run demo:web` in a browser, used as a person uses it: what is clicked is clicked. What it shows is
 * read from what it shows; nothing of its inside is touched.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildPage } from "../../examples/web/build.mjs";
import { type Browser, type BrowserName, openBrowser, type Page } from "../browsers/open.mjs";
import { type Served, serve } from "../browsers/serve.mjs";
import { ensureInstalled } from "../runtimes/ensure.mjs";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Whatever is waited for has come by then, in milliseconds. */
const DEADLINE = 30_000;

export type Source = "generated" | "file" | "url";
export type Operation = "gzip" | "gunzip" | "sha256";

/** A stream, as it is shown. */
export interface Shown {
  readonly state: string;
  readonly label: string;
  readonly pulls: number;
  readonly there: string;
  readonly back: string;
  /** What came back and waits to be read. */
  readonly unread: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly download: string | null;
}

export class DemoPage {
  readonly page: Page;
  readonly browser: Browser;
  readonly server: Served;

  private constructor(browser: Browser, page: Page, server: Served) {
    this.browser = browser;
    this.page = page;
    this.server = server;
  }

  /** `files` are served beside the page, by path. Throws a BrowserMissing. */
  static async open(
    name: BrowserName,
    files: Readonly<Record<string, Uint8Array>>,
    options: { readonly dark?: boolean } = {},
  ): Promise<DemoPage> {
    for (const folder of ["../../examples/web", "."]) ensureInstalled(here(folder).replace(/\/$/, ""));
    const browser = await openBrowser(name, options);
    const routes = await buildPage();
    const html = Buffer.from(routes["/"]?.body ?? "").toString();
    const served = Object.entries(files).map(([path, body]) => [path, { type: "application/octet-stream", body }]);
    const server = await serve({
      routes: {
        ...routes,
        ...Object.fromEntries(served),
        "/": {
          type: "text/html; charset=utf-8",
          body: html.replace("<head>", '<head><script src="/watch.js"></script>'),
        },
        "/watch.js": { type: "text/javascript", body: WATCH },
        "/axe.js": { type: "text/javascript", body: readFileSync(here("node_modules/axe-core/axe.min.js")) },
      },
    });
    return new DemoPage(browser, await browser.newPage(), server);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** Anew, as at the first visit. */
  async load(): Promise<void> {
    await this.page.goto(`${this.server.origin}/`);
    await this.until("the worker runs", async () => (await this.worker()) === "Running");
  }

  /** What went wrong unseen since it was loaded: errors, rejections that nobody handled, what was written to the console. */
  problems(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as { problems: string[] }).problems);
  }

  async choose(source: Source, operation: Operation): Promise<void> {
    await this.page.click(`[name=source][value=${source}]`);
    await this.page.click(`[name=operation][value=${operation}]`);
  }

  /** Of the sizes that are offered, the least, or one that is not done at once. */
  async chooseGenerated(operation: Operation, seed: number, size: "least" | "long" = "least"): Promise<void> {
    await this.choose("generated", operation);
    await this.page.evaluate(
      (value, isLong) => {
        const fields = (document.querySelector("#new") as HTMLFormElement).elements;
        (fields.namedItem("size") as HTMLSelectElement).selectedIndex = isLong ? 2 : 0;
        (fields.namedItem("seed") as HTMLInputElement).value = String(value);
      },
      seed,
      size === "long",
    );
  }

  async chooseUrl(url: string, operation: Operation): Promise<void> {
    await this.choose("url", operation);
    await this.page.evaluate((value) => {
      (document.querySelector("[name=url]") as HTMLInputElement).value = value;
    }, url);
  }

  /** A file as a picker gives it, or dropped on the page; its bytes are those served at `path`. */
  async chooseFile(path: string, operation: Operation, how: "picked" | "dropped"): Promise<void> {
    await this.choose("file", operation);
    await this.page.evaluate(
      async (from, isDropped) => {
        const dataTransfer = new DataTransfer();
        const blob = await (await fetch(from)).blob();
        dataTransfer.items.add(new File([blob], from.slice(from.lastIndexOf("/") + 1)));
        if (isDropped) {
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        } else {
          (document.querySelector("[name=files]") as HTMLInputElement).files = dataTransfer.files;
        }
      },
      path,
      how === "dropped",
    );
  }

  /** Of the form, or of a stream. */
  async setSpeed(which: "form" | number, step: "stopped" | "unlimited"): Promise<void> {
    await this.page.evaluate(
      (key, isStopped) => {
        const scope = key === null ? document.querySelector("#new") : findCard(key);
        const slider = scope?.querySelector("[type=range]") as HTMLInputElement;
        slider.value = isStopped ? slider.min : slider.max;
        slider.dispatchEvent(new Event("input", { bubbles: true }));

        function findCard(number: number): Element | undefined {
          const cards = [...document.querySelectorAll("#streams > li")];
          return cards.find((card) => card.querySelector("[data-part=number]")?.textContent === `${number}.`);
        }
      },
      which === "form" ? null : which,
      step === "stopped",
    );
  }

  start(): Promise<void> {
    return this.page.click("#new [type=submit]");
  }

  formProblem(): Promise<string> {
    return this.page.evaluate(() => document.querySelector("#form-problem")?.textContent ?? "");
  }

  worker(): Promise<string> {
    return this.page.evaluate(() => document.querySelector("#worker-state")?.textContent ?? "");
  }

  announced(): Promise<string> {
    return this.page.evaluate(() => document.querySelector("#announcer")?.textContent ?? "");
  }

  /** Streams are numbered from 1 on since the page was loaded. */
  stream(number: number): Promise<Shown | null> {
    return this.page.evaluate((key) => {
      const card = [...document.querySelectorAll<HTMLElement>("#streams > li")].find(
        (each) => each.querySelector("[data-part=number]")?.textContent === `${key}.`,
      );
      if (!card) return null;
      const text = (part: string): string => card.querySelector(`[data-part=${part}]`)?.textContent ?? "";
      const link = card.querySelector<HTMLAnchorElement>("a[download]");
      return {
        state: card.dataset["state"] ?? "",
        label: text("state"),
        pulls: Number.parseInt(text("pulls").replaceAll(",", ""), 10),
        there: text("there-credit"),
        back: text("back-credit"),
        unread: text("back-held"),
        outcome: text("outcome"),
        code: card.querySelector("[data-part=outcome] code")?.textContent ?? null,
        download: link?.download ?? null,
      };
    }, number);
  }

  /** The stream, once it is in that state; at once, if it is in one that it will not leave. */
  async streamIn(number: number, state: string): Promise<Shown> {
    let shown: Shown | null = null;
    await this.until(`stream ${number} is ${state}`, async () => {
      shown = await this.stream(number);
      return shown !== null && [state, "done", "failed", "cancelled"].includes(shown.state);
    });
    return shown as unknown as Shown;
  }

  /** The bytes behind a stream's link. */
  async downloaded(): Promise<Buffer> {
    const base64 = await this.page.evaluate(async () => {
      const link = document.querySelector("#streams a[download]") as HTMLAnchorElement;
      const blob = await (await fetch(link.href)).blob();
      return new Promise<string>((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve((reader.result as string).replace(/^.*,/, ""));
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(blob);
      });
    });
    return Buffer.from(base64, "base64");
  }

  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}: ${JSON.stringify(await this.look())}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private look(): Promise<string> {
    return this.page.evaluate(() => document.body.innerText.replace(/\s+/g, " "));
  }
}

/** Runs before the page's own scripts. */
const WATCH = `
  globalThis.problems = [];
  addEventListener("error", (event) => problems.push("error: " + event.message), true);
  addEventListener("unhandledrejection", (event) => problems.push("unhandled: " + event.reason));
  addEventListener("securitypolicyviolation", (event) => problems.push("policy: " + event.blockedURI));
  for (const level of ["error", "warn"]) console[level] = (...args) => problems.push(level + ": " + args.join(" "));
`;
