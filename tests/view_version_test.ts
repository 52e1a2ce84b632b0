/** The version of the graph that readers of its figures go by. */
import { deepEqual } from "node:assert/strict";
import { viewRuntime } from "../core/runtime_view.ts";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { nodes } from "../sluice.gen.ts";
import { flow, until } from "./fixtures/waiting.ts";

eachDriver(
  "a version of the graph stands for one list of lanes, also while edits make lanes and end them",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const source = runtime.add(nodes.toneSource(), { id: "source", lane: "source" });
    const middle = runtime.add(nodes.gain(), { id: "middle", lane: "work" });
    const end = runtime.add(nodes.levelMeter(), { id: "end", lane: "end" });
    runtime.connect(source.outputs.audio, middle.inputs.audioIn);
    runtime.connect(middle.outputs.audioOut, end.inputs.audioIn);
    await runtime.start();
    const seen = new Map<number, string>();
    const wrong: string[] = [];
    const names = () => viewRuntime(runtime).session!.lanes.map(({ name }) => name);
    const look = (): void => {
      const now = names().join();
      const { version } = viewRuntime(runtime);
      const before = seen.get(version) ?? now;
      if (before !== now) wrong.push(`${version}: ${before} and ${now}`);
      seen.set(version, now);
    };
    const looks = setInterval(look, 1);
    for (const lane of ["work-2", "work-3"]) {
      await runtime.edit((edit) => edit.move("middle", lane));
      look();
      await until(() => names().length === 3);
      look();
      await flow(runtime, "end");
    }
    clearInterval(looks);
    deepEqual(wrong, []);
  },
);
