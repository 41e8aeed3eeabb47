// Runs in a worker, of a page as of a program.
import { connect } from "sluice";
import { parentLink } from "sluice/worker";
import { api } from "./offers.ts";

connect(parentLink(), api);
