/** A node with a server: its worker lane leaves the event loop free while it has nothing else to do. */
import { equal } from "node:assert/strict";
import { appSource } from "../core/app/app_source.ts";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

eachDriver("a server on a worker lane answers while no frame comes, also one that an edit brings", async (native) => {
  await using runtime = new Runtime({ native });
  const [first, second] = freePorts(2);
  runtime.add(appSource.data(), { id: "source" });
  runtime.add(nodes.websocketSink({ port: first }), { id: "first", lane: "net" });
  runtime.connectByName("source.data", "first.data");
  await runtime.start();
  await runtime.edit((edit) => {
    edit.add(nodes.websocketSink({ port: second }), { id: "second", lane: "other" });
    edit.connectByName("source.data", "second.data");
  });
  for (const port of [first, second, first, second]) {
    const response = await fetch(`http://127.0.0.1:${port}`);
    equal(response.status, 426);
    await response.body?.cancel();
  }
  await runtime.stop();
});

/** Ports that nobody listens on. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
