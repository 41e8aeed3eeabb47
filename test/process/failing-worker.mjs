// A web worker that fails once it is called.
import { connect } from "sluice";

// Bun heeds the paths in tsconfig.json, and those are Node's.
const { parentLink } = await import("Bun" in globalThis ? "../../adapters/worker/web.ts" : "sluice/worker");

connect(parentLink(), {
  methods: {
    fail: () =>
      new Promise(() => {
        setTimeout(() => {
          throw new Error("it went wrong");
        }, 10);
      }),
  },
});
