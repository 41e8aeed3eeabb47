/** The worker of the checks: what is started by `new Worker`, bundled into one script. */
import { connect } from "sluice";
import { parentLink } from "sluice/worker";
import { api } from "./api.ts";

connect(parentLink(), api);
