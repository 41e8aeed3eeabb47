// Lines of text over a byte stream: what both the JSON lines that are measured and the benchmark's own control use.

/** Calls `take(line)` for each line of `readable`. */
export function eachLine(readable, take) {
  let parts = [];
  readable.setEncoding("utf8");
  readable.on("data", (text) => {
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      const rest = text.slice(from, to);
      take(parts.length === 0 ? rest : parts.join("") + rest);
      parts = [];
      from = to + 1;
    }
    if (from < text.length) parts.push(text.slice(from));
  });
}
