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

const file = () => Readable.toWeb(createReadStream(path));

try {
  await show();
} catch (error) {
  console.error(`cannot send ${path}: ${error.message}`);
  process.exitCode = 1;
}
await worker.close().catch(() => {}); // one that has died was reported above

async function show() {
  console.log(await worker.call("greet", { name: "Node" }));
  await worker.call("count", { to: 3 }, { onProgress: (number) => console.log(number) });

  const [there, packed] = await Promise.all([digestThere(), packedAndBack()]);
  console.log(`${path}: ${packed.size} bytes, packed ${packed.packedSize}`);
  console.log(`sha256 there ${there}\n       here  ${packed.digest}`);
  if (there !== packed.digest) throw new Error("What came back is not what was sent");

  const { readable } = worker.openStream("numbers", { codec: json() });
  for await (const number of readable) {
    if (number === 2) break; // and Python makes no more
  }
}

/** What Python makes of the file's bytes. */
async function digestThere() {
  const { readable, writable } = worker.openStream("sha256", { codec: { writable: raw(), readable: json() } });
  const [{ value }] = await Promise.all([readable.getReader().read(), file().pipeTo(writable)]);
  return value.sha256;
}

async function packedAndBack() {
  const { readable, writable } = worker.openStream("gzip", { codec: raw() });
  const hash = createHash("sha256");
  let size = 0;
  let packedSize = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      packedSize += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const unpacked = new WritableStream({
    write(chunk) {
      size += chunk.length;
      hash.update(chunk);
    },
  });
  await Promise.all([
    file().pipeTo(writable),
    readable.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip")).pipeTo(unpacked),
  ]);
  return { size, packedSize, digest: hash.digest("hex") };
}
