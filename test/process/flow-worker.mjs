// The child of the flow tests: one side of `flow-side.mjs`, and what breaks rules.
import process from "node:process";
import { connect } from "sluice";
import { json } from "sluice/codecs/json";
import { parentLink } from "sluice/process";
import { makeSide } from "./flow-side.mjs";
import { garbage, sockets } from "./garbage.mjs";

const side = makeSide(() => channel);

/** Says that it writes JSON, and does not. */
const broken = { ...json(), encode: () => new TextEncoder().encode('{"half":') };

let brokenEnded;
const brokenEnd = new Promise((resolve) => {
  brokenEnded = resolve;
});

const channel = connect(parentLink(), {
  streams: {
    ...side.streams,
    brokenJson: {
      codec: broken,
      handler: async ({ readable, writable }) => {
        const writer = writable.getWriter();
        writer.write({}).catch(() => {});
        writer.closed.catch((error) => brokenEnded(error.code));
        for await (const _ of readable);
      },
    },
  },
  methods: {
    ...side.methods,
    brokenEnd: () => brokenEnd,
    print({ text }) {
      process.stdout.write(text);
    },
    printBytes({ bytes }) {
      process.stdout.write(Uint8Array.from(bytes));
    },
    /** What is no frame, among the frames. */
    cry({ kind }) {
      for (const socket of sockets()) socket.write(garbage[kind]());
    },
  },
});
