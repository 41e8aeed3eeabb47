// The chunks that cross: how one is made, what the consumer reads of it, and what all it read must add up to.

/** Small objects; measured in chunks a second. */
const objects = {
  unit: "chunks/s",
  rate: (count, seconds) => count / seconds,
  make: (id) => ({ id, name: `item ${id}`, score: id / 3, tags: ["alpha", "beta"] }),
  touch: ({ id, tags }) => id + tags[1].length,
  expected: (count) => (count * (count - 1)) / 2 + 4 * count,
};

/** Buffers of `size` bytes, each freshly allocated and written to; measured in 10^9 bytes a second. */
function buffers(size) {
  return {
    size,
    unit: "GB/s",
    rate: (count, seconds) => (count * size) / 1e9 / seconds,
    make: (index) => {
      const bytes = new Uint8Array(size);
      bytes[size - 1] = index;
      return bytes;
    },
    touch: (bytes) => bytes[bytes.length - 1] + bytes.length,
    expected: (count) => {
      let sum = count * size;
      for (let index = 0; index < count; index++) sum += index & 255;
      return sum;
    },
  };
}

/** By name, as a worker is told which. */
export const payloads = {
  objects,
  "1 KiB": buffers(1_024),
  "64 KiB": buffers(65_536),
  "1 MiB": buffers(1_048_576),
};
