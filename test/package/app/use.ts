// What a program and a page do with whatever is at the other end: a call, and a stream there and back.
import type { Channel } from "sluice";
import type { Api } from "./offers.ts";

export interface Used {
  readonly sum: number;
  readonly text: string;
}

export async function use(channel: Channel<Api>): Promise<Used> {
  const sum: number = await channel.call("add", { numbers: [1, 2, 3] });
  const { readable, writable } = channel.openStream("upper");
  const writer = writable.getWriter();
  const written = (async () => {
    for (const word of ["streams ", "that ", "flow"]) await writer.write(word);
    await writer.close();
  })();
  let text = "";
  const reader = readable.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) text += step.value;
  await written;
  await channel.close();
  return { sum, text };
}
