/** `define`: what a peer offers, in one object whose type the other end can be given. */
import { mistake } from "./errors.ts";
import type { Method } from "./rpc/peer.ts";
import type { StreamDefinition, StreamHandler } from "./stream/definition.ts";

/** What the remote may call and open. */
export interface Definition {
  readonly methods?: Readonly<Record<string, Method>>;
  /** By name: a handler, or `{ handler }` together with this side's options for those streams. */
  readonly streams?: Readonly<Record<string, StreamHandler | StreamDefinition>>;
}

/** Checks a definition where it is written, and keeps its type: `export type Api = typeof api`. */
export function define<const D extends Definition>(definition: D): D {
  methodsOf(definition);
  handlersOf(definition);
  return definition;
}

/** The methods by their own names: nothing inherited can be called. */
export function methodsOf({ methods }: Definition): ReadonlyMap<string, Method> {
  const byName = new Map<string, Method>();
  for (const [name, method] of Object.entries(methods ?? {})) {
    if (typeof method !== "function") throw wrong(`method "${name}"`, "it is no function, pass one");
    if (name.startsWith("$/"))
      throw wrong(`method "${name}"`, "names that start with $/ are Sluice's own, use another");
    byName.set(name, method);
  }
  return byName;
}

/** The handlers of streams by their own names, each with its options. */
export function handlersOf({ streams }: Definition): ReadonlyMap<string, StreamDefinition> {
  const byName = new Map<string, StreamDefinition>();
  for (const [name, given] of Object.entries(streams ?? {})) {
    const definition = typeof given === "function" ? { handler: given } : given;
    if (typeof definition?.handler !== "function")
      throw wrong(`stream "${name}"`, "its handler is no function, pass one, or { handler } with options");
    byName.set(name, definition);
  }
  return byName;
}

function wrong(what: string, why: string): TypeError {
  return mistake(new TypeError(`Cannot define ${what}: ${why}`), "BAD_DEFINITION");
}
