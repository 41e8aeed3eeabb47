/** What must hold of a stream once a run is over. */
import type { Course } from "./course.ts";
import type { Flow } from "./flow.ts";
import { show } from "./reasons.ts";
import { other, type SideName } from "./scenario.ts";

const finalStates = new Set(["done", "ended", "failed"]);

/** Tells `fail` of everything that is wrong with a stream at rest. */
export function checkCourse(course: Course, fail: (what: string) => void): void {
  for (const flow of [course.forth, course.back]) {
    const failFlow = (what: string): void => fail(`${flow.label}: ${what}`);
    checkEnd(course, flow, failFlow);
    checkBuffers(flow, failFlow);
    checkAccounts(course, flow, failFlow);
  }
  for (const side of ["A", "B"] as const)
    checkStream(course, side, (what) => fail(`${course.name} at ${side}: ${what}`));
}

/** What a reader got is all of it, or there was an error; what a writer was told has arrived can be read. */
function checkEnd(course: Course, flow: Flow, fail: (what: string) => void): void {
  if (flow.ended && !flow.closing) fail("the reader saw an end, and the writer never closed");
  if (flow.ended && !flow.complete) fail(`the reader saw the end after ${flow.got} of ${flow.specs.length} chunks`);
  const gaveUp = flow.stopped || course.plan.echo;
  if (flow.closed && flow.reads && !flow.ended && !gaveUp) fail("close() resolved, and the reader never saw the end");
  if (flow.arrived && flow.reads && !flow.ended && !gaveUp) fail("the end had come, and the reader never saw it");
}

function checkBuffers(flow: Flow, fail: (what: string) => void): void {
  if (!flow.closed) return;
  for (const { buffer, length, moved } of flow.buffers) {
    const expected = moved ? 0 : length;
    if (buffer.byteLength !== expected) fail(`a buffer of ${length} bytes has ${buffer.byteLength} in the end`);
  }
}

/** Of a direction that ended well, both sides have the same account. */
function checkAccounts(course: Course, flow: Flow, fail: (what: string) => void): void {
  const [sender, receiver] = [course.ends[flow.sender], course.ends[flow.receiver]];
  if (!flow.closed || !flow.ended || sender === undefined || receiver === undefined) return;
  const { outgoing } = sender.stats();
  const { incoming } = receiver.stats();
  const { unit, weighed, highWaterMark } = flow.rule;
  const equal = (what: string, seen: unknown, expected: unknown): void => {
    if (seen !== expected) fail(`${what} is ${String(seen)} in the end, and should be ${String(expected)}`);
  };
  equal("chunks sent", outgoing.chunks, flow.specs.length);
  equal("chunks received", incoming.chunks, flow.specs.length);
  equal("bytes charged at the sender", outgoing.bytes, flow.cost);
  equal("bytes charged at the receiver", incoming.bytes, flow.cost);
  equal("what is queued at the sender", outgoing.queued, 0);
  equal("what is queued at the receiver", incoming.queued, 0);
  equal("the sender's state", outgoing.state, "done");
  equal("the receiver's state", incoming.state, "ended");
  equal("the unit", incoming.unit, weighed === undefined ? unit : "chunks");
  const most = Math.max(1, Math.ceil(highWaterMark), flow.rule.initial.chunks);
  if (unit === "chunks" && !weighed && incoming.peak > most) fail(`the peak is ${incoming.peak}, over ${most}`);
  equal("the window", incoming.highWaterMark, highWaterMark);
}

function checkStream(course: Course, side: SideName, fail: (what: string) => void): void {
  const end = course.ends[side];
  if (end === undefined) return;
  const { outgoing, incoming } = end.stats();
  for (const { state } of [outgoing, incoming]) if (!finalStates.has(state)) fail(`a direction is still ${state}`);
  const failed = outgoing.state === "failed" || incoming.state === "failed";
  const { aborted, reason } = end.signal;
  if (aborted !== failed)
    fail(`its signal is ${aborted ? "" : "not "}aborted, its directions have ${failed ? "" : "not "}failed`);
  // A signal has no reason of undefined.
  const explained = course.causes.explain(reason, side) || course.causes.explain(undefined, other(side));
  if (aborted && !explained) fail(`its signal is aborted without a cause, with ${show(reason)}`);
}
