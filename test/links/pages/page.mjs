// What a test evaluates in a page finds all of it here.

import * as sluice from "/sluice.mjs";
import * as near from "./near.mjs";

globalThis.near = near;
globalThis.sluice = sluice;
globalThis.state = {};
isLoaded();
