/** In which order a lane runs its nodes after an edit. */
import { deepEqual } from "node:assert/strict";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeType } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { pass } from "./fixtures/numbered.ts";
import { until } from "./fixtures/waiting.ts";

/** Ticks that are seen before an edit and after it, and those of them that may find what was there before. */
const TICKS = 200;
const SETTLING = 20;

const audioIn = port({ name: "audioIn", direction: "input", kind: "audio" });
const audioOut = port({ name: "audioOut", direction: "output", kind: "audio" });

interface Ports {
  readonly audioIn: StreamInput<AudioFrame>;
  readonly audioOut: StreamOutput<AudioFrame>;
}

/** A node that was ticked, and the number of the frame that it wrote or read last. */
type Tick = readonly [node: string, frame: number];

eachDriver("a frame passes a chain in one sweep also where an edit has put nodes into it", async (native) => {
  const ticks: Tick[] = [];
  await using runtime = chain(native, ticks, "main");
  await runtime.start();
  await until(() => ticks.length > TICKS);
  await runtime.edit((edit) => {
    edit.remove("middle");
    // The one that comes first is added last.
    const second = edit.add(noted("second", ticks)(), { id: "second", lane: "main" });
    const first = edit.add(noted("first", ticks)(), { id: "first", lane: "main" });
    edit.connectByName("source.audioOut", `${first.id}.audioIn`);
    edit.connectByName(`${first.id}.audioOut`, `${second.id}.audioIn`);
    edit.connectByName(`${second.id}.audioOut`, "sink.audioIn");
  });
  await assertSwept(ticks, ["source", "first", "second", "sink"]);
  await runtime.stop();
});

eachDriver("a frame passes a chain in one sweep also where a node of it has come from another lane", async (native) => {
  const ticks: Tick[] = [];
  await using runtime = chain(native, ticks, "far");
  await runtime.start();
  await until(() => ticks.length > TICKS);
  await runtime.edit((edit) => edit.move("middle", "main"));
  await assertSwept(ticks, ["source", "sink"]);
  await runtime.stop();
});

/** source → middle → sink, which are on main but for the middle, and note their ticks but for it. */
function chain(native: "require" | "off", ticks: Tick[], lane: string): Runtime {
  const runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(counting(ticks)(), { id: "source", lane: "main" });
  const sink = runtime.add(noted("sink", ticks)(), { id: "sink", lane: "main" });
  const middle = runtime.add(pass(), { id: "middle", lane });
  runtime.connect(source.outputs.audioOut, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, sink.inputs.audioIn);
  return runtime;
}

/** Each node has what the source wrote last, whenever it is ticked: nothing waits for the next sweep. */
async function assertSwept(ticks: readonly Tick[], order: readonly string[]): Promise<void> {
  const from = ticks.length;
  await until(() => ticks.length > from + TICKS);
  const sweeps = new Set<string>();
  let sweep: Tick[] = [];
  // What the edit found on its way, and what the test has cut off, is left out.
  for (const tick of ticks.slice(from + SETTLING)) {
    if (tick[0] === "source" && sweep.length > 1) {
      sweeps.add(sweep.map(([node, frame]) => `${node} ${frame - sweep[0][1]}`).join(", "));
      sweep = [];
    }
    if (tick[0] === "source") sweep = [tick];
    else if (sweep.length > 0) sweep.push(tick);
  }
  deepEqual([...sweeps], [order.map((node) => `${node} 0`).join(", ")]);
}

function counting(
  ticks: Tick[],
): NodeType<Record<never, never>, NodeHandle<Record<never, never>, { audioOut: AudioFrame }>> {
  let next = 0;
  return fixture(() => ({
    process(this: Ports) {
      const frame = this.audioOut.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 })!;
      frame.channel(0)[0] = next;
      this.audioOut.write(frame);
      ticks.push(["source", next++]);
    },
  }), { type: "counting", mode: "loop", lane: "main", ports: [audioOut] });
}

function noted(
  name: string,
  ticks: Tick[],
): NodeType<Record<never, never>, NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>> {
  return fixture(() => ({
    process(this: Ports) {
      let last = -1;
      for (let frame = this.audioIn.read(); frame !== undefined; frame = this.audioIn.read()) {
        last = frame.channel(0)[0];
        this.audioOut.write(frame);
      }
      if (last >= 0) ticks.push([name, last]);
    },
  }), { type: name, lane: "main", ports: [audioIn, audioOut] });
}
