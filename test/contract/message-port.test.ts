/** The contract of links over MessagePort. */
import { inProcess } from "./pairs/in-process.ts";
import { linkContract } from "./suite.ts";

linkContract("MessagePort", inProcess());
