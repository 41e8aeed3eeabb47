/** Something of the system that is not there, and how to get it. */
export class SystemMissing extends Error {
  constructor(what: string, packages: readonly string[]);
}

export interface Part {
  readonly package: string;
  /** The first that exists is taken. */
  readonly paths: readonly string[];
}

/** The path of each part, installed first if that is allowed. Throws a SystemMissing, or the class of it that is given. */
export function ensureParts(what: string, parts: readonly Part[], Missing?: typeof SystemMissing): string[];
