/** What a script is told when a node that comes with Sluice fails names the node, on whatever lane it runs. */
import { equal, ok, rejects } from "node:assert/strict";
import { appSource, nodes, Runtime, SluiceError } from "../mod.ts";

type Build = (runtime: Runtime, folder: string, lane: string) => { readonly id: string; readonly type: string };

const rows: readonly { readonly mistake: string; readonly build: Build }[] = [
  { mistake: "a WAV file that is not there", build: source("no.wav") },
  { mistake: "a folder in place of a WAV file", build: source(".") },
  { mistake: "a text in place of a WAV file", build: source("text.wav") },
  { mistake: "a WAV file without samples", build: source("empty.wav") },
  { mistake: "a folder that is not there to write to", build: sink("no/in.wav") },
  { mistake: "a folder in place of a file to write to", build: sink(".") },
  { mistake: "a file to write to that another node reads", build: sinkOfSource },
  { mistake: "a source that the script aborts", build: aborted },
];

for (const { mistake, build } of rows) {
  for (const lane of ["main", "worker"]) {
    Deno.test(`Runtime names the node of ${mistake}, on lane ${lane}`, async () => {
      const folder = Deno.makeTempDirSync({ prefix: "sluice-named-" });
      try {
        Deno.writeTextFileSync(`${folder}/text.wav`, "a text, not audio");
        Deno.writeFileSync(`${folder}/empty.wav`, emptyWav());
        await using runtime = new Runtime({ mode: "offline", native: "off" });
        const { id, type } = build(runtime, folder, lane);
        await rejects(runtime.start().then(() => runtime.finished), (error) => {
          ok(error instanceof SluiceError);
          equal(error.nodeId, id);
          ok(error.message.startsWith(`Node "${id}" (${type})`), error.message);
          return true;
        });
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

function source(name: string): Build {
  return (runtime, folder, lane) => {
    const from = runtime.add(nodes.wavSource({ path: `${folder}/${name}` }), { id: "in", lane });
    runtime.connect(from.outputs.audio, runtime.add(nodes.levelMeter(), { lane }).inputs.audioIn);
    return { id: "in", type: "wav-source" };
  };
}

function sink(name: string): Build {
  return (runtime, folder, lane) => {
    const to = runtime.add(nodes.wavSink({ path: `${folder}/${name}` }), { id: "in", lane });
    const from = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }), { lane });
    runtime.connect(from.outputs.audio, to.inputs.audio);
    return { id: "in", type: "wav-sink" };
  };
}

function sinkOfSource(runtime: Runtime, folder: string, lane: string): ReturnType<Build> {
  const path = `${folder}/read.wav`;
  Deno.writeFileSync(path, emptyWav(8));
  const from = runtime.add(nodes.wavSource({ path }), { id: "in", lane });
  runtime.connect(from.outputs.audio, runtime.add(nodes.wavSink({ path }), { id: "out", lane }).inputs.audio);
  return { id: "out", type: "wav-sink" };
}

function aborted(runtime: Runtime, _folder: string, lane: string): ReturnType<Build> {
  const from = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "mic" });
  runtime.connect(from.outputs.audio, runtime.add(nodes.levelMeter(), { lane }).inputs.audioIn);
  from.abort(new Error("the microphone is gone"));
  return { id: "mic", type: "app-source" };
}

/** A WAV file of 16-bit mono. */
function emptyWav(dataBytes = 0): Uint8Array {
  const bytes = new Uint8Array(44 + dataBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, four: string) => bytes.set(new TextEncoder().encode(four), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + dataBytes, true);
  text(8, "WAVE");
  text(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 48_000, true);
  view.setUint32(28, 96_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, dataBytes, true);
  return bytes;
}
