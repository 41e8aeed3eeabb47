// The loop that every bare sender is: it writes, and honours `drain`.

/** Writes what `next()` gives, until that is undefined. */
export async function pump(writable, next) {
  for (let chunk = next(); chunk !== undefined; chunk = next()) {
    if (!writable.write(chunk)) await new Promise((resolve) => writable.once("drain", resolve));
  }
}
