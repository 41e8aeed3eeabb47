// A runtime that is a browser: one page starts the workers; a window of its own is an iframe, made anew for each job.
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../browsers/serve.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

export async function browserHost(browser) {
  // Folders are served by number, so that any file can be run, and may load its neighbours, without showing the rest of
  // the disk.
  const folders = {};
  const mounts = new Map();
  const routes = { "/host.html": { type: "text/html; charset=utf-8", body: "<!doctype html><title>realms</title>" } };
  // Isolated, as a page has to be to share memory with its workers.
  const headers = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
  };
  const server = await serve({ folder: here, folders, routes, headers });
  const publish = (file) => {
    const folder = dirname(file);
    if (!mounts.has(folder)) {
      mounts.set(folder, `/scripts/${mounts.size}/`);
      folders[mounts.get(folder)] = folder;
    }
    return `${server.origin}${mounts.get(folder)}${basename(file)}`;
  };
  const page = await browser.newPage();
  await page.goto(`${server.origin}/host.html`);
  return {
    name: browser.name,
    version: `${browser.name} ${browser.version}`,
    run: ({ file, init = null, scope = "worker", deadline = 120_000 }) =>
      page.evaluate(inPage, { url: publish(file), init, scope, deadline }),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Runs in the page. */
async function inPage({ url, init, scope, deadline }) {
  const { runInWorker } = await import("/run-in-worker.mjs");
  if (scope === "worker") {
    const worker = new Worker("/in-worker.mjs", { type: "module" });
    return runInWorker(
      {
        post: (message) => worker.postMessage(message),
        listen({ message, error }) {
          worker.onmessage = ({ data }) => message(data);
          worker.onerror = (event) => error(event.message || "the worker failed");
        },
        terminate: () => worker.terminate(),
      },
      { url, init, deadline },
    );
  }
  const frame = document.createElement("iframe");
  frame.src = "/host.html";
  document.body.append(frame);
  await new Promise((resolve) => {
    frame.onload = resolve;
  });
  const script = frame.contentDocument.createElement("script");
  script.type = "module";
  script.textContent = `import { runModule } from "/run-module.mjs";
    addEventListener("message", async ({ data: { url, init }, ports: [port] }) => {
      const problem = await runModule(url, init, (report) => port.postMessage({ report }));
      port.postMessage({ end: true, problem });
    }, { once: true });
    parent.postMessage("listening", "*");`;
  const listening = new Promise((resolve) => addEventListener("message", resolve, { once: true }));
  frame.contentDocument.body.append(script);
  await listening;
  const { port1, port2 } = new MessageChannel();
  return runInWorker(
    {
      post: (message) => frame.contentWindow.postMessage(message, "*", [port2]),
      listen({ message }) {
        port1.onmessage = ({ data }) => message(data);
      },
      terminate() {
        port1.close();
        frame.remove();
      },
    },
    { url, init, deadline },
  );
}
