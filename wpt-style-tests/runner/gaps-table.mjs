// The known gaps as the table in docs/conformance.md: written from exclusions.mjs, or checked against it.

import { readFile, writeFile } from "node:fs/promises";
import { exclusions } from "../exclusions.mjs";

const page = new URL("../../docs/conformance.md", import.meta.url);
const [begin, end] = ["<!-- gaps -->", "<!-- end of gaps -->"];

export async function writeGaps() {
  await writeFile(page, withTable(await readFile(page, "utf8")));
}

export async function areGapsWritten() {
  const text = await readFile(page, "utf8");
  return text === withTable(text);
}

function withTable(text) {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/conformance.md has no place for the gaps: ${begin} … ${end}`);
  return `${before}${begin}\n\n${table()}\n\n${end}${after}`;
}

function table() {
  const rows = exclusions.map(({ runtime, subjects, file, test, except, reason }) => {
    const where = [runtime?.name ?? "everywhere", ...(subjects ?? []).map((name) => `\`${name}\``)].join(", ");
    return `| ${where} | \`${file.replace(/\.any\.js$/, "")}\` | ${test ?? allBut(except)} | ${reason} |`;
  });
  return ["| where | file | subtest | reason |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function allBut(except = []) {
  return except.length === 0 ? "all" : `all but: ${except.join("; ")}`;
}
