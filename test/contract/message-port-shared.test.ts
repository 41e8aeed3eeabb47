/** The contract of links over MessagePort, streams share the port. */
import { inProcess } from "./pairs/in-process.ts";
import { linkContract } from "./suite.ts";

linkContract("MessagePort, streams share the port", inProcess({ fork: false }));
