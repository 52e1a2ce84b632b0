import { deepEqual } from "node:assert/strict";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { previewSources } from "./preview_sources.ts";

const port = (name: string) => ({ name, type: "", optional: false });
const node = (id: string, inputs: string[], outputs: string[]) => ({
  id,
  inputs: inputs.map(port),
  outputs: outputs.map(port),
});
const link = (from: string, to: string, kind: string) => {
  const [[fromNode, fromPort], [toNode, toPort]] = [from.split("."), to.split(".")];
  return { fromNode, fromPort, toNode, toPort, kind };
};

Deno.test("previewSources() takes the first output with pictures or sound, and of a sink the first input", () => {
  const graph = {
    nodes: [
      node("camera", [], ["info", "video", "audio"]),
      node("meter", ["audioIn"], ["levels", "audioOut"]),
      node("file", ["video_0", "audio_0"], []),
      node("print", ["value"], []),
    ],
    links: [
      link("camera.info", "print.value", "data"),
      link("camera.audio", "meter.audioIn", "audio"),
      link("camera.video", "file.video_0", "video"),
      link("meter.levels", "print.value", "data"),
    ],
  } as unknown as GraphSnapshot;
  deepEqual([...previewSources(graph)], [
    ["camera", { output: "camera.video", kind: "video" }],
    ["meter", { output: "camera.audio", kind: "audio" }],
    ["file", { output: "camera.video", kind: "video" }],
  ]);
});
