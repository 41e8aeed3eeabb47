import { demoSuite } from "./suite.ts";

await demoSuite("firefox");
