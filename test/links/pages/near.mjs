// The side that talks, in a page: what every link has to carry, and what is left open when its other side goes.
import { connect } from "/sluice.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls, streams both ways, and backpressure: what was seen of each. */
export async function exercise(channel) {
  const key = crypto.randomUUID();
  const sum = await channel.call("add", [2, 3]);
  const echo = channel.openStream("echo", { transfer: true });
  const writer = echo.writable.getWriter();
  const sent = [1, { two: 2 }, new Uint8Array([3, 3, 3]), "four"];
  const wrote = (async () => {
    for (const chunk of sent) await writer.write(chunk);
    await writer.close();
  })();
  const back = await collect(echo.readable);
  await wrote;
  // Nobody reads: the source stops at the window, however long one waits.
  const source = channel.openStream("source", { metadata: key, highWaterMark: 8 });
  const reader = source.readable.getReader();
  await reader.read();
  let made = 0;
  for (let before = -1; made !== before; await sleep(100)) {
    before = made;
    made = await channel.call("made", [key]);
  }
  await reader.cancel();
  return { sum, back: back.map((chunk) => (chunk instanceof Uint8Array ? [...chunk] : chunk)), made };
}

async function collect(readable) {
  const chunks = [];
  const reader = readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

/** Leaves open what there is to leave open. `settled()`: what each came to, and when the last did. */
export async function occupy(channel) {
  const [echo, sink] = [channel.openStream("echo"), channel.openStream("sink")];
  const writer = sink.writable.getWriter();
  const waits = {
    read: echo.readable.getReader().read(),
    writerClosed: writer.closed,
    call: channel.call("never", []),
    pipe: channel
      .openStream("source", { metadata: "pipe" })
      .readable.pipeTo(new WritableStream({ write: () => sleep(50) })),
    closed: channel.closed,
  };
  // Far beyond the window: the last of them wait for credit.
  const writes = Array.from({ length: 10_000 }, (_, i) => writer.write({ i }));
  await channel.call("add", [1, 1]);
  waits.write = writes.at(-1);
  for (const write of writes) write.catch(() => {});
  let last = 0;
  const outcomes = Promise.all(
    Object.entries(waits).map(async ([name, promise]) => {
      const outcome = await promise.then(
        () => "done",
        (error) => error?.code ?? String(error),
      );
      last = Date.now();
      return [name, outcome];
    }),
  );
  return {
    channel,
    async settled() {
      const given = await Promise.race([outcomes, sleep(30_000)]);
      const locks = await locksLeft();
      return { outcomes: given && Object.fromEntries(given), at: last, why: await reasonOf(channel), locks };
    },
  };
}

async function reasonOf(channel) {
  return Promise.race([channel.closed, sleep(1_000)]).then(
    () => "not closed",
    (error) => error.message,
  );
}

/** How many of ours are left once there was time to release them: a slow browser does that a moment after it was asked. */
async function locksLeft() {
  const end = Date.now() + 5_000;
  let left = await locksOf();
  while (left > 0 && Date.now() < end) {
    await sleep(20);
    left = await locksOf();
  }
  return left;
}

/** How many of ours are held or asked for in this storage partition. */
export async function locksOf() {
  const { held, pending } = await navigator.locks.query();
  return [...held, ...pending].filter(({ name }) => name.startsWith("sluice:")).length;
}

/** A frame or a popup with a page in it. */
export function openOther(kind, url) {
  if (kind === "popup")
    return { window: open(url, "_blank", "popup,width=300,height=300"), end: (other) => other.window.close() };
  const frame = document.createElement("iframe");
  frame.src = url;
  document.body.append(frame);
  return { frame, window: frame.contentWindow, end: () => frame.remove() };
}

/** Resolves with the first result of `get` that is not undefined; after 20 s with undefined. */
export async function until(get) {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(20)) {
    const value = await get();
    if (value !== undefined) return value;
  }
}

/** What the promise gives, or "pending" after so many milliseconds. */
export function within(ms, promise) {
  return Promise.race([promise, sleep(ms).then(() => "pending")]);
}

export { connect, sleep };
