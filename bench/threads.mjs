// Between two threads of one process: the main thread produces and calls, a worker consumes and answers. A row is a line
// here; what it does is in threads/MODULE.mjs. The counts make a timed run last about a third of a second.
//
// Who is missing in a row, and why: Comlink and birpc have no streams (a call for each chunk stands for Comlink's);
// native streams and Cap'n Web cannot be told to transfer chunks, so they are only among the copied.
import { inFlight, roundTrip } from "./threads/calls.mjs";
import { concurrent } from "./threads/concurrent.mjs";
import { delivery } from "./threads/delivery.mjs";
import { latency } from "./threads/latency.mjs";
import { opening } from "./threads/opening.mjs";
import { pair } from "./threads/pair.mjs";
import { payloads } from "./threads/payloads.mjs";

const IN_FLIGHT = 64;
/** Of chunks whose cost is compared, on both sides; a stream's limit of bytes is raised so that it is not met first. */
const FEW_IN_FLIGHT = 16;
const FEW_BYTES = 2 * FEW_IN_FLIGHT * payloads["1 MiB"].size;

const object = (subject, module, count, options) => pair(subject, { module, payload: "objects", count, ...options });

/** The rows of buffers: `counts` by who moves them, `window` the bare port's. */
function buffers(size, window, counts) {
  const row = (subject, module, count, options) => pair(subject, { module, payload: size, count, ...options });
  const { moved, copied, called, pulled } = counts;
  return {
    work: `${size} buffers`,
    unit: payloads[size].unit,
    subjects: [
      row("sluice, transferred", "sluice", moved, { transfer: true }),
      row("bare port, transferred", "port-window", moved, { transfer: true, window }),
      row("comlink, transferred", "comlink", called, { transfer: true, inFlight: IN_FLIGHT }),
      row("remote-web-streams, transferred", "remote-web-streams", pulled, { transfer: true }),
      row("sluice, copied", "sluice", copied),
      row("bare port, cloned", "port-window", copied, { window }),
      row("native", "native", pulled),
      row("capnweb", "capnweb", called),
      row("comlink, copied", "comlink", called, { inFlight: IN_FLIGHT }),
      row("remote-web-streams, copied", "remote-web-streams", pulled),
    ],
  };
}

/** What it costs to move `count` chunks of 1 MiB, as chunks of a stream and as params of calls, both transferred. */
function cost(work, unit, meter, count) {
  const row = (subject, module, options) =>
    pair(subject, { module, payload: "1 MiB", count, meter, transfer: true, inFlight: FEW_IN_FLIGHT, ...options });
  return {
    work,
    unit,
    better: "less",
    subjects: [
      row("sluice, stream", "sluice", { highWaterMark: FEW_IN_FLIGHT, limits: { streamBytes: FEW_BYTES } }),
      row("bare port, params of calls", "port-calls"),
      row("comlink, params of calls", "comlink"),
    ],
  };
}

/** Enough for each of a thousand, 5 MiB, that its first chunk and its end are not most of what is measured. */
function together(who, streams, by) {
  const subject = `${who}, ${streams.toLocaleString("en")}`;
  return concurrent(subject, { streams, count: 80_000, figure: "throughput", by });
}

export const works = [
  {
    work: "small objects",
    unit: payloads.objects.unit,
    subjects: [
      object("sluice", "sluice", 300_000),
      object("native", "native", 6_000),
      object("ceiling", "ceiling", 300_000),
      object("bare port", "port", 100_000, { batch: 1 }),
      object("bare port, batches of 64", "port", 400_000, { batch: 64 }),
      object("capnweb", "capnweb", 10_000),
      object("comlink, a call each", "comlink", 15_000, { inFlight: IN_FLIGHT }),
      object("remote-web-streams", "remote-web-streams", 5_000),
    ],
  },
  buffers("1 KiB", 1024, { moved: 60_000, copied: 60_000, called: 8_000, pulled: 3_000 }),
  buffers("64 KiB", 128, { moved: 20_000, copied: 10_000, called: 5_000, pulled: 2_500 }),
  buffers("1 MiB", 16, { moved: 1_000, copied: 600, called: 600, pulled: 400 }),
  {
    work: "call, round trip",
    unit: "µs",
    better: "less",
    subjects: [
      roundTrip("sluice", { module: "sluice", count: 3_000 }),
      roundTrip("bare ping-pong", { module: "port", count: 3_000 }),
      roundTrip("comlink", { module: "comlink", count: 3_000 }),
      roundTrip("birpc", { module: "birpc", count: 3_000 }),
      roundTrip("capnweb", { module: "capnweb", count: 3_000 }),
    ],
  },
  {
    work: `calls, ${IN_FLIGHT} in flight`,
    unit: "calls/s",
    subjects: [
      inFlight("sluice", { module: "sluice", count: 20_000, lanes: IN_FLIGHT }),
      inFlight("bare ping-pong", { module: "port", count: 50_000, lanes: IN_FLIGHT }),
      inFlight("comlink", { module: "comlink", count: 20_000, lanes: IN_FLIGHT }),
      inFlight("birpc", { module: "birpc", count: 20_000, lanes: IN_FLIGHT }),
      inFlight("capnweb", { module: "capnweb", count: 10_000, lanes: IN_FLIGHT }),
    ],
  },
  {
    work: "call beside a stream of the same channel",
    unit: "µs",
    better: "less",
    subjects: [
      latency("sluice, idle", { count: 200 }),
      latency("sluice, 64 KiB saturate", { load: "64 KiB", transfer: true, count: 200 }),
      latency("sluice, small objects saturate", { load: "objects", count: 200 }),
    ],
  },
  {
    work: "one way, nothing else under way",
    unit: "µs",
    better: "less",
    subjects: [
      delivery("sluice, chunk", { by: "chunk", count: 300 }),
      delivery("sluice, call", { by: "call", count: 300 }),
    ],
  },
  {
    work: "streams at once, 64 KiB transferred",
    unit: payloads["64 KiB"].unit,
    subjects: [
      ...[1, 10, 100, 1_000, 10_000].map((streams) => together("sluice", streams)),
      ...[1, 1_000].map((streams) => together("ports by hand", streams, "ports")),
    ],
  },
  {
    // Enough for each that one message of a stream, up to 1 MiB, is no more than a quarter of what it has had by then.
    work: "share of each of 1,000 streams, halfway",
    unit: "of the mean",
    better: "near 1",
    subjects: [concurrent("sluice", { streams: 1_000, count: 128_000, figure: "shares" })],
  },
  {
    work: "opening a stream, until a chunk is echoed",
    unit: "µs",
    better: "less",
    subjects: ["sluice", "port", "native", "remote-web-streams", "capnweb"].map((module) =>
      opening(module === "port" ? "bare port" : module, { module, count: 300 }),
    ),
  },
  cost("CPU for 4 GiB in 1 MiB chunks", "s", "cpu", 4_096),
  cost("garbage collection per GiB, 1 MiB chunks", "ms", "gc", 1_024),
  cost("heap allocated per GiB, 1 MiB chunks", "MiB", "heap", 1_024),
];
