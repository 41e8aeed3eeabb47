/** A stream as the page shows it: drawn again at each tick, until it is over. Decides nothing about the stream. */
import type { DirectionStats, StreamStats } from "sluice";
import type { Job, JobState } from "./job.ts";
import { MOST_IN_MEMORY } from "./keep.ts";
import { described } from "./operations.ts";
import { Lane, Spark } from "./picture.ts";
import { RateSlider } from "./slider.ts";
import { rate, size } from "./units.ts";
import { CHUNK, WINDOW } from "./window.ts";

const STATES: Record<JobState, string> = {
  opening: "opening",
  flowing: "flowing",
  paused: "paused: waiting for credit",
  draining: "all read, on its way",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
};

/** Samples that a rate is the mean of: a second's. */
const SMOOTH = 8;

const NOTHING: DirectionStats = {
  state: "opening",
  unit: "bytes",
  highWaterMark: WINDOW.highWaterMark,
  chunks: 0,
  bytes: 0,
  queued: 0,
  credit: 0,
  inFlight: 0,
  peak: 0,
};

/** The rows of the table: what each figure is called, and how it is read from a direction's stats. */
const ROWS: readonly (readonly [string, (stats: DirectionStats) => string])[] = [
  ["State", ({ state }) => state],
  ["Window", ({ highWaterMark }) => size(highWaterMark)],
  ["Credit", ({ credit }) => size(credit)],
  ["Under way or unread", ({ inFlight }) => size(inFlight)],
  ["The most of that", ({ peak }) => size(peak)],
  ["Chunks queued in this page", ({ queued }) => String(queued)],
  ["Chunks in all", ({ chunks }) => chunks.toLocaleString("en")],
  ["Bytes charged", ({ bytes }) => bytes.toLocaleString("en")],
];

export class Card {
  readonly element: HTMLLIElement;
  readonly #job: Job;
  readonly #parts = new Map<string, Element>();
  readonly #there: Lane;
  readonly #back: Lane;
  readonly #spark: Spark;
  readonly #cells: (readonly [Element, Element])[] = [];
  #samples: { readonly at: number; readonly read: number; readonly taken: number }[] = [];
  #url: string | undefined = undefined;

