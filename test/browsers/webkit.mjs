// WebKitGTK's MiniBrowser, driven by raw WebDriver on a display of its own.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** How long it may take to be there, in milliseconds. */
const START = 20_000;
/** How long until a page is asked for what a function has given: at first, and at most, in milliseconds. */
const POLL = { first: 10, most: 160 };

export async function open([miniBrowser, webDriver, xvfb], { dark }) {
  const display = await startDisplay(xvfb);
  const port = await freePort();
  const driver = spawn(webDriver, [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    env: {
      ...process.env,
      DISPLAY: display.name,
      NO_AT_BRIDGE: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
      // The colours that are preferred are the desktop's.
      GTK_THEME: dark ? "Adwaita:dark" : "Adwaita",
    },
  });
  const base = `http://127.0.0.1:${port}`;
  const end = () => {
    driver.kill();
    display.process.kill();
  };
  try {
    await answering(`${base}/status`);
    const { sessionId, capabilities } = await send(`${base}/session`, {
      capabilities: {
        alwaysMatch: {
          "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] },
          timeouts: { script: 2 ** 31 - 1, pageLoad: 60_000 },
        },
      },
    });
    const session = new Session(`${base}/session/${sessionId}`);
    return {
      name: "webkit",
      version: capabilities.browserVersion,
      pid: driver.pid,
      newPage: () => session.newPage(),
      async close() {
        await session.end();
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

/**
 * One session: its windows take turns, for a command goes to the one that was switched to last. The window that it began
 * with stays unused, since a session ends with its last window.
 */
class Session {
  #url;
  #turn = Promise.resolve();
  #first;
  #current;
  #evaluations = 0;

  constructor(url) {
    this.#url = url;
    this.#first = this.#get("window");
  }

  async newPage() {
    const { handle } = await this.#exclusively(async () => {
      // A window is opened from another one, and the current one may be closed. A tab would be opened hidden: without
      // animation frames, and with timers that are slowed down.
      await this.#post("window", { handle: await this.#first });
      this.#current = await this.#first;
      return this.#post("window/new", { type: "window" });
    });
    const inWindow = (command) =>
      this.#exclusively(async () => {
        if (this.#current !== handle) await this.#post("window", { handle });
        this.#current = handle;
        return command();
      });
    const evaluate = (fn, ...args) => this.#evaluate(inWindow, fn, args);
    return {
      goto: (url) => inWindow(() => this.#post("url", { url })),
      evaluate,
      click: (selector) =>
        inWindow(async () => {
          const found = await this.#post("element", { using: "css selector", value: selector });
          await this.#post(`element/${Object.values(found)[0]}/click`, {});
        }),
      press: (keys) =>
        inWindow(() => {
          const value = KEYS[keys] ?? keys;
          const actions = [
            { type: "keyDown", value },
            { type: "keyUp", value },
          ];
          return this.#post("actions", { actions: [{ type: "key", id: "keyboard", actions }] });
        }),
      resize: (width, height) => inWindow(() => this.#post("window/rect", { width, height })),
      screenshot: (file) =>
        inWindow(async () => writeFileSync(file, Buffer.from(await this.#get("screenshot"), "base64"))),
      close: () =>
        inWindow(async () => {
          await this.#delete("window");
          this.#current = undefined;
        }),
    };
  }

  async end() {
    await fetch(this.#url, { method: "DELETE" }).catch(() => {});
  }

  /**
   * What a function gives is asked for again and again: a command that waited for it would hold up every other one, and
   * with it all that could run meanwhile.
   */
  async #evaluate(inWindow, fn, args) {
    const name = `$evaluation${++this.#evaluations}`;
    const execute = (script) => inWindow(() => this.#post("execute/sync", { script, args: [] }));
    await execute(`window.${name} = {};
      Promise.resolve().then(() => (${fn})(...${JSON.stringify(args)})).then(
        (value) => { ${name} = { value, over: true }; },
        (error) => { ${name} = { error: String(error?.stack ? error + "\\n" + error.stack : error), over: true }; });`);
    for (let pause = POLL.first; ; pause = Math.min(POLL.most, 2 * pause)) {
      const { value, error, over } = await execute(`const now = window.${name};
        if (now === undefined) return { over: true, error: "the page was left" };
        if (now.over) delete window.${name};
        return now;`);
      if (error !== undefined) throw new Error(error);
      if (over) return value;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #exclusively(work) {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  #get(path) {
    return send(`${this.#url}/${path}`);
  }
  #post(path, body) {
    return send(`${this.#url}/${path}`, body);
  }
  #delete(path) {
    return send(`${this.#url}/${path}`, undefined, "DELETE");
  }
}

/** The standard's code points for keys that are no characters. */
const KEYS = {
  Tab: "\uE004",
  Enter: "\uE007",
  Escape: "\uE00C",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
};

async function send(url, body, method = body ? "POST" : "GET") {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value?.error}: ${value?.message}`);
  return value;
}

/** A display of its own: the server chooses a free number and says which. */
async function startDisplay(xvfb) {
  const args = ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
  const child = spawn(xvfb, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await Promise.race([
    once(createInterface({ input: child.stdio[3] }), "line"),
    once(child, "exit").then(() => Promise.reject(new Error("Xvfb ended before it had a display"))),
  ]);
  return { name: `:${number}`, process: child };
}

function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url) {
  for (const end = Date.now() + START; ; ) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    if (Date.now() > end) throw new Error(`WebKitWebDriver does not answer after ${START / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
