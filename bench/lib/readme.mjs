// Writes the results of a benchmark into the pages that show them: all of it between `<!-- bench:NAME -->` and
// `<!-- /bench:NAME -->`, its ratios alone where those comments say `ratios`. Every figure there comes from
// results/NAME.json, and is held against targets.json as it is now. Imports nothing that needs installing.
import { readFileSync, writeFileSync } from "node:fs";
import { askedFor, bound, figure, headOf } from "./report.mjs";
import { verdict } from "./verdict.mjs";

const bench = new URL("../", import.meta.url);
const pages = ["README.md", "docs/benchmarks.md"];

export function writeReadme(name) {
  const { ratios, ...rest } = readJson(`results/${name}.json`);
  const targets = readJson("targets.json")[name];
  const judged = ratios
    .filter((ratio) => ratio.name in targets)
    .map((ratio) => ({ ...ratio, ...verdict(ratio.name, targets[ratio.name], ratio.value) }));
  const results = { ...rest, ratios: judged };
  if (!write("bench", name, section(results))) {
    const [open, close] = commentsOf("bench", name);
    throw new Error(`Cannot write results: none of ${pages.join(", ")} has ${open} before a ${close}`);
  }
  write("ratios", name, summary(results));
}

function readJson(path) {
  return JSON.parse(readFileSync(new URL(path, bench), "utf8"));
}

/** Puts `text` between the two comments of that kind, wherever they are. Returns whether they are anywhere. */
function write(kind, name, text) {
  const [open, close] = commentsOf(kind, name);
  for (const page of pages) {
    const file = new URL(`../${page}`, bench);
    const before = readFileSync(file, "utf8");
    const [start, end] = [before.indexOf(open), before.indexOf(close)];
    if (start < 0 || end < start) continue;
    writeFileSync(file, `${before.slice(0, start + open.length)}\n${text}\n${before.slice(end)}`);
    return true;
  }
  return false;
}

function commentsOf(kind, name) {
  return [`<!-- ${kind}:${name} -->`, `<!-- /${kind}:${name} -->`];
}

/** Every row, and the ratios. */
function section({ rows, ...results }) {
  const works = [...new Set(rows.map(({ work }) => work))].map((work) => rows.filter((row) => row.work === work));
  // A line for each work, however many do it.
  const figures = works.map((of) => [
    headOf(of[0]),
    of.map(whoOf).join("<br>"),
    of.map(({ median }) => figure(median)).join("<br>"),
    of.map(({ min, max }) => `${figure(min)} to ${figure(max)}`).join("<br>"),
  ]);
  return [
    `${introduction(results)}: medians of ${results.rounds} interleaved rounds, and their least and most.`,
    table(["work", "who", "median", "min to max"], figures),
    "Held against its targets, each figure the median of those within each round:",
    targetsOf(results),
  ].join("\n\n");
}

/** The ratios alone. */
function summary(results) {
  return `${introduction(results)}: medians of ${results.rounds} interleaved rounds.\n\n${targetsOf(results)}`;
}

function introduction({ command, date, node, machine }) {
  return `\`${command}\`, ${date}, Node ${node}, ${machine}`;
}

function targetsOf({ ratios }) {
  const targets = ratios.map(({ name, value, kind, target, met, ...wanted }) => [
    name,
    value === null ? "missing" : figure(value),
    bound(kind, target),
    met ? "yes" : "**no**",
    askedFor({ kind, ...wanted }).replace("not reached", "**not reached**"),
  ]);
  return table(["ratio or difference", "median", "target", "met", "asked for"], targets);
}

function whoOf({ subject, quoted }) {
  return quoted ? `${subject} (${quoted.by}: ${quoted.figure})` : subject;
}

function table(head, lines) {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