  constructor(job: Job, on: { readonly rate: (rate: number) => void; readonly remove: () => void }) {
    this.#job = job;
    const template = document.querySelector("#card") as HTMLTemplateElement;
    const fragment = document.importNode(template.content, true);
    this.element = fragment.firstElementChild as HTMLLIElement;
    for (const part of this.element.querySelectorAll("[data-part]")) {
      this.#parts.set((part as HTMLElement).dataset["part"] as string, part);
    }
    const { name } = job.source;
    const { label, reader } = described[job.operation];
    const cells = WINDOW.highWaterMark / CHUNK;
    this.#there = new Lane(this.#part("there"), cells);
    this.#back = new Lane(this.#part("back"), cells);
    this.#spark = new Spark(this.#part("spark"));
    this.#text("number", `${job.key}.`);
    this.#text("name", name);
    this.#text("operation", label);
    this.#text("caption", `Figures of stream ${job.key}, ${name}, ${label}`);
    this.#text("taken-label", reader === "page" ? "taken" : "digested");
    this.#part("cancel").setAttribute("aria-label", `Cancel ${job.key}, ${name}, ${label}`);
    this.#addRows();

    const slider = new RateSlider(this.#part("slider"), on.rate);
    slider.rate = job.rate;
    this.#text("rate-label", `How fast the ${reader} reads`);

    this.#part("cancel").addEventListener("click", () => (job.isOver ? on.remove() : job.cancel()));
    this.draw(performance.now());
  }

  /** Draws how it stands now. */
  draw(now: number): void {
    const { source, taken, state, stats, operation } = this.#job;
    if (this.element.dataset["state"] !== state) this.element.dataset["state"] = state;
    this.#text("state", STATES[state]);
    this.#drawProgress();
    this.#drawLanes(stats);

    const read = source.bytes;
    // Of a digest, what matters is what the worker has taken, and it takes what does not wait on the way to it.
    const used = described[operation].reader === "page" ? taken : Math.max(0, read - (stats?.outgoing.inFlight ?? 0));
    this.#samples.push({ at: now, read, taken: used });
    if (this.#samples.length > SMOOTH + 1) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, read, taken: used };
    const seconds = Math.max(0.001, (now - first.at) / 1000);
    const rates = { read: (read - first.read) / seconds, taken: Math.max(0, (used - first.taken) / seconds) };
    if (this.#samples.length > 1) this.#spark.add(rates.read, rates.taken);

    this.#text("source", `${size(read)} read`);
    this.#text("pulls", `${source.pulls.toLocaleString("en")} pulls`);
    this.#text("worker", described[operation].label);
    this.#text("reader", operation === "sha256" ? described.sha256.reads : `${size(taken)} taken`);
    this.#text("read-rate", rate(rates.read));
    this.#text("taken-rate", rate(rates.taken));
    this.#text("peak", `highest ${rate(this.#spark.peak)}`);
  }

  /** Draws the end: what came of it, and how to be rid of it. */
  finish(): void {
    this.draw(performance.now());
    const { result, problem, source, taken, state, operation, key } = this.#job;
    const slider = this.#part<HTMLElement>("slider");
    const remove = this.#part<HTMLButtonElement>("cancel");
    // Whoever was at the slider stays at this stream.
    if (slider.contains(document.activeElement)) remove.focus();
    slider.hidden = true;
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", `Remove ${key}, ${source.name}, ${described[operation].label}`);
    const outcome = this.#part<HTMLElement>("outcome");
    outcome.hidden = false;
    if (problem !== undefined) {
      if (state === "cancelled") outcome.append(`${size(source.bytes)} had been read.`);
      else outcome.append(made("code", problem.code), ` ${problem.message}`);
    } else if (result && "digest" in result) {
      outcome.append(made("span", "SHA-256"), made("code", result.digest));
    } else if (result?.blob) {
      this.#url = URL.createObjectURL(result.blob);
      const link = made("a", `Download ${result.name}`);
      link.href = this.#url;
      link.download = result.name;
      link.className = "button";
      outcome.append(link, made("span", `${size(source.bytes)} became ${size(taken)}`));
    } else {
      outcome.append(
        `${size(source.bytes)} became ${size(taken)}, which were not kept: this browser gives a page no file to write to, and memory is for ${size(MOST_IN_MEMORY)}.`,
      );
    }
  }

  remove(): void {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.element.remove();
  }

  #drawProgress(): void {
    const { source, state } = this.#job;
    const progress = this.#part<HTMLProgressElement>("progress");
    if (state === "done") {
      progress.max = 1;
      progress.value = 1;
    } else if (source.total !== undefined) {
      progress.max = Math.max(1, source.total);
      progress.value = source.bytes;
    } else if (this.#job.isOver) {
      progress.value = 0;
    }
    const of = source.total === undefined ? "" : ` of ${size(source.total)}`;
    this.#text("amount", `${size(source.bytes)}${of} read`);
  }

  #drawLanes(stats: StreamStats | undefined): void {
    const there = stats?.outgoing ?? NOTHING;
    const back = stats?.incoming ?? NOTHING;
    this.#drawLane("there", this.#there, there, "under way");
    this.#drawLane("back", this.#back, back, "unread");
    ROWS.forEach(([, read], i) => {
      const [first, second] = this.#cells[i] as readonly [Element, Element];
      setText(first, read(there));
      setText(second, read(back));
    });
  }

  #drawLane(name: string, lane: Lane, stats: DirectionStats, held: string): void {
    const { credit, highWaterMark, inFlight, queued } = stats;
    lane.draw(stats);
    this.#part<HTMLElement>(`${name}-lane`).dataset["gate"] = credit > 0 ? "open" : "shut";
    this.#text(`${name}-credit`, `credit ${size(credit)} of ${size(highWaterMark)}`);
    this.#text(`${name}-held`, `${size(inFlight)} ${held}, ${queued} queued`);
  }

  #addRows(): void {
    for (const [label] of ROWS) {
      const row = document.createElement("tr");
      const head = made("th", label);
      head.scope = "row";
      const cells = [document.createElement("td"), document.createElement("td")] as const;
      row.append(head, ...cells);
      this.#cells.push(cells);
      this.#part("rows").append(row);
    }
  }

  #part<T extends Element = Element & SVGSVGElement>(name: string): T {
    return this.#parts.get(name) as T;
  }

  #text(name: string, text: string): void {
    setText(this.#part(name), text);
  }
}

/** Only what has changed: a screen reader that stands in a text is not thrown out of it eight times a second. */
function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function made<Name extends keyof HTMLElementTagNameMap>(name: Name, text: string): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
