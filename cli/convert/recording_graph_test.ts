import { deepEqual, equal, throws } from "node:assert/strict";
import type { RecordArgs } from "../device_args.ts";
import { recordingGraph, screenConfig } from "./recording_graph.ts";

const args = (more: Partial<RecordArgs>): RecordArgs => ({
  command: "record",
  output: "a.mp4",
  overwrite: false,
  printGraph: false,
  json: false,
  quiet: false,
  ...more,
});

/** A screen that is recorded as a whole. */
const sized = (width: number, height: number) => ({ whole: { width, height }, captured: { width, height } });

/** The ways through a graph, node by node. */
function chains({ links = [] }: ReturnType<typeof recordingGraph>): string[] {
  return links.map(({ from, to, policy = "" }) => `${from} ${to} ${policy}`.trim());
}

Deno.test("recordingGraph() encodes pictures of an odd size evenly, and waits for slow devices", () => {
  const graph = recordingGraph(args({ screen: "", microphone: "loop" }), sized(801, 601));
  deepEqual(chains(graph), [
    "screen.video scale.videoIn",
    "scale.videoOut convert.videoIn",
    "convert.videoOut video-encode.video",
    "video-encode.encoded recording.video_0 lossless",
    "microphone.audio audio-encode.audio lossless",
    "audio-encode.encoded recording.audio_0 lossless",
  ]);
  const { scale, screen, microphone, recording } = graph.nodes;
  deepEqual(scale.config, { width: 800, height: 600 });
  deepEqual(screen.config, { frameRate: 30 });
  deepEqual(microphone.config, { device: "loop", sampleRateHz: 48_000 });
  deepEqual(recording, { type: "media-sink", config: { path: "a.mp4", startWaitSeconds: 10 } });
});

Deno.test("recordingGraph() puts a camera over a screen, in its left lower corner", () => {
  const { nodes } = recordingGraph(args({ screen: ":1", camera: "C920", frameRate: 25 }), sized(1920, 1080));
  deepEqual(nodes.screen.config, { display: ":1", frameRate: 25 });
  deepEqual(nodes.camera.config, { device: "C920", frameRate: 25 });
  deepEqual(nodes["picture-in-picture"].config, {
    ...{ width: 1920, height: 1080, master: 0, width_0: 1920, height_0: 1080 },
    ...{ height_1: 270, x_1: 32, y_1: 778 },
  });
});

Deno.test("recordingGraph() scales to the size that is asked for, whatever comes", () => {
  const of = (more: Partial<RecordArgs>) => recordingGraph(args(more), {}).nodes.scale?.config;
  deepEqual(of({ camera: "", size: { width: 641 } }), { width: 640 });
  equal(of({ camera: "" }), undefined);
  const known = recordingGraph(args({ screen: "", size: { height: 360 } }), sized(1366, 768));
  deepEqual(known.nodes.scale.config, { width: 640, height: 360 });
});

Deno.test("recordingGraph() keeps the size of pictures that change theirs, in slots for the whole screen", () => {
  const whole = { width: 2560, height: 1440 };
  const { nodes, pools } = recordingGraph(args({ screen: "Editor" }), { whole, captured: { width: 800, height: 600 } });
  deepEqual([nodes.scale.config, pools], [{ width: 800, height: 600 }, { video: { slotBytes: 2560 * 1440 * 4 } }]);
  equal(recordingGraph(args({ screen: "" }), sized(1920, 1080)).pools, undefined);
});

Deno.test("recordingGraph() writes samples to files that have them", () => {
  const wav = recordingGraph(args({ output: "a.wav", microphone: "" }), {});
  deepEqual(chains(wav), ["microphone.audio recording.audio lossless"]);
  deepEqual([wav.nodes.microphone.config, wav.nodes.recording.config], [{}, { path: "a.wav", format: "s24" }]);
  const flac = recordingGraph(args({ output: "a.flac", microphone: "" }), {});
  equal(flac.nodes["audio-encode"].type, "flac-encode");
});

Deno.test("recordingGraph() refuses a file that does not hold what is recorded, and lists those that do", () => {
  throws(() => recordingGraph(args({ output: "a.wav", screen: "", microphone: "" }), {}), {
    code: "InvalidConfig",
    message: 'Cannot record pictures and sound to "a.wav": found WAV, wanted .mp4, .m4v, .mov, .mkv',
  });
  throws(() => recordingGraph(args({ output: "a.png", camera: "" }), {}), /found PNG, wanted \.mp4, /);
});

Deno.test("screenConfig() tells displays from windows", () => {
  const table: [string, object][] = [
    ["", {}],
    [":1", { display: ":1" }],
    ["localhost:10.0", { display: "localhost:10.0" }],
    ["Terminal", { window: "Terminal" }],
    ["0x1a00003", { window: "0x1a00003" }],
    ["talk: part 1", { window: "talk: part 1" }],
  ];
  for (const [given, config] of table) deepEqual(screenConfig(given), config, given);
});
