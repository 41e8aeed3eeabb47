// One row of a benchmark over and over, for a profiler to watch.
const [name, work, subject, repeats] = process.argv.slice(2);
const { works } = await import(new URL(`../${name}.mjs`, import.meta.url).href);
if (!Array.isArray(works)) throw new Error(`Cannot repeat a row of ${name}: it does not run in Node`);
const row = works.find((each) => each.work === work)?.subjects.find((each) => each.subject === subject);
if (!row) throw new Error(`Cannot find ${work}, ${subject} in ${name}`);

const run = await row.open();
for (let count = 0; count < Number(repeats); count++) {
  const given = await run.once();
  console.log(typeof given === "number" ? given.toPrecision(4) : given);
}
await run.close();
