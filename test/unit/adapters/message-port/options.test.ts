/** What is asked of every link over messages holds, and what is none or cannot be is refused at the call. */
import { EventEmitter } from "node:events";
import { messagePortLink } from "sluice/message-port";
import { broadcastLink, electronPortLink, extensionPortLink } from "sluice/ports";
import { onClient as onServiceClient, serviceWorkerLink } from "sluice/service-worker";
import { onClient as onSharedClient, sharedWorkerLink } from "sluice/shared-worker";
import { windowLink } from "sluice/window";
import { parentLink, type Worker, workerLink } from "sluice/worker";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import * as web from "../../../../adapters/worker/web.ts";
import type { MessageLink } from "../../../../src/link.ts";
import { extensionPorts, FakeElectronPort } from "../../../contract/pairs/ports.ts";
import { fakeWindows, ORIGIN } from "../../support/windows.ts";

type Make = (options: never) => Pick<MessageLink, "trusted" | "heartbeat" | "fork" | "adopt">;

afterEach(() => void vi.unstubAllGlobals());

function port(): MessagePort {
  const { port1 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return port1;
}

/** The link that a worker is given for a client that comes, by an event with `fields`. */
function client(onClient: typeof onSharedClient, type: string, fields: object, options: never): MessageLink {
  const scope = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"] as const) vi.stubGlobal(name, scope[name].bind(scope));
  for (const name of ["onconnect", "registration", "clients"]) vi.stubGlobal(name, {});
  const links: MessageLink[] = [];
  onClient((link) => links.push(link), options);
  scope.dispatchEvent(Object.assign(new Event(type), fields));
  return links[0] as MessageLink;
}

const service = Object.assign(new EventTarget(), { postMessage() {}, state: "activated" }) as unknown as ServiceWorker;

const worker = Object.assign(new EventEmitter(), { postMessage() {} }) as unknown as Worker;

const ofThread: readonly string[] = ["fork", "transfer", "heartbeat"];
const ofAnybody: readonly string[] = ["trusted", ...ofThread];

const links: readonly (readonly [string, readonly string[], Make])[] = [
  ["messagePortLink", ofAnybody, (options) => messagePortLink(port(), options)],
  ["workerLink", ofThread, (options) => workerLink(worker, options)],
  ["parentLink", ofThread, (options) => parentLink(options)],
  ["workerLink of the web's", ofThread, (options) => web.workerLink(service as never, options)],
  [
    "parentLink of the web's",
    ofThread,
    (options) => {
      for (const name of ["addEventListener", "postMessage"]) vi.stubGlobal(name, () => {});
      return web.parentLink(options);
    },
  ],
  [
    "windowLink",
    [...ofAnybody, "origin", "name"],
    (options) => windowLink(fakeWindows()[0], Object.assign({ origin: ORIGIN }, options)),
  ],
  ["sharedWorkerLink", ofThread, (options) => sharedWorkerLink({ port: port() } as SharedWorker, options)],
  [
    "onClient of shared workers",
    ofThread,
    (options) => client(onSharedClient, "connect", { ports: [port()] }, options),
  ],
  ["serviceWorkerLink", ofThread, (options) => serviceWorkerLink(service, options)],
  [
    "onClient of service workers",
    ofThread,
    (options) => {
      const data = { sluice: "client", id: "one", port: port() };
      return client(onServiceClient, "message", { data, waitUntil() {} }, options);
    },
  ],
  ["electronPortLink", ["trusted", "heartbeat"], (options) => electronPortLink(new FakeElectronPort(port()), options)],
  [
    "broadcastLink",
    ["trusted", "heartbeat"],
    (options) => {
      const link = broadcastLink("options", options);
      onTestFinished(() => link.close());
      return link;
    },
  ],
  ["extensionPortLink", ["trusted"], (options) => extensionPortLink(extensionPorts()[0], options).link as never],
];

describe.each(links)("The options of %s", (_, names, make) => {
  const makeWith = (options: unknown): ReturnType<Make> => make(options as never);
  const refusal = (message: RegExp): object =>
    expect.objectContaining({ code: "BAD_OPTION", message: expect.stringMatching(message) });

  it("hold", () => {
    if (names.includes("trusted")) {
      expect(makeWith({ trusted: false }).trusted).toBe(false);
      expect(makeWith({ trusted: true }).trusted).toBe(true);
    } else expect(makeWith({}).trusted).toBe(true);
    if (names.includes("heartbeat")) {
      expect(makeWith({ heartbeat: 1_234 }).heartbeat).toBe(1_234);
      expect(makeWith({ heartbeat: 0 }).heartbeat).toBe(0);
    }
    if (names.includes("fork")) {
      expect(makeWith({})).toMatchObject({ fork: expect.any(Function), adopt: expect.any(Function) });
      for (const options of [{ fork: false }, { transfer: false }, { transfer: false, fork: true }]) {
        const link = makeWith(options);
        expect([link.fork, link.adopt]).toEqual([undefined, undefined]);
      }
    } else expect(makeWith({}).fork).toBeUndefined();
  });

  it("are as good as left out where they are undefined", () => {
    const loose = Object.fromEntries(names.filter((name) => name !== "origin").map((name) => [name, undefined]));
    const { trusted, heartbeat } = makeWith({});
    expect(makeWith(loose)).toMatchObject({ trusted, heartbeat });
  });

  it("refuse what is none of them", () => {
    const others = ["transfers", "toString", ...ofAnybody.filter((name) => !names.includes(name))];
    for (const name of others) {
      const message = new RegExp(`option "${name}": no such option, use one of .*${names.join(", ")}`);
      expect(() => makeWith({ [name]: true })).toThrow(refusal(message));
    }
  });

  it("refuse what they cannot be", () => {
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      trusted: ["false", 0, null],
      fork: ["no", 1, null],
      transfer: [[], "copy", null],
      heartbeat: [-1, Number.NaN, "1000", null, 10n],
      name: [5, null, {}],
    };
    for (const [name, values] of Object.entries(wrong)) {
      if (!names.includes(name)) continue;
      for (const value of values) {
        const error = refusal(new RegExp(`option ${name} to .*: pass `));
        expect(() => makeWith({ [name]: value })).toThrow(error);
        const isOutOfRange = name === "heartbeat" && typeof value === "number";
        expect(() => makeWith({ [name]: value })).toThrow(isOutOfRange ? RangeError : TypeError);
      }
    }
  });

  // A link to a window misses its origin first, see below.
  if (!names.includes("origin")) {
    it("refuse what holds none", () => {
      for (const bad of [null, 5, "transfer"]) expect(() => makeWith(bad)).toThrow(refusal(/: pass an object/));
    });
  }
});

