/**
 * Where a result is kept until it is downloaded: in a file of the browser's own (the origin private file system), so
 * that a large one takes no memory; where there is none, in memory up to a limit. Knows nothing of streams.
 */

/** Without a file, so much is kept. */
export const MOST_IN_MEMORY: number = 256 * 1024 * 1024;

/** Each write to a file costs about a millisecond, whatever its size. */
const BATCH = 1024 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;

export interface Keep {
  /** Resolves when there is room for more. */
  add(chunk: Bytes): Promise<void>;
  /** What was added; `undefined` if it was too much. */
  finish(): Promise<Blob | undefined>;
  /** Forgets it, before or after the end. */
  discard(): Promise<void>;
}

export async function openKeep(): Promise<Keep> {
  try {
    return await fileKeep();
  } catch {
    // No such file system, or not for this page: a private window, an old browser.
    return memoryKeep();
  }
}

async function fileKeep(): Promise<Keep> {
  const folder = await ownFolder();
  const name = crypto.randomUUID();
  const handle = await folder.getFileHandle(name, { create: true });
  const file = await handle.createWritable();
  const batch = new Uint8Array(BATCH);
  let held = 0;
  let isOpen = true;
  return {
    async add(chunk) {
      for (let from = 0; from < chunk.byteLength; ) {
        const part = chunk.subarray(from, from + BATCH - held);
        batch.set(part, held);
        held += part.byteLength;
        from += part.byteLength;
        if (held < BATCH) continue;
        await file.write(batch);
        held = 0;
      }
    },
    async finish() {
      await file.write(batch.subarray(0, held));
      isOpen = false;
      await file.close();
      return handle.getFile();
    },
    async discard() {
      if (isOpen) await file.abort().catch(() => {});
      isOpen = false;
      await folder.removeEntry(name).catch(() => {});
    },
  };
}

function memoryKeep(): Keep {
  // Blobs rather than buffers: a browser may move them out of the page's memory.
  let parts: Blob[] = [];
  let size = 0;
  return {
    async add(chunk) {
      size += chunk.byteLength;
      if (size <= MOST_IN_MEMORY) parts.push(new Blob([chunk]));
      else parts = [];
    },
    finish: async () => (size <= MOST_IN_MEMORY ? new Blob(parts) : undefined),
    async discard() {
      parts = [];
    },
  };
}

let own: Promise<FileSystemDirectoryHandle> | undefined;

/** A folder for this visit, held by a lock of its name: whatever has no holder any more is swept away. */
function ownFolder(): Promise<FileSystemDirectoryHandle> {
  own ??= (async () => {
    const root = await navigator.storage.getDirectory();
    const name = `visit-${crypto.randomUUID()}`;
    await new Promise<void>((held) => {
      navigator.locks.request(name, () => {
        held();
        return new Promise(() => {});
      });
    });
    for await (const other of root.keys()) {
      await navigator.locks.request(other, { ifAvailable: true }, async (lock) => {
        if (lock) await root.removeEntry(other, { recursive: true }).catch(() => {});
      });
    }
    return root.getDirectoryHandle(name, { create: true });
  })();
  return own;
}
