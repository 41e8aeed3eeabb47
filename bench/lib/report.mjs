// What a benchmark prints, and how figures are written wherever they are shown: they are rounded here and only here.
import { cpus, loadavg, release, totalmem } from "node:os";

/** This machine in one line. */
export function machine() {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all.length} × ${all[0]?.model.trim() ?? "unknown CPU"}, ${memory} GiB, ${process.platform} ${release()} ${process.arch}`;
}

/** All rows, a block for each work. */
export function printRows(rows) {
  for (const work of new Set(rows.map((row) => row.work))) {
    const own = rows.filter((row) => row.work === work);
    const beside = own[0].quoted ? [own[0].quoted.by] : [];
    const figures = own.map(({ subject, median, min, max, quoted }) => {
      return [subject, figure(median), figure(min), figure(max), ...(quoted ? [quoted.figure] : [])];
    });
    printTable([headOf(own[0]), "median", "min", "max", ...beside], figures);
  }
}

/** All ratios, and how they came about. */
export function printRatios(ratios) {
  if (ratios.length === 0) return;
  const figures = ratios.map(({ name, value, min, max, kind, target, met, asked, reached }) => {
    const values = value === null ? ["missing", "", ""] : [figure(value), figure(min), figure(max)];
    return [name, ...values, bound(kind, target), met ? "yes" : "NO", askedFor({ kind, asked, reached })];
  });
  printTable(["ratio", "median", "min", "max", "target", "met", "asked for"], figures);
  console.log(
    "Each is taken within an interleaved round; the median of those counts. Of several baselines or subjects, the worst pair does.",
  );
  const [load] = loadavg();
  console.log(`Load of the machine over the last minute: ${load.toFixed(1)}`);
}

/** What a row's work is, in which unit, and where. */
export function headOf({ work, where, ...row }) {
  return `${work} (${unitOf(row)}${where ? `; ${where}` : ""})`;
}

/** The unit of a row, with what is better where that is not more. */
function unitOf({ unit, better }) {
  return better === "more" ? unit : `${unit}, ${better} is better`;
}

/** A target with the way it is meant. */
export function bound(kind, target) {
  return `${kind === "at most" ? "≤" : "≥"} ${target.toLocaleString("en")}`;
}

/** What was asked for, and whether that is reached; nothing where the target says it. */
export function askedFor({ kind, asked, reached }) {
  return asked === undefined ? "" : `${bound(kind, asked)}, ${reached ? "reached" : "not reached"}`;
}

/** A number with as many digits as mean something. */
export function figure(value) {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 20 ? 1 : size >= 0.2 ? 2 : 3;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function printTable(head, lines) {
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
  const text = (line) => line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])));
  console.log(`\n${text(head).join("  ")}\n${widths.map((width) => "-".repeat(width)).join("  ")}`);
  for (const line of lines) console.log(text(line).join("  "));
}
