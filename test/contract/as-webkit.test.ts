/** The contract of links over MessagePort, on a platform that lacks what WebKit lacks. */
import "../fixtures/as-webkit.mjs";
import { inProcess } from "./pairs/in-process.ts";
import { webkitGaps } from "./pairs/webkit-gaps.ts";
import { linkContract } from "./suite.ts";

linkContract("MessagePort on a platform like WebKit", inProcess(), webkitGaps);
