/** The contract of the simulated link: with lanes that overtake each other, and with one lane for all. */
import { simulated } from "./pairs/simulated.ts";
import { linkContract } from "./suite.ts";

const time = "time is virtual: it passes as soon as nothing happens";
const gaps = {
  "dispose aborts after a second what does not end": time,
};

linkContract("simulated link", simulated(1), gaps);
linkContract("simulated link, one lane for all", simulated(2, { forks: { A: false, B: false } }), gaps);
