/** The protocol over bytes as a table: bytes in → error code out, or frames out. */
import { describe } from "vitest";
import { byteLives } from "./wire/byte-lives.ts";
import { byteBreaches } from "./wire/byte-rules.ts";

describe("bytes that break the protocol", byteBreaches);
describe("bytes that do not", byteLives);
