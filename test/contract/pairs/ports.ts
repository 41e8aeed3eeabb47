/**
 * Pairs over ports that transfer nothing, both ends in the test's own process: fakes of a browser extension's ports and
 * of Electron's that keep to what their documentation says, and real BroadcastChannels.
 */
import { EventEmitter } from "node:events";
import { connect, type Link } from "sluice";
import {
  broadcastLink,
  type ElectronPort,
  type ExtensionPort,
  electronPortLink,
  extensionPortLink,
} from "sluice/ports";
import type { MakePair } from "../suite/pair.ts";
import { farHere } from "./far-here.ts";
import { native } from "./in-process.ts";

/** Two links, and what makes the far one end without a word of its own. */
interface Ends {
  readonly links: readonly [Link, Link];
  kill(): void;
}

function pairOver(makeEnds: (trusted: boolean) => Ends): MakePair {
  return (options) => {
    const { links, kill } = makeEnds(options.untrusted !== true);
    const far = farHere(options, { makeLink: () => links[1], classes: native });
    const near = connect(links[0], options.near);
    return {
      near,
      far,
      classes: native,
      kill,
      async dispose() {
        near.abort();
        kill();
      },
    };
  };
}

/** `runtime.Port` as Chrome has it: JSON only, nobody is told of one's own `disconnect`, and a dead port throws. */
export class FakeExtensionPort implements ExtensionPort {
  readonly onMessage: FakeEvent<(message: unknown) => void> = new FakeEvent();
  readonly onDisconnect: FakeEvent<(port: ExtensionPort) => void> = new FakeEvent();
  other: FakeExtensionPort | undefined;
  #connected = true;

  postMessage(message: unknown): void {
    if (!this.#connected) throw new Error("Attempting to use a disconnected port object");
    const json = JSON.stringify(message);
    setImmediate(() => this.other?.onMessage.fire(JSON.parse(json)));
  }

  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    setImmediate(() => this.other?.hangUp());
  }

  hangUp(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.onDisconnect.fire(this);
  }
}

class FakeEvent<Listener extends (given: never) => void> {
  readonly #listeners = new Set<Listener>();

  addListener(listener: Listener): void {
    this.#listeners.add(listener);
  }
  removeListener(listener: Listener): void {
    this.#listeners.delete(listener);
  }
  get count(): number {
    return this.#listeners.size;
  }
  fire(given: Parameters<Listener>[0]): void {
    for (const listener of this.#listeners) listener(given as never);
  }
}

export function extensionPorts(): [FakeExtensionPort, FakeExtensionPort] {
  const ports: [FakeExtensionPort, FakeExtensionPort] = [new FakeExtensionPort(), new FakeExtensionPort()];
  ports[0].other = ports[1];
  ports[1].other = ports[0];
  return ports;
}

/** `MessagePortMain`: an emitter of Node's kind that delivers from `start()` on, and takes no buffers to transfer. */
export class FakeElectronPort extends EventEmitter implements ElectronPort {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.addEventListener("close", () => this.emit("close"));
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.some((each) => !(each instanceof FakeElectronPort)))
      throw new TypeError("Port at index 0 is not a valid port");
    this.#port.postMessage(message);
  }
  start(): void {
    this.#port.addEventListener("message", ({ data }) => this.emit("message", { data, ports: [] }));
    this.#port.start();
  }
  close(): void {
    this.#port.close();
  }
}

export const overExtensionPorts: MakePair = pairOver((trusted) => {
  const [near, far] = extensionPorts();
  return {
    links: [extensionPortLink(near, { trusted }), extensionPortLink(far, { trusted })],
    kill: () => far.disconnect(),
  };
});

export const overElectronPorts: MakePair = pairOver((trusted) => {
  const { port1, port2 } = new MessageChannel();
  return {
    links: [
      electronPortLink(new FakeElectronPort(port1), { trusted }),
      electronPortLink(new FakeElectronPort(port2), { trusted }),
    ],
    kill: () => port2.close(),
  };
});

let count = 0;

/** Nothing tells of an end here but the heartbeat. */
export const overBroadcast: MakePair = pairOver((trusted) => {
  const name = `contract ${process.pid} ${count++}`;
  const link = () => broadcastLink(name, { trusted, heartbeat: 500 });
  const far = link();
  return { links: [link(), far], kill: () => far.close() };
});
