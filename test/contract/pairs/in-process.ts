/** Pairs whose two ends are in the test's own process, at the two ports of a MessageChannel. */
import { connect, type StreamClasses } from "sluice";
import { raw } from "sluice/codecs/raw";
import { type MessagePortOptions, messagePortLink } from "sluice/message-port";
import { codecs } from "../../fixtures/codecs.mjs";
import { farSide } from "../../fixtures/far.mjs";
import { Far } from "../suite/far.ts";
import type { MakePair } from "../suite/pair.ts";

/** What the runtime has itself. */
export const native: Required<StreamClasses> = {
  ReadableStream,
  WritableStream,
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
};

export function inProcess(link: MessagePortOptions = {}, ponyfill?: Required<StreamClasses>): MakePair {
  return (options) => {
    const { port1, port2 } = new MessageChannel();
    const linkOptions = { ...link, ...(options.untrusted && { trusted: false }) };
    const classes = ponyfill ?? native;
    const side = farSide({
      connect,
      raw,
      codecs,
      classes,
      ponyfill: ponyfill !== undefined,
      makeLink: () => messagePortLink(port2, linkOptions),
      ...(options.far && { spec: options.far }),
    });
    const near = connect(messagePortLink(port1, linkOptions), { ...options.near, ...(ponyfill && { ponyfill }) });
    // Both ways through structured clone, as to any other realm.
    const far = new Far(async (question, ...args) => {
      const answer = await side.ask(question, ...structuredClone(args));
      return structuredClone(answer);
    });
    return {
      near,
      far,
      classes,
      kill: () => port2.close(),
      async dispose() {
        near.abort();
        port1.close();
        port2.close();
      },
    };
  };
}
