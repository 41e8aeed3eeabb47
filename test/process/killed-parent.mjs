// Is killed while its child has not connected. Argument: the directory for sockets.
import process from "node:process";
import { spawn } from "sluice/process";

spawn("sleep", ["1"], { directory: process.argv[2] });
setTimeout(() => process.kill(process.pid, "SIGKILL"), 300);
