// A file through a worker process that is written in Python, and back: node main.mjs [file]
//
// Python packs it; it is unpacked here, and both sides' digests must be the same.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { json } from "sluice/codecs/json";
import { raw } from "sluice/codecs/raw";
import { spawn } from "sluice/process";

const [path = fileURLToPath(new URL("../../package-lock.json", import.meta.url))] = process.argv.slice(2);
const script = fileURLToPath(new URL("worker.py", import.meta.url));
const worker = await spawn("python3", [script], { stderr: "inherit" });

console.log(await worker.call("greet", { name: "Node" }));
await worker.call("count", { to: 3 }, { onProgress: (number) => console.log(number) });

const file = () => Readable.toWeb(createReadStream(path));
const [there, packed] = await Promise.all([digestThere(), packedAndBack()]);
console.log(`${path}: ${packed.size} bytes, packed ${packed.packedSize}`);
console.log(`sha256 there ${there}\n       here  ${packed.digest}`);

const { readable } = worker.openStream("numbers", { codec: json() });
for await (const number of readable) {
  if (number === 2) break; // and Python makes no more
}
await worker.close();
if (there !== packed.digest) throw new Error("What came back is not what was sent");

/** What Python makes of the file's bytes. */
async function digestThere() {
  const { readable, writable } = worker.openStream("sha256", { codec: { writable: raw(), readable: json() } });
  const sent = file().pipeTo(writable);
  for await (const { sha256 } of readable) {
    await sent;
    return sha256;
  }
}

async function packedAndBack() {
  const { readable, writable } = worker.openStream("gzip", { codec: raw() });
  const sent = file().pipeTo(writable);
  const hash = createHash("sha256");
  let size = 0;
  let packedSize = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      packedSize += chunk.length;
      controller.enqueue(chunk);
    },
  });
  for await (const chunk of readable.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"))) {
    size += chunk.length;
    hash.update(chunk);
  }
  await sent;
  return { size, packedSize, digest: hash.digest("hex") };
}
