// A worker of many clients, which tells each of them what has become of all.
import { serve } from "./far.mjs";
import { onSharedClient } from "/sluice.mjs";

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
