/** Broadcast links: two of those who ask for a name are joined, and nobody hears them. */
import { type Channel, connect } from "sluice";
import { broadcastLink } from "sluice/ports";
import { expect, it, onTestFinished } from "vitest";

let count = 0;

/** As many links of one name as `size` says: resolves once all but an odd one are joined, each with one other. */
async function joined(size: number): Promise<void> {
  const name = `unit ${process.pid} ${count++}`;
  const channels: Channel[] = Array.from({ length: size }, (_, i) =>
    connect(broadcastLink(name), { methods: { number: () => i } }),
  );
  onTestFinished(() => channels.forEach((channel) => channel.abort()));
  const partners: (number | undefined)[] = Array.from({ length: size });
  let answered = 0;
  await new Promise<void>((resolve) => {
    channels.forEach((channel, i) => {
      channel.call("number", []).then(
        (partner) => {
          partners[i] = partner as number;
          if (++answered === size - (size % 2)) resolve();
        },
        () => {},
      );
    });
  });
  const paired = partners.flatMap((partner, i) => (partner === undefined ? [] : [[i, partner]]));
  for (const [i, partner] of paired) expect(partners[partner as number]).toBe(i);
  expect(paired).toHaveLength(size - (size % 2));
}

it.each([2, 3, 4, 5, 7])("joins %i in pairs, each with one other, and lets the odd one wait", joined);

it("joins all of many, however old an offer is by the time it is heard", async () => {
  for (let groups = 0; groups < 10; groups++) await Promise.all(Array.from({ length: 20 }, () => joined(7)));
});

it("refuses a name that is none", () => {
  expect(() => broadcastLink("")).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
});
