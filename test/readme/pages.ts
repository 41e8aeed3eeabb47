/** The pages whose examples are run: what a user pastes from them has to work as it stands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Block {
  readonly page: string;
  /** The file that it says it is; "" for a fragment. */
  readonly name: string;
  readonly language: string;
  readonly text: string;
}

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
export const readme: string = readFileSync(join(root, "README.md"), "utf8");

const FENCED = /(?:^<!-- file: (\S+) -->\n)?^```(\w*)\n([\s\S]*?)^```/gm;

const blocks: readonly Block[] = ["README.md", "docs/guide.md"].flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(FENCED)].map(([, name = "", language = "", text = ""]) => ({
    page,
    name,
    language,
    text,
  })),
);

/** Those that name their file, and the others. */
export const examples: readonly Block[] = blocks.filter(({ name }) => name !== "");
export const fragments: readonly Block[] = blocks.filter(({ name }) => name === "");
