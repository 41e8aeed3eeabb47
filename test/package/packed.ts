/** The package as its users get it: packed, and installed in a project that has nothing else. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { entries } from "../../scripts/entries.mjs";
import { ensureInstalled } from "../runtimes/ensure.mjs";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url)).replace(/[/\\]$/, "");

/** What codecs are made with, and the types of Node: as the project that uses them has it. */
const BESIDE = ["@bufbuild/protobuf", "@msgpack/msgpack", "apache-arrow", "protobufjs", "@types/node", "undici-types"];

/** Schemas, installed beside these tests: the types of a definition must get along with each library's. */
const SCHEMAS = ["arktype", "zod"];

/** No command here takes nearly as long. */
const TIMEOUT = 120_000;

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  /** With what it has printed to stderr behind it. */
  readonly output: string;
}

/** Runs a command to its end, whatever that is. */
export function attempt(command: string, args: readonly string[], cwd: string = root): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: TIMEOUT, killSignal: "SIGKILL", maxBuffer: 2 ** 26 } as const;
    execFile(command, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ status, stdout: stdout.trim(), output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** What a command has printed to stdout that ended well. */
export async function run(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { status, stdout, output } = await attempt(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output}`);
  return stdout;
}

/** The executable of a package that is installed beside these tests, by its lock. */
export function tool(name: string, folder: string = here): string {
  ensureInstalled(folder);
  return join(folder, "node_modules/.bin", name);
}

/** Vite, in its own folder. */
export const vite = (): string => tool("vite", join(here, "vite"));

/** Packs what was built. The folder with the tarball, and the tarball; whoever asks removes the folder. */
export async function pack(): Promise<{ folder: string; tarball: string }> {
  for (const { node } of entries) {
    const types = join(root, "dist", node.replace(/\.ts$/, ".d.ts"));
    if (!existsSync(types)) throw new Error(`Cannot pack: ${types} is missing, run npx tsup before`);
  }
  const folder = mkdtempSync(join(tmpdir(), "sluice-package-"));
  // What is in dist was built a moment ago.
  const printed = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder]);
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf("["), printed.lastIndexOf("]") + 1));
  return { folder, tarball: join(folder, filename) };
}

/** An empty project with the tarball installed, and the program of `app/` in it. */
export async function project(): Promise<{ folder: string; dispose(): void }> {
  const { folder, tarball } = await pack();
  const at = (path: string): string => join(folder, path);
  writeFileSync(at("package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--offline", "--loglevel=error", tarball], folder);
  ensureInstalled(here);
  const link = (name: string, from: string): void => {
    mkdirSync(dirname(at(`node_modules/${name}`)), { recursive: true });
    symlinkSync(join(from, "node_modules", name), at(`node_modules/${name}`));
  };
  for (const name of BESIDE) link(name, root);
  for (const name of SCHEMAS) link(name, here);
  cpSync(join(here, "app"), folder, { recursive: true });
  cpSync(join(root, "test/types/equal.ts"), at("equal.ts"));
  writeFileSync(at("every.ts"), everyEntry());
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A program that imports every entry, and prints what each exports. */
function everyEntry(): string {
  const imports = entries.map(({ name }, at) => `import * as e${at} from "${name}";`);
  const list = entries.map(({ name }, at) => `  ${JSON.stringify(name)}: Object.keys(e${at}),`);
  return [...imports, "", "console.log(JSON.stringify({", ...list, "}));", ""].join("\n");
}

export const node: string = process.execPath;
