import { defineConfig, type Options } from "tsup";

/** One entry per adapter and codec, mirrored one to one by the exports map of package.json. */
const config: ReturnType<typeof defineConfig> = defineConfig((options: Options) => ({
  entry: [
    "src/mod.ts",
    "src/codecs/raw.ts",
    "src/codecs/json.ts",
    "src/codecs/msgpack.ts",
    "src/codecs/protobuf.ts",
    "src/codecs/protobufjs.ts",
    "src/codecs/arrow.ts",
    "adapters/message-port/mod.ts",
    "adapters/ports/mod.ts",
    "adapters/process/mod.ts",
    "adapters/service-worker/mod.ts",
    "adapters/shared-worker/mod.ts",
    "adapters/window/mod.ts",
    "adapters/worker/node.ts",
    "adapters/worker/web.ts",
  ],
  outBase: ".",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: [/^node:/],
  splitting: true,
  clean: !options.watch,
  dts: options.dts ?? true,
  sourcemap: true,
  silent: true,
}));

export default config;
