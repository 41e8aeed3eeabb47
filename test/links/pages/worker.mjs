import { parentLink } from "/sluice.mjs";
import { serve } from "./far.mjs";

serve(parentLink());
