// A web server for tests and demos: files of a folder, and what is made on the way, on 127.0.0.1.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/**
 * Serves `folder`, before it `folders` (the beginning of a path, `/scripts/`, to another folder), and before these
 * `routes`: a path to `{ type, body }`, or to a function `(request, response)`. Resolves
 * with `{ origin, port, close }`. The same server answers as `http://localhost:PORT`: another origin to a browser.
 * `host` keeps it to one address.
 */
export async function serve({ folder, folders = {}, routes = {}, port = 0, host, headers = {} }) {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });

  async function answer(request, response) {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader("cache-control", "no-store");
    const route = routes[path];
    if (typeof route === "function") return route(request, response);
    if (route !== undefined) return void response.writeHead(200, { "content-type": route.type }).end(route.body);
    const mount = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    const root = mount === undefined ? folder : folders[mount];
    const file = root && normalize(join(root, mount === undefined ? path : path.slice(mount.length)));
    const isFile = file?.startsWith(normalize(root + sep)) && (await stat(file).catch(() => undefined))?.isFile();
    if (!isFile) return void response.writeHead(404, { "content-type": "text/plain" }).end(`There is no ${path}`);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  }

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, resolve);
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
