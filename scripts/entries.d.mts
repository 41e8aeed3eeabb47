export interface Entry {
  /** What users import: `sluice/worker`. */
  readonly name: string;
  /** Its key in `exports`: `./worker`. */
  readonly path: string;
  /** Its source in a browser. */
  readonly browser: string;
  /** Its source in Node. */
  readonly node: string;
}

export const entries: readonly Entry[];
export const sources: readonly string[];
