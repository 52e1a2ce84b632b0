import { throws } from "node:assert/strict";
import { nativeNodes } from "../registry/native_stages.ts";
import { gathering, sink } from "../../tests/fixtures/scripted.ts";
import { appSource } from "../app/app_source.ts";
import { nodes } from "../../sluice.gen.ts";
import { Runtime } from "../runtime.ts";

Deno.test("a name that no lane can have is refused as the name of a lane", () => {
  for (const name of ["my lane", "", "1st"]) {
    const refusal = {
      code: "InvalidGraph",
      message:
        `Cannot use "${name}" as the name of a lane: wanted 1 to 64 letters, digits, "_" or "-", starting with ` +
        'a letter or "_"',
    };
    throws(() => new Runtime({ native: "off" }).add(sink(gathering([])), { lane: name }), refusal);
    throws(() => new Runtime({ native: "off", lanes: { [name]: { kind: "native" } } }), refusal);
  }
});

Deno.test("a processor is refused on the lane of native stages, and a native stage on that of processors", () => {
  const runtime = new Runtime({ native: "off" });
  throws(() => runtime.add(sink(gathering([])), { id: "s", lane: "native" }), {
    code: "InvalidGraph",
    message: 'Cannot place node "s" (scripted-sink) on lane "native": it is a TypeScript processor, and the lane is ' +
      'of kind "native", which runs native stages only; give it a lane of another name, or none',
  });
  throws(() => runtime.add(nativeNodes.nativeSource(), { id: "n", lane: "worker" }), {
    code: "InvalidGraph",
    message: 'Cannot place node "n" (native-source) on lane "worker": it is a native stage, and the lane is of kind ' +
      '"worker"; give it a lane of kind native, or none',
  });
});

Deno.test("a node whose type runs on lane main only is refused on any other", () => {
  const runtime = new Runtime({ native: "off", lanes: { control: { kind: "main" } } });
  const refused = (lane: string) => ({
    code: "InvalidGraph",
    nodeId: "c",
    message: `Cannot place node "c" (scripted-sink) on lane "${lane}": its type runs on lane "main" only; ` +
      "give it that one, or none",
  });
  for (const lane of ["far", "worker"]) {
    throws(() => runtime.add(sink(gathering([])), { id: "c", lane }), refused(lane));
  }
  for (const [i, lane] of ["main", "control", undefined].entries()) {
    runtime.add(sink(gathering([])), { id: `c${i}`, lane });
  }
  throws(() => runtime.add(appSource.data(), { lane: "far" }), /its type runs on lane "main" only/);
});

Deno.test("what is said of a lane counts before what its name promises", () => {
  const runtime = new Runtime({ native: "off", lanes: { native: { kind: "worker" } } });
  runtime.add(nodes.gain(), { id: "s", lane: "native" });
});
