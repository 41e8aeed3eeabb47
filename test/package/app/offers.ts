// What both a worker and a child process offer; its type is all that the other side needs of it.
import { type ChannelStream, define } from "sluice";

export const api = define({
  methods: {
    add: ({ numbers }: { numbers: readonly number[] }) => numbers.reduce((sum, each) => sum + each, 0),
  },
  streams: {
    upper: ({ readable, writable }: ChannelStream<string, string>) =>
      readable
        .pipeThrough(
          new TransformStream<string, string>({
            transform: (text, controller) => controller.enqueue(text.toUpperCase()),
          }),
        )
        .pipeTo(writable),
  },
});
export type Api = typeof api;
