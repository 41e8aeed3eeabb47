/** What is said to those who do not see the page: changes of state, one after the other, and never each frame. */

/** A screen reader needs the region to change, and time to notice, in milliseconds. */
const APART = 600;

export class Announcer {
  readonly #region: Element;
  #waiting: string[] = [];
  #isSpeaking = false;

  constructor(region: Element) {
    this.#region = region;
  }

  say(text: string): void {
    this.#waiting.push(text);
    if (!this.#isSpeaking) this.#next();
  }

  #next(): void {
    this.#isSpeaking = this.#waiting.length > 0;
    if (!this.#isSpeaking) return;
    // All that has gathered, at once: ten streams that fail together are one sentence after the other, not ten waits.
    this.#region.textContent = this.#waiting.join(" ");
    this.#waiting = [];
    setTimeout(() => this.#next(), APART);
  }
}
