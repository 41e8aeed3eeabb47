// Interleaved rounds: in each, every subject runs once, so that a machine that slows down slows all of them. The
// order rotates, so that nobody always runs after the same neighbour. Knows no units and judges nothing.

const PATIENCE_MS = 120_000;
/** So long, and at least once, every subject runs before it counts. */
const WARM_UP_MS = 2_000;

/**
 * `{ samples, failures }`: per subject the value of each round, or what it failed with. A subject that fails
 * once is out of the remaining rounds.
 */
export async function measure(work, subjects, rounds) {
  const samples = new Map();
  const failures = new Map();
  const runs = new Map();

  const attempt = async (subject, step) => {
    try {
      return await within(PATIENCE_MS, step());
    } catch (error) {
      failures.set(subject, error);
      samples.delete(subject);
      return undefined;
    }
  };

  for (const { subject, open } of subjects) {
    const run = await attempt(subject, open);
    if (!run) continue;
    runs.set(subject, run);
    progress(`${work}: warming up ${subject}`);
    const warm = performance.now() + WARM_UP_MS;
    samples.set(subject, []);
    // Engines compile what runs often: whoever has more code takes longer to get there.
    do await attempt(subject, () => run.once());
    while (performance.now() < warm && !failures.has(subject));
  }
  for (let round = 0; round < rounds; round++) {
    const order = subjects.map((_, at) => subjects[(at + round) % subjects.length].subject);
    for (const subject of order) {
      if (failures.has(subject)) continue;
      progress(`${work}: round ${round + 1} of ${rounds}, ${subject}`);
      const value = await attempt(subject, () => runs.get(subject).once());
      if (value !== undefined) samples.get(subject).push(value);
    }
  }
  progress("");
  for (const [subject, run] of runs) await attempt(subject, () => run.close());
  return { samples, failures };
}

async function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came back within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One line that replaces itself, for whoever watches. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
