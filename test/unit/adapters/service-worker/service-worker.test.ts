/** Links to a service worker, and how long it asks the browser to live for them. */
import { onClient, serviceWorkerLink } from "sluice/service-worker";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { MessageLink } from "../../../../src/link.ts";
import { settle } from "../../support/scheduler.ts";

describe("serviceWorkerLink()", () => {
  it("does not wait for ever for a worker that was stopped before it has connected", () => {
    const worker = Object.assign(new EventTarget(), { postMessage() {} }) as unknown as ServiceWorker;
    expect(serviceWorkerLink(worker).startTimeout).toBe(30_000);
  });

  it.each([
    ["the container of registrations", new EventTarget()],
    ["a promise of a registration", Promise.resolve()],
  ])("refuses %s, and says what to pass", (_, end) => {
    const message = "Cannot make a serviceWorkerLink to this object: pass a ServiceWorker, or its registration";
    expect(() => serviceWorkerLink(end as never)).toThrow(expect.objectContaining({ code: "BAD_LINK", message }));
  });

  it("refuses a registration that has no worker", () => {
    const none = Object.assign(new EventTarget(), { active: null, waiting: null, installing: null });
    expect(() => serviceWorkerLink(none as never)).toThrow(expect.objectContaining({ code: "NO_SERVICE_WORKER" }));
  });
});

/** A service worker, in time that a test moves, that a page has connected to. */
function connected() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const scope = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"] as const) vi.stubGlobal(name, scope[name].bind(scope));
  for (const name of ["registration", "clients"]) vi.stubGlobal(name, {});
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port1.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  let asked = 0;
  const post = (data: object): void => {
    const waitUntil = (promise: Promise<void>): void => {
      asked++;
      promise.then(() => asked--);
    };
    scope.dispatchEvent(Object.assign(new Event("message"), { data, waitUntil }));
  };
  const links: MessageLink[] = [];
  onClient((link) => links.push(link));
  post({ sluice: "client", id: "page", port: port2 });
  return {
    link: links[0] as MessageLink,
    busy: () => post({ sluice: "busy", id: "page" }),
    /** Whether the browser is asked to let the worker live, so many milliseconds later. */
    async lives(ms = 0): Promise<boolean> {
      vi.advanceTimersByTime(ms);
      await settle();
      return asked > 0;
    },
  };
}

describe("A service worker asks to live", () => {
  it("while something is under way, and no longer", async () => {
    const { link, busy, lives } = connected();
    expect(await lives(60_000)).toBe(true);
    link.keepAlive(false);
    expect(await lives()).toBe(false);
    busy();
    link.keepAlive(true);
    expect(await lives(60_000)).toBe(true);
    link.keepAlive(false);
    expect(await lives()).toBe(false);
  });

  it("for a moment only, if it is told of something that is over already", async () => {
    const { link, busy, lives } = connected();
    await lives(60_000);
    link.keepAlive(false);
    for (let i = 0; i < 3; i++) {
      link.keepAlive(true);
      link.keepAlive(false);
      busy();
      expect(await lives(999)).toBe(true);
    }
    expect(await lives(1)).toBe(false);
  });

  it("for what it is told of before that comes, be it behind the end of something else", async () => {
    const { link, busy, lives } = connected();
    await lives(60_000);
    busy();
    link.keepAlive(false);
    expect(await lives(500)).toBe(true);
    link.keepAlive(true);
    expect(await lives(60_000)).toBe(true);
    link.keepAlive(false);
    expect(await lives()).toBe(false);
  });

  it("for nobody who is gone", async () => {
    const { link, busy, lives } = connected();
    link.listen({ met() {}, receive() {}, lost() {} });
    link.close();
    expect(await lives()).toBe(false);
    busy();
    expect(await lives()).toBe(false);
  });
});
