// A worker of many clients, which tells each of them what has become of all.

import { onSharedClient } from "/sluice.mjs";
import { serve } from "./far.mjs";

const clients = [];

onSharedClient((link) => {
  const client = { number: clients.length, state: "open" };
  clients.push(client);
  const channel = serve(link, {
    number: () => client.number,
    clients: () => clients.map(({ state }) => state),
  });
  channel.closed.then(
    () => (client.state = "closed"),
    (error) => (client.state = error.code),
  );
});
