/** The pages whose examples are run: what a user pastes from them has to work as it stands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
export const readme: string = readFileSync(join(root, "README.md"), "utf8");
const guide = readFileSync(join(root, "docs/guide.md"), "utf8");

/** The fenced blocks that name their file. */
export const examples: readonly { readonly name: string; readonly text: string }[] = [readme, guide].flatMap((page) =>
  [...page.matchAll(/<!-- file: (\S+) -->\n```\w+\n([\s\S]*?)```/g)].map(([, name = "", text = ""]) => ({
    name,
    text,
  })),
);

/** The others, by their language. */
export const fragments: readonly { readonly language: string; readonly text: string }[] = [readme, guide].flatMap(
  (page) =>
    [...page.matchAll(/(^<!-- file: .*\n)?^```(\w*)\n([\s\S]*?)^```/gm)]
      .filter(([, file]) => file === undefined)
      .map(([, , language = "", text = ""]) => ({ language, text })),
);
