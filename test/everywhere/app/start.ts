// The one line that differs by where it runs: a program takes its argument and prints; a page would show.
import { run } from "./main.js";

declare const process: { argv: string[] };
console.log(JSON.stringify(await run(process.argv[2] as string)));
