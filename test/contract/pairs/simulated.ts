/**
 * Pairs over the simulated link: every message takes a random time, lanes overtake each other, batches are cut in two.
 * Time is virtual and passes whenever nothing happens.
 */
import { setImmediate as turn } from "node:timers/promises";
import { connect } from "sluice";
import { Net } from "../../simulation/link.ts";
import { Random } from "../../simulation/random.ts";
import type { LinkPlan } from "../../simulation/scenario.ts";
import { World } from "../../simulation/world.ts";
import type { MakePair } from "../suite/pair.ts";
import { farHere } from "./far-here.ts";
import { native } from "./in-process.ts";

const plan: LinkPlan = {
  forks: { A: true, B: true },
  tells: true,
  lanesTell: false,
  trusted: true,
  latency: 20,
  stallChance: 0.02,
  stall: 200,
  split: 0.3,
  defer: "tick",
};

const ignored = {
  delivering: () => {},
  delivered: () => {},
};

/** Rounds in which nothing happened, until the world counts as idle. */
const IDLE_ROUNDS = 3;

export function simulated(seed: number, changes: Partial<LinkPlan> = {}): MakePair {
  const seeds = new Random(seed);
  return (options) => {
    const world = new World(false);
    const net = new Net(world, seeds.fork(), { ...plan, ...changes, trusted: !options.untrusted }, ignored);
    const far = farHere(options, { makeLink: () => net.B, classes: native });
    const near = connect(net.A, options.near);
    let running = true;
    let idleRounds = 0;
    const pump = (async () => {
      while (running) {
        world.events = 0;
        await world.run();
        idleRounds = world.events === 0 ? idleRounds + 1 : 0;
      }
    })();
    return {
      near,
      far,
      classes: native,
      kill: () => net.kill(),
      async idle() {
        idleRounds = 0;
        while (idleRounds < IDLE_ROUNDS) await turn();
      },
      async dispose() {
        near.abort();
        running = false;
        await pump;
        if (world.failures.length > 0) throw new Error(world.failures.join("\n"));
      },
    };
  };
}
