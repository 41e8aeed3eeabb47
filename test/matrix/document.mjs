// docs/runtimes.md, from the results of a whole matrix: nothing in it depends on when it was made.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { columns } from "./cells.mjs";
import { gapsOf } from "./gaps.mjs";
import { inOrder, markdown, table } from "./table.mjs";

const file = fileURLToPath(new URL("../../docs/runtimes.md", import.meta.url));

export function writeDocument(results) {
  const versions = inOrder(results).map(({ row, version }) => [row.title, version, row.source]);
  const text = `# Runtimes

Written by \`npm run test:matrix\`, which runs the suites below in every runtime and fails for what is not told here.

${markdown(["runtime", "version", "from"], versions)}

Those from npm are pinned in \`test/runtimes\` and fetched by the tests. The browsers come from the system's package manager,
which the tests call only as root on Debian, and with \`CI=true\` or \`--install\`.

## What has run

${table(results)}

- **WPT-style**: \`wpt-style-tests\`, what the Streams standard lets a program observe, on a local pair and over channels.
- **message port**: the contract of every link (\`test/contract/suite\`) over a MessageChannel, with the runtime's own streams
  and with those of web-streams-polyfill.
- **window ↔ worker**, **worker ↔ worker**, **worker_threads**: the contract, with the far side in a worker.
- **processes**: every pair of runtimes that this one is the parent of (\`test/process/pairs.test.ts\`).

In a browser the near side of a message port is in a window, elsewhere in a worker.

## Gaps

What the contract asks and a runtime cannot do. Each is tried all the same, and fails the run once it works.

${markdown(["what", "where", "why"], gapLines(results))}
`;
  writeFileSync(file, text);
}

/** One line for each reason and set of tests, with all cells that have it. */
function gapLines(results) {
  const lines = new Map();
  for (const { row, cells } of inOrder(results)) {
    for (const column of columns) {
      if (column.link === undefined || cells[column.name]?.gaps === undefined) continue;
      for (const [title, gap] of Object.entries(gapsOf(row, column))) {
        const reason = gap.reason ?? gap;
        const key = `${reason}\n${title}`;
        if (!lines.has(key)) lines.set(key, { title, reason, where: new Map() });
        const { where } = lines.get(key);
        where.set(row.title, [...(where.get(row.title) ?? []), column.title]);
      }
    }
  }
  return [...lines.values()].map(({ title, reason, where }) => [title, places(where), reason]);
}

function places(where) {
  return [...where].map(([row, links]) => `${row} (${links.join("; ")})`).join(", ");
}
