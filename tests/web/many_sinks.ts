/** A graph of more nodes than are shown as cards. */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { nodes, Runtime } from "../../mod.ts";
import { fixture, port } from "../fixtures/define.ts";
import { type Served, serveStarted } from "./live_graph.ts";

/** More than are shown as cards. */
const SINKS = 90;

/** Reads frames away. */
const sink: NodeType<Record<never, never>, NodeHandle<{ audio: AudioFrame }, Record<never, never>>> = fixture(
  () => {
    const processor = {
      audio: undefined as unknown as StreamInput<AudioFrame>,
      process() {
        while (processor.audio.read() !== undefined);
      },
    };
    return processor;
  },
  { type: "sink", lane: "main", ports: [port({ name: "audio", direction: "input", kind: "audio" })] },
);

/** One source, `tone`, and many sinks, `sink0` and so on. */
export async function serveMany(): Promise<Served> {
  const runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  for (let k = 0; k < SINKS; k++) {
    const each = runtime.add(sink({}), { id: `sink${k}` });
    runtime.connect(tone.outputs.audio, each.inputs.audio);
  }
  return await serveStarted(runtime, { title: "many" });
}
