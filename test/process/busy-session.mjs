// A busy session, the same at both ends: streams of several codecs both ways, calls in flight, the default stream. All
// content follows from names and numbers, so that each end can tell whether what it got is an exact prefix. `run` ends
// when the channel has, with what was wrong: nothing may be.
import { json } from "sluice/codecs/json";
import { raw } from "sluice/codecs/raw";

const KINDS = ["raw", "json", "plain"];
const codecs = { raw: raw(), json: json() };
const SIZES = [10, 70_000, 1_000, 300_000, 64, 65_536];
const LATE = 20_000;

/** Chunk `n` of the stream of that name. */
function chunkOf(name, kind, n) {
  const size = SIZES[(n + name.length) % SIZES.length];
  if (kind === "json") return { name, n, text: `${n}`.repeat(size / 64) };
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 61) bytes[at] = n * 31 + at;
  return bytes;
}

function isSame(got, expected) {
  if (!(expected instanceof Uint8Array)) return JSON.stringify(got) === JSON.stringify(expected);
  return got instanceof Uint8Array && Buffer.compare(got, expected) === 0;
}

/** @param {"parent" | "child"} side this end */
export function makeSession(side) {
  const wrong = [];
  const seen = { chunks: 0, calls: 0, data: 0, ended: 0 };
  const lost = (error, what) => {
    if (error?.code !== "CONNECTION_LOST") wrong.push(`${what} ended with ${error?.code}: ${error?.message}`);
  };

  async function write(writable, name, kind, count) {
    const writer = writable.getWriter();
    try {
      for (let n = 0; n < count; n++) await writer.write(chunkOf(name, kind, n));
      await writer.close();
    } catch (error) {
      lost(error, `writing ${name}`);
    }
  }

  async function read(readable, name, kind, count) {
    let n = 0;
    try {
      for await (const chunk of readable) {
        if (!isSame(chunk, chunkOf(name, kind, n))) wrong.push(`chunk ${n} of ${name} is not what was written`);
        n++;
        seen.chunks++;
      }
      if (n !== count) wrong.push(`${name} has ended after ${n} of ${count}`);
      seen.ended++;
    } catch (error) {
      lost(error, `reading ${name} at ${n}`);
    }
  }

  /** Both directions of a stream: names tell them apart. */
  const both = ({ readable, writable }, name, kind, count, [mine, theirs]) =>
    Promise.all([write(writable, `${name} ${mine}`, kind, count), read(readable, `${name} ${theirs}`, kind, count)]);

  const handler =
    (kind) =>
    ({ metadata: { name, count }, ...stream }) =>
      both(stream, name, kind, count, ["back", "there"]);
  const api = {
    streams: Object.fromEntries(KINDS.map((kind) => [kind, { codec: codecs[kind], handler: handler(kind) }])),
    methods: {
      work: async ({ n }) => {
        if (n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, n % 7));
        return { n, square: n * n };
      },
      never: () => new Promise(() => {}),
    },
  };

  let expected = 0;
  const onData = (chunk) => {
    if (!isSame(chunk, chunkOf("data", "plain", expected))) wrong.push(`data ${expected} is not what was sent`);
    expected++;
    seen.data++;
  };

  /** Begins all of it; resolves once all has settled, or with what has not. */
  async function run(channel) {
    let over = false;
    channel.closed.then(
      () => wrong.push("the channel has closed properly"),
      (error) => {
        over = true;
        lost(error, "the channel");
      },
    );
    channel.onData(onData);
    const untilOver = async (what, act) => {
      try {
        for (let n = 0; !over; n++) await act(n);
      } catch (error) {
        // Begun in the turn in which the channel ended.
        if (error?.code !== "CHANNEL_CLOSED" || channel.stats().state !== "closed") lost(error, what);
      }
    };
    const stream = (kind, name, count) =>
      both(channel.openStream(kind, { codec: codecs[kind], metadata: { name, count } }), name, kind, count, [
        "there",
        "back",
      ]);
    const tasks = {
      ...Object.fromEntries(KINDS.map((kind) => [`long ${kind}`, stream(kind, `${side} ${kind}`, 1_000_000)])),
      short: untilOver("short streams", (n) => stream(KINDS[n % 3], `${side} short ${n}`, 5)),
      calls: untilOver("calls", async (n) => {
        const answers = await Promise.all([n, n + 1, n + 2].map((each) => channel.call("work", { n: each })));
        if (answers.some(({ square }, at) => square !== (n + at) ** 2)) wrong.push(`call ${n} got a wrong answer`);
        seen.calls++;
      }),
      pending: channel.call("never").catch((error) => lost(error, "the pending call")),
      data: untilOver("data", (n) => channel.sendData(chunkOf("data", "plain", n))),
    };
    const unsettled = new Set(Object.keys(tasks));
    for (const [name, task] of Object.entries(tasks)) task.then(() => unsettled.delete(name));
    await channel.closed.catch(() => {});
    const late = new Promise((resolve) => setTimeout(resolve, LATE).unref());
    await Promise.race([Promise.all(Object.values(tasks)), late]);
    const { calls, streams } = channel.stats();
    if (calls + streams.length > 0) wrong.push(`${calls} calls and ${streams.length} streams are left`);
    return { side, wrong, unsettled: [...unsettled], seen };
  }

  return { api, run };
}
