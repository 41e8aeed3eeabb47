/** The other half of the seeds, so that two processes share them. */
import { test } from "vitest";
import { ONE, runSeeds, SEEDS } from "./seeds.ts";

test.skipIf(ONE !== undefined)(`the even ones of ${SEEDS} seeds`, () => runSeeds(2, 2, SEEDS));
