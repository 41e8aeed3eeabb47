/** What the pages and workers of these tests import, as one file. */
export { connect } from "sluice";
export { messagePortLink } from "sluice/message-port";
export { parentLink, workerLink } from "sluice/worker";
