import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { entries } from "./scripts/entries.mjs";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import the package by its public names; here those names mean the source. */
const alias = entries.map(({ name, node }) => ({ find: new RegExp(`^${name}$`), replacement: here(node) }));

/** What runs in a page is sent there by its source, so it must not be transformed. */
const asWritten = /\/test\/(browsers|realms)\//;

const project = (name: string, include: string[], options: object = {}) => ({
  resolve: { alias },
  test: { name, include, testTimeout: 30_000, hookTimeout: 30_000, ...options },
});

/** `vitest run --project NAME`: each part of the suite by itself. */
const config: ViteUserConfig = defineConfig({
  test: {
    pool: "forks",
    dangerouslyIgnoreUnhandledErrors: false,
    projects: [
      // Arithmetic and tables share nothing that could leak from file to file.
      project("unit", ["test/unit/**/*.test.ts"], { pool: "threads", isolate: false }),
      project("contract", ["test/contract/**/*.test.ts"]),
      project("simulation", ["test/simulation/**/*.test.ts"], { testTimeout: 600_000 }),
      project("cli", ["test/cli/**/*.test.ts"]),
      project("readme", ["test/readme/**/*.test.ts"]),
      project("process", ["test/process/**/*.test.ts"], { testTimeout: 60_000 }),
      project("python", ["test/python/**/*.test.ts"]),
      project("fallbacks", ["test/fallbacks/**/*.test.ts"], { server: { deps: { external: [asWritten] } } }),
      project("everywhere", ["test/everywhere/**/*.test.ts"]),
      // Each file has a browser to itself, and the machine.
      project("links", ["test/links/*.test.mjs"], { testTimeout: 60_000, fileParallelism: false }),
      project("demo", ["test/demo/**/*.test.ts"], { testTimeout: 60_000, hookTimeout: 60_000 }),
      project("package", ["test/package/*.test.ts"], { testTimeout: 120_000 }),
      project("soak", ["test/soak/*.test.ts"], { testTimeout: 120_000 }),
      project("soak in browsers", ["test/soak/browsers/*.test.mjs"]),
    ],
  },
});

export default config;
