/** What a link has to bring along to be tested: two connected channels, of which the far one answers questions. */
import type { Channel, ConnectOptions, StreamClasses } from "sluice";
import type { FarSpec } from "../../fixtures/far.mjs";
import type { Far } from "./far.ts";

export type { FarSpec } from "../../fixtures/far.mjs";

export interface PairOptions {
  readonly near?: ConnectOptions;
  readonly far?: FarSpec;
  /** The link says that its remote is not trusted. */
  readonly untrusted?: boolean;
  /** The test looks at the life of what the far side is in, which nobody else has used before. */
  readonly freshFar?: boolean;
}

export interface Pair {
  readonly near: Channel;
  readonly far: Far;
  /** The stream classes in use at both ends. */
  readonly classes: Required<StreamClasses>;
  /** The far side dies without a word. */
  kill(): Promise<void> | void;
  /** Waits until nothing is under way, where the link can tell that better than by round trips. */
  idle?(): Promise<void>;
  /** Lets go of all that the pair has used. Rejects if the far side failed in a way that no test asked for. */
  dispose(): Promise<void>;
}

export type MakePair = (options: PairOptions) => Pair;

/**
 * Titles of tests that a link cannot pass, each with its reason; a `*` at the end stands for any rest. A title that no
 * test has is an error. Each is tried all the same, and is an error once it passes; but not one that would leave its
 * realm no turn any more, and with it all others.
 */
export type Gaps = Readonly<Record<string, string | { readonly reason: string; readonly untried: true }>>;

/** What a topic registers its tests with: every pair that a test makes is disposed of after it. */
export interface Contract {
  test(title: string, body: (make: MakePair) => Promise<void>): void;
}