describe.each<[string, string, (end: never) => unknown]>([
  ["messagePortLink", "a MessagePort", (end) => messagePortLink(end)],
  ["workerLink", "a Worker of node:worker_threads", (end) => workerLink(end)],
  ["workerLink", "a Worker", (end) => web.workerLink(end)],
  ["sharedWorkerLink", "a SharedWorker", (end) => sharedWorkerLink(end)],
  ["serviceWorkerLink", "a ServiceWorker, or its registration", (end) => serviceWorkerLink(end)],
  ["electronPortLink", "a MessagePortMain", (end) => electronPortLink(end)],
  ["extensionPortLink", "a runtime.Port", (end) => extensionPortLink(end)],
])("%s", (link, what, make) => {
  it.each([undefined, null, 5, "worker.js", {}, new URL("https://example.com/worker.js")])(
    `refuses %j: it takes ${what}`,
    (end) => {
      const message = expect.stringMatching(new RegExp(`^Cannot make a ${link} to .*: pass ${what}$`));
      expect(() => make(end as never)).toThrow(
        expect.objectContaining({ name: "TypeError", code: "BAD_LINK", message }),
      );
    },
  );
});

it("windowLink without options lacks its origin", () => {
  for (const bad of [undefined, null, 5])
    expect(() => windowLink(fakeWindows()[0], bad as never)).toThrow(expect.objectContaining({ code: "BAD_ORIGIN" }));
});
