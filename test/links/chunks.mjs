// What chunks are made of in browsers alone: what arrives of it, and what becomes of what cannot be read.
import { describe, expect } from "vitest";

export function chunks({ place, it }) {
  describe("A chunk", () => {
    it("arrives as clone makes it, with what it held when it was written", async () => {
      const page = await place.page();
      const seen = await page.evaluate(async () => {
        const channel = near.connect(sluice.workerLink(new Worker("worker.mjs", { type: "module" })));
        const image = new ImageData(2, 3);
        const point = new DOMPoint();
        const map = document.body.appendChild(document.createElement("iframe")).contentWindow.eval("new Map()");
        const files = new DataTransfer();
        files.items.add(new File(["abc"], "a.txt"));
        const kinds = [
          [image, (n) => image.data.fill(n), (it) => [it.width, it.height, it.data[5]].join()],
          [{ image }, (n) => image.data.fill(n), (it) => [it.image.width, it.image.height, it.image.data[5]].join()],
          [point, (n) => (point.x = n), (it) => it.x],
          [map, (n) => map.set("n", n), (it) => it.get("n")],
          [files.files, () => {}, (it) => it[0].name],
          [Object.assign(new Blob(["abc"]), { note: 1 }), () => {}, (it) => it.size],
        ];
        const seen = [];
        for (const [chunk, change, show] of kinds) {
          const { readable, writable } = channel.openStream("echo");
          const [writer, reader] = [writable.getWriter(), readable.getReader()];
          // Those after the first gather.
          await writer.write("first");
          for (const n of [1, 2, 3]) {
            change(n);
            await writer.write(chunk);
          }
          change(9);
          await reader.read();
          const shown = [];
          while (shown.length < 3) shown.push(show((await reader.read()).value));
          seen.push(shown);
        }
        return seen;
      });
      expect(seen).toEqual([
        ["2,3,1", "2,3,2", "2,3,3"],
        ["2,3,1", "2,3,2", "2,3,3"],
        [1, 2, 3],
        [1, 2, 3],
        ["a.txt", "a.txt", "a.txt"],
        [3, 3, 3],
      ]);
    });

    it("that cannot be read at the other side ends its stream at both ends before any later one, and nothing else", async () => {
      const page = await place.page();
      const seen = await page.evaluate(async () => {
        const channel = near.connect(sluice.sharedWorkerLink(new SharedWorker("shared.mjs", { type: "module" })));
        const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
        const other = channel.openStream("echo");
        const seen = {};
        for (const apart of [true, false]) {
          const { readable, writable } = channel.openStream("echo");
          const writer = writable.getWriter();
          const closed = writer.closed.catch((error) => error.code);
          const back = [];
          const reading = (async () => {
            try {
              for (const reader = readable.getReader(); ; ) back.push((await reader.read()).value);
            } catch (error) {
              back.push(error.code);
            }
          })();
          for (const chunk of [1, module, 2]) {
            writer.write(chunk).catch(() => {});
            if (apart) await near.sleep(100);
          }
          writer.close().catch(() => {});
          await reading;
          seen[apart ? "apart" : "together"] = { back, closed: await closed };
        }
        await other.writable.getWriter().write("still");
        seen.other = (await other.readable.getReader().read()).value;
        seen.sum = await channel.call("add", [1, 2]);
        return seen;
      });
      const ended = { back: [1, "CHUNK_UNREADABLE"], closed: "CHUNK_UNREADABLE" };
      expect(seen).toEqual({ apart: ended, together: expect.anything(), other: "still", sum: 3 });
      expect(seen.together).toMatchObject({ closed: "CHUNK_UNREADABLE" });
      expect([["CHUNK_UNREADABLE"], [1, "CHUNK_UNREADABLE"]]).toContainEqual(seen.together.back);
    });
  });
}
