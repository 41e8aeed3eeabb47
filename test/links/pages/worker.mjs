import { serve } from "./far.mjs";
import { parentLink } from "/sluice.mjs";

serve(parentLink());
