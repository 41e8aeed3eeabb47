/** The contract of links of bytes. */
import { overBytes } from "./pairs/bytes.ts";
import { bytesGaps } from "./pairs/bytes-gaps.ts";
import { linkContract } from "./suite.ts";

linkContract("bytes, control beside them", overBytes({ ownControl: true }), bytesGaps);
linkContract("bytes, control among them", overBytes({ ownControl: false }), bytesGaps);
