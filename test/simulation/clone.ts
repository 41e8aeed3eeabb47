/** What happens to a message when it is posted: structured clone with a transfer list, and ports of the simulator. */

/** The far end of a forked lane on its way to the remote. The function makes it uncloneable unless it is moved. */
export class SimPort<L> {
  readonly lane: L;
  readonly start = (): void => {};

  constructor(lane: L) {
    this.lane = lane;
  }
}

/** The copy that arrives. Throws a DataCloneError as `postMessage` does, and then nothing was moved. */
export function cloneMessage(message: unknown, transfer: readonly unknown[] = []): unknown {
  const ports = transfer.filter((each) => each instanceof SimPort);
  const others = transfer.filter((each) => !(each instanceof SimPort)) as Transferable[];
  const options = { transfer: others };
  if (ports.length === 0) return structuredClone(message, options);
  const { port, ...rest } = message as Record<string, unknown>;
  if (ports.length > 1 || port !== ports[0]) throw new DOMException("A port is moved but not sent", "DataCloneError");
  return { ...(structuredClone(rest, options) as object), port };
}
