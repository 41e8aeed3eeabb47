// In the window: offers many bytes to a worker, and reports what the source itself has seen of that.
import { connect } from "sluice";
import { workerLink } from "sluice/worker";
import { CHUNK, Digest, makeChunk } from "./chunks.mjs";

/** Milliseconds without a pull after which the source is taken to stand still. */
const STILL = { first: 1_000, later: 20 };

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * `{ pulls, leads: { first, most }, digests, overheard }`: a lead is by how many chunks the source is ahead of the reader
 * at rest; `overheard` counts the messages that a listener of the worker's own has seen beyond those of the meeting.
 */
globalThis.soak = async ({ stream, mib }) => {
  const total = (mib * 2 ** 20) / CHUNK;
  let pulls = 0;
  const leads = [];

  /** The reader rests until the source stands still: so it is the slower of the two. */
  async function rest({ read }) {
    const still = leads.length === 0 ? STILL.first : STILL.later;
    for (let before = -1; before !== pulls; ) {
      before = pulls;
      await sleep(still);
    }
    leads.push(pulls - read);
  }

  const worker = new Worker("/worker.mjs", { type: "module" });
  const channel = connect(workerLink(worker), { methods: { rest } });
  let overheard = 0;
  worker.onmessage = ({ data }) => {
    if (data.sluice !== "ready") overheard++;
  };
  const digest = new Digest();
  const source = new ReadableStream(
    {
      async pull(controller) {
        if (pulls === total) return controller.close();
        const chunk = makeChunk(pulls++);
        await digest.add(chunk);
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const { readable, writable } = channel.openStream(stream, { transfer: true });
  const piped = source.pipeTo(writable);
  const [{ value: far }] = await Promise.all([readable.getReader().read(), piped]);
  await channel.close();
  worker.terminate();
  return { pulls, leads: { first: leads[0], most: Math.max(...leads) }, digests: [digest.hex, far], overheard };
};
