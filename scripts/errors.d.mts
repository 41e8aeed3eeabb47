/** Files by their path from the root: what they contain. */
export type Files = Readonly<Record<string, string>>;

/** What the catalogue and the code make of each other: the document, and what is wrong, a sentence each. */
export function readErrors(files: Files): { readonly document: string; readonly problems: readonly string[] };

/** The files that matter, as they are in this tree. */
export function sourceFiles(): Files;
