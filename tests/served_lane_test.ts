/** A node with a server: its worker lane leaves the event loop free while it has nothing else to do. */
import { equal } from "node:assert/strict";
import { appSource } from "../core/app/app_source.ts";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { until } from "./fixtures/waiting.ts";

eachDriver("a server on a worker lane answers while no frame comes, also one that an edit brings", async (native) => {
  await using runtime = new Runtime({ native });
  runtime.add(appSource.data(), { id: "source" });
  runtime.add(nodes.websocketSink({ port: 0 }), { id: "first", lane: "net" });
  runtime.connectByName("source.data", "first.data");
  await runtime.start();
  await runtime.edit((edit) => {
    edit.add(nodes.websocketSink({ port: 0 }), { id: "second", lane: "other" });
    edit.connectByName("source.data", "second.data");
  });
  const portOf = (id: string) => runtime.stats().nodes.find((node) => node.id === id)?.figures?.port ?? 0;
  for (const id of ["first", "second"]) {
    await until(() => portOf(id) > 0);
    for (let k = 0; k < 3; k++) {
      const response = await fetch(`http://127.0.0.1:${portOf(id)}`);
      equal(response.status, 426);
      await response.body?.cancel();
    }
  }
  await runtime.stop();
});
