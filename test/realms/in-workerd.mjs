// What workerd runs: one job, beside the modules that it is about. It answers with a line of JSON for each report.
import { runModule } from "./run-module.mjs";

export default {
  async fetch(request) {
    const { module, init } = await request.json();
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const tell = (message) => writer.write(encoder.encode(`${JSON.stringify(message)}\n`)).catch(() => {});
    runModule(module, init, (report) => tell({ report })).then((problem) => {
      tell({ end: true, problem });
      writer.close().catch(() => {});
    });
    return new Response(readable);
  },
};
