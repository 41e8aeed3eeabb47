/** The contract of links over the ports of browser extensions, of which these are fakes. */
import { bytesGaps } from "./pairs/bytes-gaps.ts";
import { overExtensionPorts } from "./pairs/ports.ts";
import { linkContract } from "./suite.ts";

linkContract("Extension ports", overExtensionPorts, bytesGaps);
