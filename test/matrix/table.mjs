// Results as a table of Markdown, which is what is printed and what the document has.
import { columns, shown } from "./cells.mjs";

/** In the order in which rows are shown, whichever came to its end first. */
export function inOrder(results) {
  return results.toSorted(({ row: one }, { row: other }) => shown.indexOf(one.name) - shown.indexOf(other.name));
}

export function table(results) {
  const present = columns.filter(({ name }) => results.some(({ cells }) => name in cells));
  const lines = inOrder(results).map(({ row, cells, missing }) => [
    row.title,
    ...present.map(({ name }) => (missing === undefined ? textOf(cells[name]) : "not installed")),
  ]);
  return markdown(["runtime", ...present.map(({ title }) => title)], lines);
}

function textOf(cell) {
  if (cell === undefined) return "";
  const { notApplicable, passed, failed, gaps } = cell;
  if (notApplicable !== undefined) return `– (${notApplicable})`;
  const counts = [`${passed} passed`, ...(failed > 0 ? [`${failed} FAILED`] : [])].join(", ");
  return gaps > 0 ? `${counts} (gaps ${gaps})` : counts;
}

/** With columns of one width, to be read as it is. */
export function markdown(head, lines) {
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at].length)));
  const row = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  return [row(head), row(widths.map((width) => "-".repeat(width))), ...lines.map(row)].join("\n");
}
