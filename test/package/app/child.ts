// Runs in a child process.
import { connect } from "sluice";
import { parentLink } from "sluice/process";
import { api } from "./offers.ts";

connect(parentLink(), api);
