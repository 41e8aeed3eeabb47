// For trying a benchmark out: `SLUICE_BENCH_SCALE=0.05` makes every run that much shorter. Figures taken so mean nothing,
// so the harness does not keep them.

const scale = Number(process.env.SLUICE_BENCH_SCALE ?? 1);

/** False while a benchmark is only tried out. */
export const FULL = scale === 1;

export function scaled(count) {
  return Math.max(1, Math.round(count * scale));
}
