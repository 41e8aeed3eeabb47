/** The page: puts the form, the worker and the streams together, and draws those that are under way. */
import { Announcer } from "./announcer.ts";
import { Card } from "./card.ts";
import { Engine } from "./engine.ts";
import { type Asked, acceptDrops, StreamForm } from "./form.ts";
import { Job, type JobState } from "./job.ts";
import { described } from "./operations.ts";

/** Between two drawings, in milliseconds; the standstill of a stream shows soon enough. */
const TICK = 125;

const find = <T extends HTMLElement = HTMLElement>(selector: string): T => document.querySelector(selector) as T;

const announcer = new Announcer(find("#announcer"));
const engine = new Engine(showWorker);
/** The streams that are under way. */
const active = new Map<Job, { readonly card: Card; said: JobState }>();
let last = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function showWorker(): void {
  const isAlive = engine.channel !== undefined;
  const text = isAlive ? "Running" : "Not running";
  document.body.dataset["worker"] = isAlive ? "running" : "gone";
  find("#worker-state").textContent = text;
  find("#worker-button").textContent = isAlive ? "Kill the worker" : "Start a new worker";
}

function start({ sources, operation, rate }: Asked): void {
  const { channel } = engine;
  if (channel === undefined) {
    find("#form-problem").textContent = "There is no worker: start a new one first.";
    for (const { readable } of sources) void readable.cancel();
    return;
  }
  for (const source of sources) {
    const job = new Job(channel, { key: ++last, source, operation, rate });
    const name = `${source.name}, ${described[operation].label}`;
    const card = new Card(job, {
      rate: (chosen) => {
        job.rate = chosen;
        const shown = active.get(job);
        if (shown) shown.said = "flowing";
      },
      remove: () => remove(job, card),
    });
    active.set(job, { card, said: "flowing" });
    find("#streams").prepend(card.element);
    announcer.say(`${name}: started.`);
    job.over.then(() => {
      active.delete(job);
      card.finish();
      announcer.say(`${name}: ${job.problem ? `${job.state}. ${job.problem.message}` : "done."}`);
      if (active.size === 0) stopTicking();
    });
  }
  find("#empty").hidden = true;
  timer ??= setInterval(tick, TICK);
}

function tick(): void {
  const now = performance.now();
  for (const [job, shown] of active) {
    job.observe(now);
    shown.card.draw(now);
    // A slow reader makes a stream pause again and again: that is told once, until its speed is changed.
    if (job.state === "paused" && shown.said !== "paused") {
      shown.said = "paused";
      announcer.say(`${job.source.name}: paused, waiting for credit.`);
    }
  }
}

function stopTicking(): void {
  clearInterval(timer);
  timer = undefined;
}

function remove(job: Job, card: Card): void {
  const next = card.element.nextElementSibling ?? card.element.previousElementSibling;
  card.remove();
  void job.forget();
  // The focus stays near where it was, rather than at the top of the page.
  (next?.querySelector<HTMLElement>("[data-part=cancel]") ?? find<HTMLElement>("#worker-button")).focus();
  find("#empty").hidden = find("#streams").childElementCount > 0;
}

find("#worker-button").addEventListener("click", () => {
  if (engine.channel === undefined) {
    engine.start();
    find("#form-problem").textContent = "";
    announcer.say("A new worker is running.");
  } else {
    engine.kill();
    announcer.say("The worker was killed.");
  }
});

const form = new StreamForm(find<HTMLFormElement>("#new"), start);
acceptDrops(find("#drop"), (files) => {
  form.choose(files);
  announcer.say(`${files.length} ${files.length === 1 ? "file" : "files"} chosen.`);
});
engine.start();
