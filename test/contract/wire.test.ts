/**
 * The protocol as a table: frames in → error code out, or frames out. A port that is driven by hand speaks to a real
 * channel. What the frames mean is in docs/protocol.md.
 */
import { describe } from "vitest";
import { creditRules } from "./wire/credit.ts";
import { dataRules } from "./wire/data.ts";
import { floodRules } from "./wire/floods.ts";
import { grantRules } from "./wire/grants.ts";
import { helloRules } from "./wire/hello.ts";
import { malformedRules } from "./wire/malformed.ts";
import { plainRules } from "./wire/plain.ts";
import { sendingRules } from "./wire/sent.ts";
import { specification } from "./wire/specification.ts";
import { stateRules } from "./wire/states.ts";

describe("hello", helloRules);
describe("malformed", malformedRules);
describe("states", stateRules);
describe("credit", creditRules);
describe("data", dataRules);
describe("grants", grantRules);
describe("sent", sendingRules);
describe("floods", floodRules);
describe("plain JSON-RPC", plainRules);
describe("the examples of JSON-RPC 2.0", specification);
