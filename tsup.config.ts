import { defineConfig, type Options } from "tsup";
import { sources } from "./scripts/entries.mjs";

/** One entry per adapter and codec: what the exports map of package.json names. */
const config: ReturnType<typeof defineConfig> = defineConfig((options: Options) => ({
  entry: [...sources],
  outBase: ".",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: [/^node:/],
  splitting: true,
  // The declarations go with a build that makes new ones: tsup then removes them itself.
  clean: options.watch ? false : ["!**/*.d.ts"],
  dts: options.dts ?? true,
  sourcemap: true,
  silent: true,
  // Without it `node:buffer` becomes `buffer`, which is a package as well.
  removeNodeProtocol: false,
}));

export default config;
