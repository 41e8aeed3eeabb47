/** The contract of links over Electron's ports, of which these are fakes. */
import { overElectronPorts } from "./pairs/ports.ts";
import { copiesGaps } from "./pairs/ports-gaps.ts";
import { linkContract } from "./suite.ts";

linkContract("Electron's ports", overElectronPorts, copiesGaps);
