/** What the pages and workers of these tests import, as one file. */
export { connect } from "sluice";
export { messagePortLink } from "sluice/message-port";
export { onClient as onServiceClient, serviceWorkerLink } from "sluice/service-worker";
export { onClient as onSharedClient, sharedWorkerLink } from "sluice/shared-worker";
export { windowLink } from "sluice/window";
export { parentLink, workerLink } from "sluice/worker";
