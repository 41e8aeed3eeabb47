// Writes the results of a benchmark into the page that shows them, between `<!-- bench:NAME -->` and
// `<!-- /bench:NAME -->`. Every figure there comes from results/NAME.json. Imports nothing that needs installing.
import { readFileSync, writeFileSync } from "node:fs";
import { bound, figure, headOf } from "./report.mjs";

const bench = new URL("../", import.meta.url);
const pages = ["README.md", "docs/benchmarks.md"];

export function writeReadme(name) {
  const results = JSON.parse(readFileSync(new URL(`results/${name}.json`, bench), "utf8"));
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  for (const page of pages) {
    const file = new URL(`../${page}`, bench);
    const text = readFileSync(file, "utf8");
    const [start, end] = [text.indexOf(open), text.indexOf(close)];
    if (start < 0 || end < start) continue;
    writeFileSync(
      file,
      `${text.slice(0, start + open.length)}
${section(results)}
${text.slice(end)}`,
    );
    return;
  }
  throw new Error(`Cannot write results: none of ${pages.join(", ")} has ${open} before a ${close}`);
}

function section({ command, date, machine, node, rounds, rows, ratios }) {
  const works = [...new Set(rows.map(({ work }) => work))].map((work) => rows.filter((row) => row.work === work));
  // A line for each work, however many do it.
  const figures = works.map((of) => [
    headOf(of[0]),
    of.map(whoOf).join("<br>"),
    of.map(({ median }) => figure(median)).join("<br>"),
    of.map(({ min, max }) => `${figure(min)} to ${figure(max)}`).join("<br>"),
  ]);
  const targets = ratios.map(({ name, value, kind, target, met }) => [
    name,
    value === null ? "missing" : figure(value),
    bound(kind, target),
    met ? "yes" : "**no**",
  ]);
  return [
    `\`${command}\`, ${date}, Node ${node}, ${machine}: medians of ${rounds} interleaved rounds, and their least and most.`,
    table(["work", "who", "median", "min to max"], figures),
    "Held against its targets, each figure the median of those within each round:",
    table(["ratio or difference", "median", "target", "met"], targets),
  ].join("\n\n");
}

function whoOf({ subject, quoted }) {
  return quoted ? `${subject} (${quoted.by}: ${quoted.figure})` : subject;
}

function table(head, lines) {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
