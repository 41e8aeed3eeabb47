/** A slider of a reader's speed: its steps, and what it says to those who see it and to those who hear it. */
import { RATES, rateLabel } from "./units.ts";

export class RateSlider {
  readonly #input: HTMLInputElement;
  readonly #value: Element;

  /** `field` holds the range input and the element that shows its value. */
  constructor(field: Element, changed: (rate: number) => void = () => {}) {
    this.#input = field.querySelector("input") as HTMLInputElement;
    this.#value = field.querySelector("[data-value]") as Element;
    this.#input.max = String(RATES.length - 1);
    this.#input.addEventListener("input", () => {
      this.#show();
      changed(this.rate);
    });
    this.#show();
  }

  get rate(): number {
    return RATES[this.#input.valueAsNumber] ?? Number.POSITIVE_INFINITY;
  }

  set rate(rate: number) {
    this.#input.value = String(RATES.indexOf(rate));
    this.#show();
  }

  #show(): void {
    const label = rateLabel(this.rate);
    this.#value.textContent = label;
    this.#input.setAttribute("aria-valuetext", label);
  }
}
