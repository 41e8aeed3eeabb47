// In a frame or a popup. `?origin=` is the origin of the page that has it, `names` what to link it by, `delay` when.

import { windowLink } from "/sluice.mjs";
import { serve } from "./far.mjs";

const { origin, names = "", delay = "0" } = Object.fromEntries(new URLSearchParams(location.search));
const home = opener ?? parent;

/** What anybody has posted to this window. */
const posted = [];
addEventListener("message", ({ data, ports }) =>
  posted.push({ data: String(data?.sluice ?? data), ports: ports.length }),
);

setTimeout(() => {
  for (const name of names.split(","))
    serve(windowLink(home, { origin, name }), {
      name: () => name,
      trusted: () => origin === globalThis.origin,
      posted: () => posted,
      // After the answer to this.
      leave: () => void setTimeout(() => location.assign("/blank.html"), 0),
      reload: () => void setTimeout(() => location.reload(), 0),
      litter() {
        for (const junk of ["text", null, 5, { sluice: "ready" }, { sluice: "port", to: "you", port: 1 }, { name: "" }])
          home.postMessage(junk, "*");
      },
    });
}, Number(delay));
