/** What can be done with a stream, and what that means for its name, its reader and its result. */

export const OPERATIONS = ["gzip", "gunzip", "sha256"] as const;
export type Operation = (typeof OPERATIONS)[number];

interface Described {
  readonly label: string;
  /** Who takes the bytes at the end, at the speed that is set. */
  readonly reader: "page" | "worker";
  /** What the reader is said to do with them. */
  readonly reads: string;
  resultName(name: string): string;
}

export const described: Record<Operation, Described> = {
  gzip: {
    label: "gzip",
    reader: "page",
    reads: "takes the result",
    resultName: (name) => `${name}.gz`,
  },
  gunzip: {
    label: "gunzip",
    reader: "page",
    reads: "takes the result",
    resultName: (name) => (/.\.gz$/i.test(name) ? name.slice(0, -3) : `${name}.out`),
  },
  sha256: {
    label: "SHA-256",
    reader: "worker",
    reads: "is told the digest",
    resultName: (name) => `${name}.sha256`,
  },
};
