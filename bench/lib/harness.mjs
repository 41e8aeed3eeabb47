// Measures the subjects of each work against one another, prints what came out and keeps it in results/. Knows
// nothing of threads or processes: a subject is opened, run as often as there are rounds, and closed.
//
//   work     { work, unit, better, subjects }    what is done, in which unit a run is measured, and what is better: "more"
//                                                (unless it says otherwise), "less", or in words
//            { where }                           what it runs in, where that is not this Node: shown with the figures
//            { quoted: { by, figures } }         what somebody else has measured, as text by row: shown beside, not compared
//   subject  { subject, open(): Promise<run> }   who does it
//   run      { once(): Promise<number | { name: number }>, close(): Promise<void> }
//                                                once() checks the outcome outside the timed window
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { figures } from "./figures.mjs";
import { parseOptions } from "./options.mjs";
import { plot } from "./plot.mjs";
import { judge, short, unreached } from "./ratios.mjs";
import { machine, printRatios, printRows } from "./report.mjs";
import { measure } from "./rounds.mjs";
import { FULL } from "./scale.mjs";
import { spread } from "./spread.mjs";

const bench = new URL("../", import.meta.url);

/** Runs the benchmark whose table of works is `../NAME.mjs`; resolves to the exit code. */
async function runBench(name, { check, rounds }) {
  const { works } = await import(new URL(`${name}.mjs`, bench).href);
  const targets = JSON.parse(readFileSync(new URL("targets.json", bench), "utf8"))[name] ?? {};
  const rows = [];
  const samples = new Map();
  let failed = false;

  console.log(`${name}: Node ${process.version}, ${machine()}; ${rounds} rounds`);
  // A benchmark may open what its works run in when their turn comes.
  for await (const { work, where, unit, better = "more", subjects, quoted } of works) {
    const measured = await measure(work, subjects, rounds);
    const taken = figures(measured.samples);
    samples.set(work, taken);
    failed ||= measured.failures.size > 0;
    for (const [subject, values] of taken) {
      rows.push({ work, where, subject, unit, better, ...spread(values), ...quotation(quoted, subject) });
    }
    for (const [subject, error] of measured.failures) console.error(`${work}, ${subject}: failed:`, error);
  }
  const ratios = judge(targets, samples);

  printRows(rows);
  printRatios(ratios);
  if (!FULL) console.log("Runs were scaled: the figures mean nothing, and are not kept.");
  else if (rows.length === 0) console.log("Nothing could be measured, so nothing is kept.");
  else
    write(name, {
      command: ["npm run bench --", name, ...process.argv.slice(3)].join(" "),
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      node: process.version,
      rounds,
      rows,
      ratios: ratios.map(stored),
    });
  const missed = short(ratios);
  const wanted = unreached(ratios);
  if (wanted) console.log(`${name}: ${wanted}`);
  if (check && missed) console.error(`${name}: ${missed}`);
  return failed || (check && missed) ? 1 : 0;
}

/** What belongs to a row of what is quoted; a row that is not in it says so. */
function quotation(quoted, row) {
  return quoted && { quoted: { by: quoted.by, figure: quoted.figures[row] ?? "not measured" } };
}

/** What was measured. Targets are data of their own, and may change without a new measurement. */
function stored({ name, value }) {
  return { name, value };
}

function write(name, result) {
  mkdirSync(new URL("results/", bench), { recursive: true });
  writeFileSync(new URL(`results/${name}.json`, bench), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(new URL(`results/${name}.svg`, bench), plot(name, result));
}

const [name, ...args] = process.argv.slice(2);
// Explicitly: a subject that leaks a handle must not keep a finished benchmark alive.
process.exit(await runBench(name, parseOptions(args)));
