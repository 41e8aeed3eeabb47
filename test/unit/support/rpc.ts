/** A JSON-RPC peer whose messages a test sees and answers, and two that are joined. */
import type { RpcMessage, RpcRequest, RpcResponse } from "../../../src/rpc/messages.ts";
import { type Method, type RpcHost, RpcPeer } from "../../../src/rpc/peer.ts";
import { Values } from "../../../src/rpc/values.ts";
import { FakeScheduler } from "./scheduler.ts";

export interface Bench {
  readonly peer: RpcPeer;
  /** A batch is one of them. */
  readonly sent: RpcMessage[];
  readonly scheduler: FakeScheduler;
  /** Times that the peer said that the number of calls has changed. */
  changes: number;
  /** The last request or response that was sent. */
  request(): RpcRequest;
  response(): RpcResponse;
  /** A request of the remote comes. */
  ask(method: unknown, params?: unknown, id?: unknown): void;
  /** An answer of the remote comes. */
  answer(answer: { id: unknown; result?: unknown; error?: unknown }): void;
}

export interface BenchOptions {
  readonly methods?: Record<string, Method>;
  readonly system?: Record<string, Method>;
  readonly host?: Partial<RpcHost>;
}

export function bench({ methods = {}, system = {}, host = {} }: BenchOptions = {}): Bench {
  const sent: RpcMessage[] = [];
  const scheduler = new FakeScheduler();
  const peer = new RpcPeer(
    {
      scheduler,
      trusted: true,
      calls: 1_024,
      unsolicited: 10,
      values: new Values({
        classes: globalThis,
        refusal: () => undefined,
        openStream: () => {
          throw new Error("A test of calls alone has opened a stream");
        },
      }),
      batch: 50,
      callTimeout: Number.POSITIVE_INFINITY,
      // As a link does: what cannot be cloned throws, and nothing was sent.
      send: (message) => void sent.push(structuredClone(message) as RpcMessage),
      changed: () => void self.changes++,
      ...host,
    },
    new Map(Object.entries(methods)),
    new Map(Object.entries(system)),
  );
  const self: Bench = {
    peer,
    sent,
    scheduler,
    changes: 0,
    request: () => sent.at(-1) as RpcRequest,
    response: () => sent.at(-1) as RpcResponse,
    ask: (method, params, ...rest) =>
      peer.receive({
        jsonrpc: "2.0",
        method,
        ...(params !== undefined && { params }),
        ...(rest.length > 0 && { id: rest[0] }),
      }),
    answer: (answer) => peer.receive({ jsonrpc: "2.0", ...answer }),
  };
  return self;
}

/** A call that a test need not wait for: its rejection is never an unhandled one. */
export function quietCall({ peer }: Bench, ...args: Parameters<RpcPeer["call"]>): Promise<unknown> {
  const promise = peer.call(...args);
  promise.catch(() => {});
  return promise;
}

/** Two peers: what one sends, the other receives at once. */
export function joined(left: BenchOptions, right: BenchOptions): [RpcPeer, RpcPeer] {
  const deliver = (to: () => RpcPeer) => (message: RpcMessage | readonly RpcMessage[]) => {
    const cloned = structuredClone(message);
    queueMicrotask(() => {
      const { method, params = {} } = cloned as RpcRequest;
      const { id, reason } = params as { id?: unknown; reason?: unknown };
      // The channel hands over what takes effect at once.
      if (method === "$/cancel") to().cancelled(id, reason);
      else if (method === "$/progress") to().progressed(params);
      else to().receive(cloned);
    });
  };
  const a: Bench = bench({ ...left, host: { ...left.host, send: deliver(() => b.peer) } });
  const b: Bench = bench({ ...right, host: { ...right.host, send: deliver(() => a.peer) } });
  return [a.peer, b.peer];
}
