// What the runner prints: a line per file, then what failed, then the count. Each function returns whether all is well.

/** `runs` gives `[file, [verdict per subject]]`. */
export async function report(subjects, runs) {
  const all = [];
  for await (const [file, verdicts] of runs) {
    console.log([file.padEnd(48), ...verdicts.map((verdict) => `  ${verdict.subject} ${counts(verdict)}`)].join(""));
    all.push(...verdicts);
  }
  for (const { file, subject, failures } of all) {
    for (const { test, message } of failures) {
      console.log(`\nFAIL [${subject}] ${file} > ${test}\n${message.replace(/^/gm, "    ")}`);
    }
  }
  const sum = (key, verdicts) => verdicts.reduce((total, verdict) => total + verdict[key], 0);
  console.log();
  for (const subject of subjects) {
    const own = all.filter((verdict) => verdict.subject === subject);
    console.log(
      `${subject}: ${sum("passed", own)} passed, ${sum("failed", own)} failed, known gaps: ${sum("gaps", own)}`,
    );
  }
  console.log(`${sum("passed", all)} passed, ${sum("failed", all)} failed`);
  return sum("failed", all) === 0;
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

function counts({ passed, failed, gaps }) {
  const all = passed + failed + gaps;
  return `${passed}/${all}${gaps > 0 ? ` gaps ${gaps}` : ""}`.padEnd(13);
}
