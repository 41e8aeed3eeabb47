// Measures the subjects of each work against one another, prints what came out and keeps it in results/. Knows
// nothing of threads or processes: a subject is opened, run as often as there are rounds, and closed.
//
//   work     { work, unit, subjects }           what is done, and in which unit a run is measured (more is better)
//   subject  { subject, open(): Promise<run> }   who does it
//   run      { once(): Promise<number>, close(): Promise<void> }   once() checks the outcome outside the timed window
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseOptions } from "./options.mjs";
import { judge, short } from "./ratios.mjs";
import { machine, printRatios, printRows } from "./report.mjs";
import { measure } from "./rounds.mjs";
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
  for (const { work, unit, subjects } of works) {
    const measured = await measure(work, subjects, rounds);
    samples.set(work, measured.samples);
    failed ||= measured.failures.size > 0;
    for (const { subject } of subjects) {
      const values = measured.samples.get(subject);
      if (values) rows.push({ work, subject, unit, ...spread(values) });
    }
    for (const [subject, error] of measured.failures) console.error(`${work}, ${subject}: failed:`, error);
  }
  const ratios = judge(targets, samples);

  printRows(rows);
  printRatios(ratios);
  write(name, { machine: machine(), node: process.version, rounds, rows, ratios: ratios.map(stored) });
  const missed = short(ratios);
  if (check && missed) console.error(`${name}: ${missed}`);
  return failed || (check && missed) ? 1 : 0;
}

function stored({ name, value, target, met }) {
  return { name, value, target, met };
}

function write(name, result) {
  mkdirSync(new URL("results/", bench), { recursive: true });
  writeFileSync(new URL(`results/${name}.json`, bench), `${JSON.stringify(result, null, 2)}\n`);
}

const [name, ...args] = process.argv.slice(2);
// Explicitly: a subject that leaks a handle must not keep a finished benchmark alive.
process.exit(await runBench(name, parseOptions(args)));
