// From what the subjects of a work gave in each round to the rows of the table: a subject that gives several figures at
// once, `{ name: number }`, has a row for each.

/** `samples`: subject -> what each round gave. Row -> number per round, in the same order. */
export function figures(samples) {
  const rows = new Map();
  for (const [subject, rounds] of samples) {
    for (const given of rounds) {
      for (const [name, value] of typeof given === "number" ? [["", given]] : Object.entries(given)) {
        const row = name === "" ? subject : `${subject}, ${name}`;
        if (!rows.has(row)) rows.set(row, []);
        rows.get(row).push(value);
      }
    }
  }
  return rows;
}
