// No child of `spawn`: nothing at descriptor 3; and a second link of one process.
import process from "node:process";
import { parentLink } from "sluice/process";

function attempt(options) {
  try {
    parentLink(options);
  } catch (error) {
    process.stdout.write(`${error.code}\n`);
  }
}
attempt({ control: "fd" });
attempt();
attempt();
process.exit();
