/** Presence, with locks and time that a test moves. */
import { describe, expect, it } from "vitest";
import { APART, type Bond, Presence, TOGETHER, TOLD } from "../../../../adapters/message-port/presence.ts";
import { FakeScheduler, settle } from "../../support/scheduler.ts";

/** A partition's locks: one holder each, and who waits for it. */
class FakeLocks {
  readonly held = new Map<string, () => void>();
  readonly pending: { readonly name: string; readonly grant: () => void }[] = [];
  refuses = false;
  silent = false;

  async request(name: string, { signal }: { signal: AbortSignal }, use: () => Promise<void>): Promise<void> {
    if (this.refuses) throw new DOMException("locks cannot be used here", "SecurityError");
    if (this.silent) return new Promise(() => {});
    if (this.held.has(name)) {
      await new Promise<void>((grant, reject) => {
        const entry = { name, grant };
        this.pending.push(entry);
        signal.addEventListener("abort", () => {
          this.pending.splice(this.pending.indexOf(entry), 1);
          reject(signal.reason);
        });
      });
    }
    const died = new Promise<void>((resolve) => this.held.set(name, resolve));
    await Promise.race([use(), died]);
    this.kill(name);
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.held.keys()].map((name) => ({ name })) };
  }

  /** Its holder dies. */
  kill(name: string): void {
    this.held.get(name)?.();
    this.held.delete(name);
    const next = this.pending.findIndex((each) => each.name === name);
    if (next >= 0) this.pending.splice(next, 1)[0]?.grant();
  }
}

function make(bond: Bond, fake: FakeLocks | undefined) {
  const locks = fake as unknown as LockManager | undefined;
  const scheduler = new FakeScheduler();
  const lost: Error[] = [];
  const presence = new Presence(bond, { scheduler, locks, post: () => {}, lost: (error) => lost.push(error) });
  const ready: boolean[] = [];
  presence.begin("me", (isHeld) => ready.push(isHeld));
  return { presence, scheduler, lost, ready };
}

const remote = { sluice: "ready", nonce: "you", seen: "me", lock: true } as const;

describe("Presence", () => {
  it("is ready at once where there are no locks, or none are needed", () => {
    expect(make(APART, undefined).ready).toEqual([false]);
    const locks = new FakeLocks();
    expect(make(TOLD, locks).ready).toEqual([false]);
    expect(locks.held.size).toBe(0);
  });

  it("holds its lock before it is ready, and leaves nothing behind", async () => {
    const locks = new FakeLocks();
    const one = make(APART, locks);
    await settle();
    expect([one.ready, [...locks.held.keys()]]).toEqual([[true], ["sluice:me"]]);
    one.presence.end();
    await settle();
    expect([locks.held.size, one.scheduler.timers.length]).toEqual([0, 0]);
  });

  it("is ready without a lock where locks are refused, and where nobody answers in time", async () => {
    const refusing = new FakeLocks();
    refusing.refuses = true;
    const one = make(APART, refusing);
    await settle();
    expect(one.ready).toEqual([false]);
    const silent = new FakeLocks();
    silent.silent = true;
    const other = make(APART, silent);
    await other.scheduler.pass(10_000);
    expect(other.ready).toEqual([false]);
  });

  it("tells that a remote is gone whose lock is released, once its last messages have come", async () => {
    const locks = new FakeLocks();
    make(APART, locks);
    const one = make(APART, locks);
    locks.held.set("sluice:you", () => {});
    one.presence.met(remote);
    await settle();
    expect(one.presence.tells).toBe(true);
    locks.kill("sluice:you");
    await one.scheduler.pass(99);
    one.presence.hear();
    await one.scheduler.pass(100);
    expect(one.lost).toEqual([]);
    await one.scheduler.pass(100);
    expect(one.lost).toEqual([expect.objectContaining({ code: "CONNECTION_LOST" })]);
  });

  it("does not trust a lock that is not seen: its holder may be in another partition", async () => {
    const one = make(APART, new FakeLocks());
    one.presence.met(remote);
    await one.scheduler.pass(1_000);
    expect([one.presence.tells, one.lost.length]).toEqual([false, 0]);
  });

  it("takes a lock that is not held for a death where both are in one partition for certain", async () => {
    const one = make(TOGETHER, new FakeLocks());
    one.presence.met(remote);
    await one.scheduler.pass(1_000);
    expect(one.lost).toHaveLength(1);
  });

  it("does not wait for a lock that the remote does not have", async () => {
    const one = make(TOGETHER, new FakeLocks());
    one.presence.met({ sluice: "ready", nonce: "you", seen: "me" });
    await one.scheduler.pass(1_000);
    expect([one.presence.tells, one.lost.length]).toEqual([false, 0]);
  });

  it("says nothing after its end, and no longer asks for the remote's lock", async () => {
    const locks = new FakeLocks();
    const one = make(APART, locks);
    locks.held.set("sluice:you", () => {});
    one.presence.met(remote);
    await settle();
    expect(locks.pending).toHaveLength(1);
    one.presence.end();
    await settle();
    expect(locks.pending).toHaveLength(0);
    locks.kill("sluice:you");
    await one.scheduler.pass(1_000);
    expect(one.lost).toEqual([]);
  });
});
