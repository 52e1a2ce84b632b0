import { deepEqual } from "node:assert/strict";
import { nodePackage } from "../../sluice.gen.ts";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { NodeDescriptor, PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { KnownInputs, KnownPorts } from "../../core/descriptor/known_ports.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import { choosePorts, type Converting } from "./chosen_ports.ts";

type FoundOutputs = NonNullable<KnownPorts["outputs"]>;

const registry = new NodeRegistry([nodePackage]);
const typed = (type: string) => registry.get(type).descriptor;

/** A node with one output. */
function source(output: Partial<PortDescriptor> & Pick<PortDescriptor, "kind">): NodeDescriptor {
  const encoded = { type: "EncodedFrame", ...output };
  const ports = [port({ name: "out", direction: "output", ...encoded })];
  return fixture(() => ({ process() {} }), { type: "source", ports }).descriptor;
}

/** The ports that are chosen, as `output input`. */
function choose(
  from: NodeDescriptor,
  to: NodeDescriptor,
  { port, way, isAuto = true, found, foundInputs, input, fed = [] }: {
    port?: string;
    way?: Converting["way"];
    isAuto?: boolean;
    found?: FoundOutputs;
    foundInputs?: KnownInputs;
    input?: string;
    fed?: readonly FrameKind[];
  } = {},
) {
  const taken = new Set<string>();
  const chosen = choosePorts(
    {
      id: "a",
      descriptor: from,
      taken,
      fed: new Set(fed),
      ...(port !== undefined && { port }),
      ...(found && { known: { outputs: found } }),
    },
    {
      id: "b",
      descriptor: to,
      taken,
      ...(foundInputs && { known: { inputs: foundInputs } }),
      ...(input !== undefined && { port: input }),
    },
    way && { way, isAuto },
  );
  if ("fault" in chosen) return chosen.fault;
  return [chosen.from, chosen.to].join(" ");
}

Deno.test("choosePorts() takes for an encoded stream the input whose codecs it may have", () => {
  const sink = typed("media-sink");
  deepEqual(choose(source({ kind: "encoded", gives: { codec: "opus" } }), sink), "out audio_0");
  deepEqual(choose(source({ kind: "encoded", gives: { codec: "h264" } }), sink), "out video_0");
});

Deno.test("choosePorts() takes for an encoded stream of a codec that nobody knows the input of its name", () => {
  const [from, to] = [typed("media-source"), typed("media-sink")];
  deepEqual(choose(from, to), "video_0 video_0");
  deepEqual(choose(from, to, { port: "audio_1" }), "audio_1 audio_0");
  deepEqual(choose(from, to, { port: "pcm_0" }), "pcm_0 pcm_0");
});

Deno.test("choosePorts() leads any stream through nodes of any kind, and out of them to where it would have gone", () => {
  const [file, valve, sink] = [typed("media-source"), typed("valve"), typed("media-sink")];
  const way: Converting["way"] = (output, input) => output.kind === input.kind ? [] : ["convert"];
  deepEqual(choose(file, valve, { way }), "video_0 frameIn");
  deepEqual(choose(valve, sink, { fed: ["encoded", "video"] }), "frameOut video_0");
  deepEqual(choose(valve, sink, { fed: ["encoded", "audio"] }), "frameOut audio_0");
  deepEqual(choose(valve, typed("level-meter"), { way, fed: ["audio"] }), "frameOut audioIn");
  deepEqual(
    choose(typed("console-sink"), valve),
    'no output of the one fits an input of the other: "a" has none that is free; "b" has frameIn (audio or video or ' +
      "encoded or packet or data)",
  );
});

Deno.test("choosePorts() takes for sound the first input that it can be converted for, where nodes are put in", () => {
  const [from, to] = [typed("tone-source"), typed("media-sink")];
  deepEqual(choose(from, to), "audio pcm_0");
  const encodes: Converting["way"] = (output, input) =>
    input.kind === output.kind ? [] : input.name === "audio" ? ["encode"] : undefined;
  deepEqual(choose(from, to, { way: encodes }), "audio audio_0");
  deepEqual(choose(from, to, { way: (output, input) => input.kind === output.kind ? [] : undefined }), "audio pcm_0");
});

Deno.test("choosePorts() takes an encoded stream of the input's name before sound that could be encoded for it", () => {
  const way: Converting["way"] = (output, input) => output.kind === input.kind ? [] : ["opus-encode"];
  deepEqual(choose(typed("rtsp-source"), typed("webrtc-sink"), { way }), "video video");
  deepEqual(choose(typed("rtsp-source"), typed("hls-sink"), { way }), "video video_0");
});

Deno.test("choosePorts() takes the output whose codecs the next node takes, whatever else there is", () => {
  const from = typed("media-source");
  const decoder = (codec: "aac" | "h264") => {
    const ports = [port({ name: "in", direction: "input", kind: "encoded", type: "EncodedFrame", accepts: { codec } })];
    return fixture(() => ({ process() {} }), { type: "decoder", ports }).descriptor;
  };
  deepEqual(choose(from, decoder("aac")), "audio_0 in");
  deepEqual(choose(from, decoder("h264")), "video_0 in");
  deepEqual(choose(from, typed("gain")), "pcm_0 audioIn");
});

Deno.test("choosePorts() takes none but the outputs that were found, with what they give", () => {
  const [from, sink] = [typed("media-source"), typed("media-sink")];
  const sound: FoundOutputs = { audio_1: { codec: "mp3" } };
  deepEqual(choose(from, sink, { found: sound }), "audio_1 audio_0");
  deepEqual(choose(from, sink, { found: { pcm_0: { sampleRateHz: 48_000, channels: 1 } } }), "pcm_0 pcm_0");
  deepEqual(choose(from, sink, { found: sound, port: "video_7" }), "video_7 video_0");
  deepEqual(
    choose(from, typed("gain"), { found: { video_0: { codec: "hevc" }, ...sound } }),
    'no output of the one fits an input of the other: "a" has video_0 (encoded hevc) and audio_1 (encoded mp3); "b" has ' +
      "audioIn (audio)",
  );
});

Deno.test("choosePorts() takes for an encoded stream the input that it has the shortest way to, or names that way", () => {
  const found: FoundOutputs = { audio_0: { codec: "aac" }, video_0: { codec: "h264" } };
  const way: Converting["way"] = ({ gives }, { kind, name }) => {
    if (kind === "audio") return gives?.codec === "aac" ? ["aac-decode"] : undefined;
    return gives?.codec !== "h264"
      ? undefined
      : name === "jpeg"
      ? ["decode", "colours", "encode"]
      : ["decode", "colours"];
  };
  const from = typed("media-source");
  deepEqual(choose(from, typed("gain"), { found, way }), "audio_0 audioIn");
  deepEqual(choose(from, typed("image-sink"), { found, way }), "video_0 video");
  deepEqual(
    choose(from, typed("gain"), { found, way, isAuto: false }),
    'no output of the one fits an input of the other: "a" has video_0 (encoded h264) and audio_0 (encoded aac); "b" has ' +
      'audioIn (audio); put "aac-decode" between them, or use --convert auto',
  );
});

/** Encoders of H.264, Opus and FLAC, in the order in which an input names codecs. */
const encodes: Converting["way"] = (output, input) => {
  if (input.kind === output.kind) return [];
  const able = output.kind === "audio" ? ["opus", "flac"] : ["h264"];
  const codec = [input.accepts?.codec ?? []].flat().find((each) => able.includes(each));
  return codec && [`${codec}-encode`];
};

Deno.test("choosePorts() goes by what the file of a sink holds, in its order", () => {
  const sink = typed("media-sink");
  const flac: KnownInputs = { name: "FLAC", takes: { audio: { codec: ["flac"] } } };
  const matroska: KnownInputs = { name: "Matroska", takes: { pcm: {}, audio: { codec: ["opus", "flac"] } } };
  const pictures = typed("pattern-source");
  deepEqual(choose(typed("tone-source"), sink, { way: encodes }), "audio audio_0");
  deepEqual(choose(typed("tone-source"), sink, { way: encodes, foundInputs: matroska }), "audio pcm_0");
  deepEqual(choose(typed("tone-source"), sink, { way: encodes, foundInputs: flac }), "audio audio_0");
  deepEqual(choose(pictures, sink, { way: encodes, foundInputs: flac }), "audio audio_0");
  const both = { way: encodes, foundInputs: flac, port: "audio" };
  deepEqual(choose(pictures, sink, { ...both, input: "audio_0" }), "audio audio_0");
  deepEqual(choose(pictures, sink, { ...both, input: "audio_0", isAuto: false }), "audio audio_0");
  deepEqual(choose(pictures, sink, { ...both, input: "pcm_0" }), 'FLAC holds nothing of "pcm_0"');
  const copied = source({ kind: "encoded", gives: { codec: "flac" } });
  deepEqual(choose(copied, sink, { way: encodes, foundInputs: matroska }), "out audio_0");
});

Deno.test("choosePorts() leaves no pictures out that the file of a sink holds, though nobody encodes them for it", () => {
  const webm: KnownInputs = { name: "WebM", takes: { video: { codec: ["vp8", "vp9"] }, audio: { codec: ["opus"] } } };
  const [from, sink] = [typed("pattern-source"), typed("media-sink")];
  for (const isAuto of [true, false]) {
    deepEqual(
      choose(from, sink, { way: encodes, foundInputs: webm, isAuto }),
      'WebM holds vp8, vp9, which no node encodes; choose another format for "video"',
    );
  }
  deepEqual(choose(from, sink, { way: encodes, foundInputs: webm, port: "audio" }), "audio audio_0");
});

Deno.test("choosePorts() gives an output of the kind that a node is fed before others, where the next node takes it", () => {
  const program = typed("process");
  const given = (fed: readonly FrameKind[], to: NodeDescriptor, from: { port?: string; taken?: string[] } = {}) => {
    const { taken = [], ...port } = from;
    const [a, b] = [
      { id: "a", descriptor: program, fed: new Set(fed), taken: new Set(taken), ...port },
      { id: "b", descriptor: to, taken: new Set<string>() },
    ];
    const chosen = choosePorts(a, b, { way: encodes, isAuto: true });
    return "fault" in chosen ? chosen.fault : `${chosen.from} ${chosen.to}`;
  };
  const sink = typed("media-sink");
  deepEqual(given([], sink), "audioOut audio_0");
  deepEqual(given(["audio"], sink), "audioOut audio_0");
  deepEqual(given(["video"], sink), "videoOut video_0");
  deepEqual(given(["video"], sink, { taken: ["videoOut"] }), "videoOut video_0");
  deepEqual(given(["video"], sink, { port: "audioOut" }), "audioOut audio_0");
  deepEqual(given(["encoded", "video"], sink), "videoOut video_0");
  deepEqual(given(["encoded", "audio"], sink), "audioOut audio_0");
  deepEqual(given(["data"], program), "dataOut dataIn");
  deepEqual(given(["video"], typed("level-meter")), "audioOut audioIn");
});

Deno.test("choosePorts() tells what a node for several kinds of frames gives by its inputs of that kind alone", () => {
  const { inputs, outputs } = typed("valve");
  const control = port({ name: "control", direction: "input", kind: "data", type: "DataFrame" });
  const gate = fixture(() => ({ process() {} }), { type: "gate", ports: [control, ...inputs, ...outputs] }).descriptor;
  const taken = new Set<string>();
  const levels = { id: "a", descriptor: source({ kind: "data", type: "DataFrame" }), taken };
  const choose = (port: string) => choosePorts(levels, { id: "b", descriptor: gate, taken, port });
  deepEqual(choose("control"), { from: "out", to: "control", carries: [] });
  deepEqual(choose("frameIn"), { from: "out", to: "frameIn", carries: ["data"] });
});
