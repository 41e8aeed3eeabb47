/** Moves bytes both ways over a link, without a core: what arrives is told apart from what was sent by digest only. */
import { createHash } from "node:crypto";

/** Sizes drawn from a fixed sequence: a failure can be had again. */
function sizes(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + (state % most);
  };
}

/** `drive(link, total)` resolves with `{ received, took }` (milliseconds) once both sides have `total` bytes of the other. */
export function drive(link, total) {
  return new Promise((resolve, reject) => {
    const draw = sizes(7);
    const sent = createHash("sha256");
    const got = createHash("sha256");
    let sentBytes = 0;
    let gotBytes = 0;
    let place = new Uint8Array(0);
    let at = 0;
    let inside = false;
    let told;
    let started;
    const mine = { agreed: false };
    const theirs = { agreed: false };
    const post = (method, params) => link.post(JSON.stringify({ jsonrpc: "2.0", method, params }));
    const finish = () => {
      if (mine.agreed && theirs.agreed) resolve({ received: gotBytes, took: performance.now() - started });
    };
    const compare = () => {
      if (told === undefined || gotBytes < total) return;
      if (at > 0) got.update(place.subarray(0, at));
      at = 0;
      const digest = got.digest("hex");
      if (digest !== told || gotBytes > total) return reject(new Error(`got ${gotBytes} bytes with another digest`));
      mine.agreed = true;
      post("agreed", {});
      finish();
    };
    const send = () => {
      if (sentBytes >= total) return post("sent", { digest: sent.digest("hex") });
      const parts = [];
      for (let count = draw(20); count > 0 && sentBytes < total; count -= 1) {
        const part = new Uint8Array(Math.min(draw(draw(4) === 1 ? 300_000 : 100), total - sentBytes));
        for (let index = 0; index < part.length; index += 64) part[index] = draw(256);
        sent.update(part);
        sentBytes += part.length;
        parts.push(part);
      }
      let taken = false;
      const atOnce = link.write(parts, () => {
        if (taken) reject(new Error("taken twice"));
        taken = true;
        send();
      });
      if (!atOnce) return;
      taken = true;
      // Not deeper and deeper.
      queueMicrotask(send);
    };
    link.listen({
      met(first) {
        post("$/hello", { first, data: link.hello });
      },
      text(line) {
        const { method, params } = JSON.parse(line);
        if (method === "$/hello") link.greeted(params.data);
        else if (method === "sent") {
          told = params.digest;
          compare();
        } else if (method === "agreed") {
          theirs.agreed = true;
          finish();
        }
      },
      connected() {
        started = performance.now();
        send();
      },
      space() {
        if (inside) reject(new Error("space asked for within filled"));
        if (at === place.length) {
          if (at > 0) got.update(place);
          place = new Uint8Array(draw(200_000));
          at = 0;
        }
        return place.subarray(at);
      },
      filled(count) {
        if (inside) reject(new Error("filled within filled"));
        inside = true;
        at += count;
        gotBytes += count;
        if (at > place.length) reject(new Error("more than there was place for"));
        compare();
        inside = false;
      },
      lost: reject,
    });
  });
}
