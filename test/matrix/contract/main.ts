/** What a realm runs: the contract over one kind of link. It reports each result, and judges nothing. */
import * as polyfill from "web-streams-polyfill";
import { inProcess } from "../../contract/pairs/in-process.ts";
import { inWebWorker } from "../../contract/pairs/web-worker.ts";
import { inWorker } from "../../contract/pairs/worker.ts";
import { workerGaps } from "../../contract/pairs/worker-gaps.ts";
import type { Gaps, MakePair } from "../../contract/suite/pair.ts";
import { linkContract } from "../../contract/suite.ts";
import { finished, type Result } from "./vitest.ts";

export interface Init {
  readonly link: "port" | "sharedPort" | "ponyfill" | "webWorker" | "nodeWorker";
  /** The gaps of this runtime. */
  readonly gaps: Gaps;
  /** The script of the far side, where it has a realm of its own. */
  readonly far?: string;
}

type Kind = (init: Init) => { readonly makePair: MakePair; readonly gaps?: Gaps };

const links: Readonly<Record<Init["link"], Kind>> = {
  port: () => ({ makePair: inProcess() }),
  sharedPort: () => ({ makePair: inProcess({ fork: false }) }),
  ponyfill: () => ({ makePair: inProcess({}, polyfill as never) }),
  webWorker: ({ far = "" }) => ({ makePair: inWebWorker(new URL(far, import.meta.url)), gaps: workerGaps }),
  nodeWorker: ({ far = "" }) => ({ makePair: inWorker({}, new URL(far)), gaps: workerGaps }),
};

export default async function main(init: Init, report: (result: Result) => void): Promise<void> {
  const { makePair, gaps } = links[init.link](init);
  const end = finished(report);
  linkContract(init.link, makePair, { ...gaps, ...init.gaps });
  await end;
}
