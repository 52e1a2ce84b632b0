import { deepEqual } from "node:assert/strict";
import { Runtime } from "../runtime.ts";
import { counting, gathering, sink, source } from "../../tests/fixtures/scripted.ts";

Deno.test("publishEdit() tells links that an edit makes and removes, then the edit", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const to = runtime.add(sink(gathering([])), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  const told: unknown[] = [];
  runtime.events.on("*", (event) => {
    if (event.group === "graph") told.push(event.kind);
    else if (event.group === "link" && event.kind !== "dropping") {
      told.push([event.linkId, event.kind, event.from, event.to]);
    }
  });
  await runtime.start();
  await runtime.edit((edit) => {
    edit.add(sink(gathering([])), { id: "other" });
    edit.connectByName("from.audioOut", "other.audioIn");
  });
  await runtime.edit((edit) => edit.remove("other"));
  await runtime.stop();
  deepEqual(told, [
    ["link1", "connected", "from.audioOut", "other.audioIn"],
    "edited",
    ["link1", "removed", "from.audioOut", "other.audioIn"],
    "edited",
  ]);
});
