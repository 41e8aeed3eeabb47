// Writes the results of a benchmark into the README, between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. Every
// figure there comes from results/NAME.json. Imports nothing that needs installing.
import { readFileSync, writeFileSync } from "node:fs";
import { bound, figure, unitOf } from "./report.mjs";

const bench = new URL("../", import.meta.url);
const readme = new URL("../README.md", bench);

export function writeReadme(name) {
  const results = JSON.parse(readFileSync(new URL(`results/${name}.json`, bench), "utf8"));
  const text = readFileSync(readme, "utf8");
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`Cannot write results: README.md has no ${open} before a ${close}`);
  writeFileSync(readme, `${text.slice(0, start + open.length)}\n${section(results)}\n${text.slice(end)}`);
}

function section({ command, date, machine, node, rounds, rows, ratios }) {
  const figures = rows.map((row, at) => {
    const work = row.work === rows[at - 1]?.work ? "" : `${row.work} (${unitOf(row)})`;
    const who = row.quoted ? `${row.subject} (${row.quoted.by}: ${row.quoted.figure})` : row.subject;
    return [work, who, figure(row.median), `${figure(row.min)} to ${figure(row.max)}`];
  });
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

function table(head, lines) {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
