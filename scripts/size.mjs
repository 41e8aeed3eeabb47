// How large each entry is in a browser's bundle, held to what was recorded: a commit that makes one grow by more than
// 5 % fails until somebody records that, and so sees it. What was asked for and is not met is shown as such.
//   node scripts/size.mjs            prints the report of the build in dist/, and fails if something grew or dragged along
//   node scripts/size.mjs --write    records the figures anew: scripts/size.json, and the table in docs/size.md
import { readFileSync, writeFileSync } from "node:fs";
import { bundleRules } from "./bundle-rules.mjs";
import { allOf, browserEntries, bundle, gzipWithoutTexts, shares, togetherOf } from "./bundles.mjs";

/** The share by which a figure may grow unrecorded. */
const GROWTH = 0.05;
const RECORD = new URL("size.json", import.meta.url);
const DOCUMENT = new URL("../docs/size.md", import.meta.url);
const [BEGIN, END] = ["<!-- figures: npm run size -- --write -->\n", "<!-- end of figures -->"];

const record = JSON.parse(readFileSync(RECORD, "utf8"));
const names = browserEntries.map(({ name }) => name);
/** What is bundled: each entry by itself, and what users have together. */
const programs = {
  ...Object.fromEntries(names.map((name) => [name, allOf(name)])),
  "core and message port": allOf("sluice", "sluice/message-port"),
  "all entries for browsers": togetherOf(...names),
};

const bundles = new Map();
for (const [name, program] of Object.entries(programs)) bundles.set(name, await bundle(program));

const failures = [];
let passed = 0;
const check = (isFine, message) => (isFine ? passed++ : failures.push(message));

if (process.argv.includes("--write")) await write();
else compare();
for (const [message, isFine] of await bundleRules(bundles)) check(isFine, message);

print();
for (const message of failures) console.error(`failed: ${message}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function compare() {
  for (const [name, { gzip }] of bundles) {
    const recorded = record.recorded[name]?.gzip;
    if (recorded === undefined) check(false, `${name} has no recorded size: record it by npm run size -- --write`);
    else {
      const grown = `${name} has grown from ${recorded} to ${gzip} bytes, by more than ${100 * GROWTH} %`;
      check(gzip <= recorded * (1 + GROWTH), `${grown}: make it smaller, or record that by npm run size -- --write`);
    }
  }
  for (const name of Object.keys(record.recorded))
    check(bundles.has(name), `${name} is recorded and is no entry any more: npm run size -- --write`);
  const isFresh = readFileSync(DOCUMENT, "utf8").includes(table(record.recorded));
  check(isFresh, "the table in docs/size.md is not that of scripts/size.json: npm run size -- --write");
}

async function write() {
  record.recorded = Object.fromEntries([...bundles].map(([name, { min, gzip }]) => [name, { min, gzip }]));
  writeFileSync(RECORD, `${JSON.stringify(record, null, 2)}\n`);
  const text = readFileSync(DOCUMENT, "utf8");
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeFileSync(
    DOCUMENT,
    `${text.slice(0, before)}\n${table(record.recorded)}\n${await makeUp()}\n${text.slice(after)}`,
  );
}

/** What the core consists of: for the reader of the document, and not compared. */
async function makeUp() {
  const { code, gzip } = bundles.get("core and message port");
  const rows = (await shares()).map(([area, bytes]) => `| \`${area}\` | ${kB(bytes)} |`);
  const texts = `Of its ${kB(gzip)} kB, ${kB(gzip - gzipWithoutTexts(code))} kB are the words of its errors.`;
  const head = ["| core and message port | minified, kB |", "| --- | --: |"];
  return [...head, ...rows, "", texts, ""].join("\n");
}

/** In kB of 1,000 bytes. */
function kB(bytes) {
  return (bytes / 1000).toFixed(1);
}

function verdict(name, gzip) {
  const asked = record.asked[name];
  if (asked === undefined) return "";
  return gzip <= asked ? `≤ ${kB(asked)}: met` : `≤ ${kB(asked)}: not met`;
}

function table(figures) {
  const rows = Object.entries(figures).map(([name, { min, gzip }]) => {
    const shown = names.includes(name) ? `\`${name}\`` : name;
    return `| ${shown} | ${kB(min)} | ${kB(gzip)} | ${verdict(name, gzip)} |`;
  });
  return [
    "| what is imported | minified, kB | and gzip, kB | asked, kB |",
    "| --- | --: | --: | --- |",
    ...rows,
    "",
  ].join("\n");
}

function print() {
  const columns = (...[name, ...cells]) => name.padEnd(28) + cells.map((cell) => String(cell).padStart(10)).join("");
  console.log(columns("kB", "minified", "and gzip", "recorded"));
  for (const [name, { min, gzip }] of bundles) {
    const recorded = record.recorded[name]?.gzip;
    const row = columns(name, kB(min), kB(gzip), recorded === undefined ? "-" : kB(recorded));
    console.log(`${row}   ${verdict(name, gzip)}`.trimEnd());
  }
}
