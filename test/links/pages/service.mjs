import { onServiceClient } from "/sluice.mjs";
import { serve } from "./far.mjs";

// Differs with every start of the worker.
const incarnation = crypto.randomUUID();

addEventListener("install", () => skipWaiting());
onServiceClient((link) => serve(link, { incarnation: () => incarnation }));
