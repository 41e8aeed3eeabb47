/** The contract of links over MessagePort, with the stream classes of web-streams-polyfill at both ends. */
import * as ponyfill from "web-streams-polyfill";
import { inProcess } from "./pairs/in-process.ts";
import { linkContract } from "./suite.ts";

const { ReadableStream, WritableStream, ByteLengthQueuingStrategy, CountQueuingStrategy } = ponyfill;
const classes = { ReadableStream, WritableStream, ByteLengthQueuingStrategy, CountQueuingStrategy };

linkContract("MessagePort with a ponyfill", inProcess({}, classes as never));
