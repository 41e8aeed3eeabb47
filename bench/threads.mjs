// Between two threads of one process: the main thread produces, a worker consumes. A row is a line here; what it does
// is in threads/MODULE.mjs. The counts make each timed run last about half a second.
import { pair } from "./threads/pair.mjs";
import { payloads } from "./threads/payloads.mjs";

const object = (subject, module, count, options) => pair(subject, { module, payload: "objects", count, ...options });
const buffer = (subject, module, count, options) => pair(subject, { module, payload: "buffers", count, ...options });

export const works = [
  {
    work: "small objects",
    unit: payloads.objects.unit,
    subjects: [
      object("sluice", "sluice", 300_000),
      object("native", "native", 3_000),
      object("ceiling", "ceiling", 300_000),
      object("bare port", "port", 100_000, { batch: 1 }),
      object("bare port, batches of 64", "port", 400_000, { batch: 64 }),
    ],
  },
  {
    work: "64 KiB buffers",
    unit: payloads.buffers.unit,
    subjects: [
      buffer("sluice, transferred", "sluice", 30_000, { transfer: true }),
      buffer("bare port, transferred", "port-window", 30_000, { transfer: true }),
      buffer("sluice, copied", "sluice", 12_000),
      buffer("bare port, cloned", "port-window", 12_000),
      buffer("native", "native", 3_000),
    ],
  },
];
