// What workerd runs: one job, beside the modules that it is about, and all reports as the answer.
import { runModule } from "./run-module.mjs";

export default {
  async fetch(request) {
    const { module, init } = await request.json();
    const reports = [];
    const problem = await runModule(module, init, (report) => reports.push(report));
    return Response.json({ reports, problem });
  },
};
