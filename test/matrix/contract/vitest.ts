/**
 * What the contract suite takes from vitest, on the harness of web-platform-tests: the same `expect`, and `describe` and
 * `it` as far as the suite uses them. A bundle for a runtime where vitest does not run has this in vitest's place.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  type ExpectStatic,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import * as chai from "chai";
import "../../../wpt-style-tests/node_modules/wpt-runner/testharness/testharness.js";

/** Milliseconds that a test may take: it has hung then, for all that it waits for comes or does not. */
const DEADLINE = 30_000;

export interface TestContext {
  onTestFinished(dispose: () => unknown): void;
}
type Body = (context: TestContext) => unknown;

/** What came of one test; `gap`: it was to fail, and has. */
export interface Result {
  readonly title: string;
  readonly status: "passed" | "failed" | "gap";
  readonly message?: string;
  /** Milliseconds that it took. */
  readonly took: number;
}

/** The part of the harness in use. */
interface Harness {
  setup(properties: object): void;
  promise_test(body: () => Promise<void>, name: string): void;
  add_result_callback(callback: (test: HarnessTest) => void): void;
}
interface HarnessTest {
  readonly name: string;
  readonly status: number;
  readonly message: string | null;
}
const { setup, promise_test, add_result_callback } = globalThis as unknown as Harness;
const PASS = 0;

// Time is kept here, uncaught errors are noted by whoever runs the realm, and no window is told of anything.
setup({
  explicit_done: true,
  explicit_timeout: true,
  allow_uncaught_exception: true,
  output: false,
  message_events: [],
});

const topics: string[] = [];
const gaps = new Set<string>();
/** What tests failed with: the harness tells its message only. */
const thrown = new Map<string, unknown>();
let registered = 0;

export function describe(name: string, register: () => void): void {
  topics.push(name);
  register();
  topics.pop();
}

function add(title: string, body: () => Promise<void>): string {
  const name = [...topics, title].join(" > ");
  registered++;
  promise_test(
    () =>
      body().catch((error: unknown) => {
        thrown.set(name, error);
        throw error;
      }),
    name,
  );
  return name;
}

/** `it.fails`: a test that must fail, which is a gap. `it.skip`: a gap that cannot be tried. */
export const it: {
  (title: string, body: Body): void;
  fails(title: string, options: { timeout: number }, body: Body): void;
  skip(title: string, body: Body): void;
} = Object.assign((title: string, body: Body): void => void add(title, () => run(body, DEADLINE)), {
  fails(title: string, { timeout }: { timeout: number }, body: Body): void {
    const name = add(title, async () => {
      if (!(await hasFailed(body, timeout))) throw new Error("This passes, and is listed as a gap");
    });
    gaps.add(name);
  },
  skip(title: string): void {
    gaps.add(add(title, async () => {}));
  },
});

/** Known to who runs the realm: a gap that is given up may leave promises that nobody looks at any more. */
const FORGIVES = Symbol.for("realm.forgives");

/** Whether a test that must fail has. */
async function hasFailed(body: Body, timeout: number): Promise<boolean> {
  const scope = globalThis as Record<symbol, unknown>;
  scope[FORGIVES] = true;
  const failed = await run(body, timeout).then(
    () => false,
    () => true,
  );
  await new Promise((resolve) => setTimeout(resolve));
  scope[FORGIVES] = false;
  return failed;
}

/** Runs one test and what it has left to be disposed of, which must succeed as well. */
async function run(body: Body, deadline: number): Promise<void> {
  const disposals: (() => unknown)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`This has not ended within ${deadline / 1000} s`)), deadline);
  });
  try {
    await Promise.race([body({ onTestFinished: (dispose) => void disposals.push(dispose) }), late]);
  } finally {
    clearTimeout(timer);
    for (const dispose of disposals) await dispose();
  }
}

/** Resolves when all that was registered has come to its end; `report` is told of each. */
export function finished(report: (result: Result) => void): Promise<void> {
  let ended = 0;
  let before = performance.now();
  return new Promise((resolve) => {
    add_result_callback(({ name, status, message }) => {
      // One runs after the other.
      const took = performance.now() - before;
      before += took;
      if (status !== PASS)
        report({ title: name, status: "failed", message: describeFailure(thrown.get(name)) ?? message ?? "", took });
      else report({ title: name, status: gaps.has(name) ? "gap" : "passed", took });
      if (++ended === registered) resolve();
    });
  });
}

function describeFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : String(error);
  // Chromium and Node repeat the error at the head of its stack.
  const { stack = "" } = error;
  return stack.startsWith(error.name) ? stack : `${error}\n${stack}`;
}

export const expect: ExpectStatic = makeExpect();

/** As vitest makes its own. */
function makeExpect(): ExpectStatic {
  chai.use(JestExtend);
  chai.use(JestChaiExpect);
  chai.use(JestAsymmetricMatchers);
  const made = ((value: unknown, message?: string) => chai.expect(value, message)) as unknown as ExpectStatic;
  Object.assign(made, chai.expect);
  Object.assign(made, (globalThis as Record<symbol, unknown>)[ASYMMETRIC_MATCHERS_OBJECT]);
  made.getState = () => getState(made);
  made.setState = (state) => setState(state as never, made);
  setState({ assertionCalls: 0 }, made);
  return made;
}
