// Moves as many bytes as its first argument says; the second is where the control goes.
import net from "node:net";
import process from "node:process";
import { parentLink } from "sluice/process";
import { drive } from "./drive.mjs";

// Where it cannot listen, it makes one connection for both ways.
if (process.env.SLUICE_TEST_ONE) {
  net.Server.prototype.listen = function () {
    queueMicrotask(() => this.emit("error", new Error("not here")));
    return this;
  };
}

const { link } = parentLink({ control: process.argv[3] ?? "stdio" });
console.log("printed by the child");
await drive(link, Number(process.argv[2]));
link.close();
