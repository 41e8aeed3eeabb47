/** The form for new streams: what was asked for, and files that are dropped on the page. Starts nothing itself. */
import type { Operation } from "./operations.ts";
import { Problem } from "./problem.ts";
import { RateSlider } from "./slider.ts";
import { fileSource, generatedSource, type Source, urlSource } from "./source.ts";

export interface Asked {
  readonly sources: readonly Source[];
  readonly operation: Operation;
  readonly rate: number;
}

const MOST_SEED = 2 ** 32 - 1;

export class StreamForm {
  readonly #form: HTMLFormElement;
  readonly #slider: RateSlider;
  readonly #problem: Element;
  readonly #submit: HTMLElement;
  /** Of the address that is being fetched; a second start means the new one. */
  #fetching = new AbortController();

  constructor(form: HTMLFormElement, start: (asked: Asked) => void) {
    this.#form = form;
    this.#problem = form.querySelector("#form-problem") as Element;
    this.#submit = form.querySelector("[type=submit]") as HTMLElement;
    this.#slider = new RateSlider(form.querySelector(".slider") as Element);
    form.addEventListener("change", () => this.#showSource());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#read().then(start, (error: unknown) => {
        if (error !== superseded) this.#refuse(error as Problem);
      });
    });
    // A page that is gone back to keeps what was chosen.
    this.#showSource();
  }

  /** Chooses these files, as if by hand. */
  choose(files: FileList): void {
    this.#radio("source", "file").checked = true;
    this.#field<HTMLInputElement>("files").files = files;
    this.#showSource();
    this.#submit.focus();
  }

  async #read(): Promise<Asked> {
    this.#fetching.abort(superseded);
    this.#fetching = new AbortController();
    this.#problem.textContent = "";
    for (const field of this.#form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const data = new FormData(this.#form);
    const operation = data.get("operation") as Operation;
    const sources = await this.#sources(data);
    return { sources, operation, rate: this.#slider.rate };
  }

  async #sources(data: FormData): Promise<Source[]> {
    switch (data.get("source")) {
      case "file": {
        const files = [...(this.#field<HTMLInputElement>("files").files ?? [])];
        if (files.length === 0) this.#invalid("files", "Choose a file first, or drop one on this page.");
        return files.map(fileSource);
      }
      case "url": {
        const text = this.#field<HTMLInputElement>("url").value;
        const { signal } = this.#fetching;
        this.#showBusy(true);
        try {
          return [await urlSource(text, signal)];
        } catch (error) {
          if (error !== superseded) this.#field("url").setAttribute("aria-invalid", "true");
          throw error;
        } finally {
          if (!signal.aborted) this.#showBusy(false);
        }
      }
      default: {
        const seed = this.#field<HTMLInputElement>("seed").valueAsNumber;
        if (!Number.isInteger(seed) || seed < 0 || seed > MOST_SEED) {
          this.#invalid("seed", `The seed must be a whole number from 0 to ${MOST_SEED}.`);
        }
        return [generatedSource(Number(data.get("size")), seed)];
      }
    }
  }

  #invalid(name: string, message: string): never {
    const field = this.#field<HTMLElement>(name);
    field.setAttribute("aria-invalid", "true");
    field.focus();
    throw new Problem("BAD_INPUT", message);
  }

  #refuse(problem: Problem): void {
    this.#problem.textContent = problem.message;
  }

  /** While a server is asked; another start asks another. */
  #showBusy(isBusy: boolean): void {
    this.#form.setAttribute("aria-busy", String(isBusy));
    this.#submit.textContent = isBusy ? "Asking the server …" : "Start";
  }

  #showSource(): void {
    const chosen = new FormData(this.#form).get("source");
    for (const fields of this.#form.querySelectorAll<HTMLElement>("[data-source]")) {
      fields.hidden = fields.dataset["source"] !== chosen;
    }
  }

  #field<T extends Element = Element>(name: string): T {
    return this.#form.querySelector(`[name="${name}"]`) as unknown as T;
  }

  #radio(name: string, value: string): HTMLInputElement {
    return this.#form.querySelector(`[name="${name}"][value="${value}"]`) as HTMLInputElement;
  }
}

const superseded: DOMException = new DOMException("Another address was asked for", "AbortError");

/** Files that are dropped anywhere on the page; `veil` is shown while they hang over it. */
export function acceptDrops(veil: HTMLElement, dropped: (files: FileList) => void): void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    const files = event.dataTransfer?.files;
    if (files !== undefined && files.length > 0) dropped(files);
  });
}
