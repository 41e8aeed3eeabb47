/** `define`: what a peer offers, in one object whose type the other end can be given. */
import { checkOptions } from "./check.ts";
import { mistake, RpcError } from "./errors.ts";
import { CONNECT, type ConnectOptions } from "./options.ts";
import { RPC_CODES } from "./rpc/messages.ts";
import type { CallContext, Method } from "./rpc/peer.ts";
import { checkSchema, describeIssue, isAsync, plainIssues, type SchemaResult, type StandardSchema } from "./schema.ts";
import type { StreamDefinition, StreamHandler, StreamOptions } from "./stream/definition.ts";
import { checkDefined } from "./stream/options.ts";
import type { ChannelStream } from "./stream/stream.ts";

/** What the remote may call and open. */
export interface Definition {
  /** By name: a function, or `{ params, handler }` with a schema for what comes. */
  readonly methods?: Readonly<Record<string, Method | MethodDefinition>>;
  /** By name: a handler, or `{ handler }` together with this side's options for those streams. */
  readonly streams?: Readonly<Record<string, StreamHandler | StreamDefinition>>;
}

/** A method that gets what its schema makes of the params; a call whose params fail is answered with −32602. */
export interface MethodDefinition {
  readonly params: StandardSchema<unknown, unknown>;
  readonly handler: Method;
}

/**
 * What gives the functions of a definition their parameters' types: `Params` and `Chunks` are, by name, the schemas.
 * Handlers are written as methods, so that each may say itself what it takes. A schema is asked for its types only:
 * comparing two of a library's own class can be too deep for the compiler.
 */
export interface Contextual<Params, Chunks> {
  readonly methods?: {
    readonly [Name in keyof Params]:
      | { method(params: object | undefined, context: CallContext): unknown }["method"]
      | {
          readonly params: Params[Name] & SchemaOnly<NoInfer<Params[Name]>>;
          readonly handler: {
            method(params: OutputOf<NoInfer<Params[Name]>>, context: CallContext): unknown;
          }["method"];
        };
  };
  readonly streams?: {
    readonly [Name in keyof Chunks]:
      | StreamHandler
      | (Omit<StreamOptions, "chunks"> & {
          readonly chunks?: Chunks[Name] & SchemaOnly<NoInfer<Chunks[Name]>>;
          readonly handler: { handle(stream: ChannelStream<OutputOf<NoInfer<Chunks[Name]>>>): unknown }["handle"];
        });
  };
}

/** What a schema makes of what comes; where there is none, that is unknown. */
type OutputOf<Schema> = Schema extends StandardSchema<infer _Input, infer Output> ? Output : unknown;

type SchemaOnly<Schema> = Schema extends StandardSchema<infer _Input, infer _Output> ? unknown : StandardSchema;

/** Checks a definition where it is written, and keeps its type: `export type Api = typeof api`. */
export function define<const D extends object, Params, Chunks>(definition: D & Contextual<Params, Chunks>): D {
  checkOptions("connect option", CONNECT, definition as ConnectOptions);
  methodsOf(definition as Definition);
  handlersOf(definition as Definition);
  return definition;
}

/** The methods by their own names: nothing inherited can be called. */
export function methodsOf({ methods }: Definition): ReadonlyMap<string, Method> {
  const byName = new Map<string, Method>();
  for (const [name, given] of Object.entries(methods ?? {})) {
    const method = typeof given === "function" ? given : checking(name, given);
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
    checkDefined(`stream "${name}"`, definition);
    if (definition.chunks !== undefined) checkSchema(definition.chunks, `chunks of stream "${name}"`, "BAD_DEFINITION");
    byName.set(name, definition);
  }
  return byName;
}

/** A method whose params are what its schema makes of those that came. */
function checking(name: string, definition: MethodDefinition): Method {
  const handler = definition?.handler as ((params: unknown, context: CallContext) => unknown) | undefined;
  if (typeof handler !== "function")
    throw wrong(`method "${name}"`, "it is no function, pass one, or { params, handler } with a schema");
  checkSchema(definition.params, `params of method "${name}"`, "BAD_DEFINITION");
  const other = Object.keys(definition).find((key) => key !== "params" && key !== "handler");
  if (other !== undefined) throw wrong(`method "${name}"`, `it has no option "${other}", pass { params, handler }`);
  const schema = definition.params["~standard"];
  const run = (result: SchemaResult<unknown>, context: CallContext): unknown => {
    if (result.issues === undefined) return handler(result.value, context);
    const issues = plainIssues(result.issues);
    throw new RpcError(RPC_CODES.invalidParams, `Cannot call "${name}" with these params: ${describeIssue(issues)}`, {
      data: { issues },
    });
  };
  return async (params: unknown, context: CallContext) => {
    const result = schema.validate(params);
    if (!isAsync(result)) return run(result, context);
    const settled = await result;
    // Whoever cancelled meanwhile shall not set the method going.
    context.signal.throwIfAborted();
    return run(settled, context);
  };
}

function wrong(what: string, why: string): TypeError {
  return mistake(new TypeError(`Cannot define ${what}: ${why}`), "BAD_DEFINITION");
}
