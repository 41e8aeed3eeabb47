// What the runner prints: a line per file, then what failed, then the count. Each function returns whether all is well.

import { summary } from "./in-runtime.mjs";

/** `runs` gives `[file, [verdict per subject]]`. */
export async function report({ version }, subjects, runs) {
  const all = [];
  for await (const [file, verdicts] of runs) {
    console.log([file.padEnd(48), ...verdicts.map((verdict) => `  ${verdict.subject} ${counts(verdict)}`)].join(""));
    all.push(...verdicts);
  }
  const { subtests, passed, failed, gaps, failures } = summary(all);
  for (const { file, subject, test, message } of failures) {
    console.log(`\nFAIL [${subject}] ${file} > ${test}\n${message.replace(/^/gm, "    ")}`);
  }
  console.log();
  for (const subject of subjects) {
    const own = summary(all.filter((verdict) => verdict.subject === subject));
    console.log(`${subject}: ${own.passed} passed, ${own.failed} failed, known gaps: ${own.gaps}`);
  }
  console.log(`${version}: ${subtests} subtests, known gaps: ${gaps}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

/** `runs` gives `[file, [{ subject, noticed } per broken pair]]`. */
export async function reportProof(runs) {
  const blind = [];
  for await (const [file, verdicts] of runs) {
    const marks = verdicts.map(({ subject, noticed }) => `  ${subject} ${noticed ? "noticed" : "-      "}`);
    console.log([file.padEnd(48), ...marks].join(""));
    if (!verdicts.some(({ noticed }) => noticed)) blind.push(file);
  }
  console.log(blind.length === 0 ? "\nevery file can fail" : `\npass against every broken pair: ${blind.join(", ")}`);
  return blind.length === 0;
}

function counts({ subtests, passed, gaps }) {
  return `${passed}/${subtests.length}${gaps.length > 0 ? ` gaps ${gaps.length}` : ""}`.padEnd(13);
}
