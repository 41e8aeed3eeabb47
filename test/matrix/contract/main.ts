/** What a realm runs: the contract over one kind of link. It reports each result, and judges nothing. */
import { workerGaps } from "../../contract/pairs/worker-gaps.ts";
import type { Gaps, MakePair } from "../../contract/suite/pair.ts";
import { linkContract } from "../../contract/suite.ts";
import { finished, type Result } from "./vitest.ts";

export interface Init {
  readonly link: "port" | "ponyfill" | "webWorker" | "nodeWorker";
  /** The gaps of this runtime. */
  readonly gaps: Gaps;
  /** The script of the far side, where it has a realm of its own. */
  readonly far?: string;
  /** `false`: ports cannot be passed on here, and streams share the one that they have. */
  readonly fork?: boolean;
}

interface Link {
  readonly makePair: MakePair;
  readonly gaps?: Gaps;
}

/** Each loads what it needs: not every runtime can load all of it. */
const links: Readonly<Record<Init["link"], (init: Init) => Promise<Link>>> = {
  async port({ fork = true }) {
    const { inProcess } = await import("../../contract/pairs/in-process.ts");
    return { makePair: inProcess({ fork }) };
  },
  async ponyfill({ fork = true }) {
    const [{ inProcess }, classes] = await Promise.all([
      import("../../contract/pairs/in-process.ts"),
      import("web-streams-polyfill"),
    ]);
    return { makePair: inProcess({ fork }, classes as never) };
  },
  async webWorker({ far = "" }) {
    const { inWebWorker } = await import("../../contract/pairs/web-worker.ts");
    return { makePair: inWebWorker(new URL(far, import.meta.url)), gaps: workerGaps };
  },
  async nodeWorker({ far = "" }) {
    const { inWorker } = await import("../../contract/pairs/worker.ts");
    return { makePair: inWorker({}, new URL(far)), gaps: workerGaps };
  },
};

export default async function main(init: Init, report: (result: Result) => void): Promise<void> {
  const { makePair, gaps } = await links[init.link](init);
  const end = finished(report);
  linkContract(init.link, makePair, { ...gaps, ...init.gaps });
  await end;
}
