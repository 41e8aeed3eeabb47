// Moves as many bytes as its first argument says; the second is where the control goes.
import process from "node:process";
import { parentLink } from "sluice/process";
import { drive } from "./drive.mjs";

const link = parentLink({ control: process.argv[3] ?? "stdio" });
console.log("printed by the child");
await drive(link, Number(process.argv[2]));
link.close();
