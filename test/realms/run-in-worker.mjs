// One job in one worker, in any runtime: sends it, collects what is reported, and ends the worker whatever it does.
export function runInWorker(worker, { url, init, deadline }) {
  return new Promise((resolve) => {
    const reports = [];
    const end = (problem) => {
      clearTimeout(timer);
      worker.terminate();
      resolve({ reports, ...(problem !== undefined && { problem }) });
    };
    const timer = setTimeout(() => end(`no end after ${deadline / 1000} s`), deadline);
    worker.listen({
      message({ report, end: over, problem }) {
        if (report !== undefined) reports.push(report);
        if (over) end(problem);
      },
      error: end,
    });
    worker.post({ url, init });
  });
}
