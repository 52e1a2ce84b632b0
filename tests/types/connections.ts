/**
 * Wrong connections and configurations that the type checker must refuse. Each `@ts-expect-error` is a test: it is
 * an error itself as soon as the line below it has none. The functions are never called; the gate "types" has the type
 * checker look at this file.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { CannotLink, InputRef, Linkable, NodeHandle, OutputRef, PortArray } from "../../core/registry/handle.ts";
import type { LinkOptions } from "../../core/links/policy.ts";
import type { Runtime } from "../../core/runtime.ts";
import { type LevelReading, nodes, type SpectrumReading } from "../../sluice.gen.ts";

/** Nodes with the number of channels in their types. */
interface Channelled {
  readonly mono: NodeHandle<{ in: AudioFrame<1> }, { out: AudioFrame<1> }>;
  readonly stereo: NodeHandle<{ in: AudioFrame<2> }, { out: AudioFrame<2> }>;
  readonly any: NodeHandle<{ in: AudioFrame }, { out: AudioFrame }>;
}

/** Nodes that carry values of two types. */
interface Valued {
  readonly levels: NodeHandle<{ in: DataFrame<LevelReading> }, { out: DataFrame<LevelReading> }>;
  readonly spectra: NodeHandle<{ in: DataFrame<SpectrumReading> }, { out: DataFrame<SpectrumReading> }>;
  readonly unknown: NodeHandle<{ in: DataFrame<unknown> }, { out: DataFrame<unknown> }>;
}

export function acceptsRightLinks(runtime: Runtime, { mono, stereo, any }: Channelled, values: Valued): void {
  const source = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain({ gainDb: 3 }));
  const mixer = runtime.add(nodes.mixer({ strategy: "average" }));
  const meter = runtime.add(nodes.levelMeter());
  const sink = runtime.add(nodes.consoleSink());
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.output("audioOut"), mixer.inputs.audioIn[0]);
  runtime.connect(mixer.outputs.audioOut, meter.input("audioIn"));
  runtime.connect(meter.outputs.levels, sink.inputs.data);
  const clip = runtime.add(nodes.mediaSource({ path: "a.mp4" }), { ports: ["audio_0"] });
  const file = runtime.add(nodes.mediaSink({ path: "b.mp4" }));
  runtime.connect(clip.outputs.audio[0], gain.inputs.audioIn, { convert: "auto" });
  runtime.connect(gain.outputs.audioOut, file.inputs.audio[0], { convert: "auto", capacity: 8 });
  runtime.connect(clip.outputs.audio[0], file.inputs.audio[0]);
  runtime.connect(source.outputs.audio, runtime.add(nodes.dynamicMixer()).inputs.audioIn[3]);
  runtime.connect(source.outputs.audio, runtime.add(nodes.dynamicMixer()).inputs.voices.guitar);
  runtime.connect(mono.outputs.out, any.inputs.in);
  runtime.connect(stereo.outputs.out, stereo.inputs.in);
  runtime.connect(values.levels.outputs.out, values.levels.inputs.in);
  runtime.connect(values.levels.outputs.out, values.unknown.inputs.in);
}

/** What a script gives and takes, by type. */
interface Carried {
  readonly peaks: NodeHandle<Record<never, never>, { peaks: DataFrame<SpectrumReading> }>;
  readonly takesPeaks: NodeHandle<{ peaks: DataFrame<SpectrumReading> }>;
  readonly takesLevels: NodeHandle<{ levels: DataFrame<LevelReading> }>;
  readonly motions: NodeHandle<Record<never, never>, { out: PacketFrame<Motion> }>;
  readonly takesMotions: NodeHandle<{ in: PacketFrame<Motion> }>;
  readonly takesHeat: NodeHandle<{ in: PacketFrame<{ kelvin: "f32" }> }>;
}

/** The fields of a record, as an interface. */
interface Motion {
  readonly x: "f32";
}

export function carriesTypesThroughFlowNodes(runtime: Runtime, nodesOf: Carried, { stereo, mono }: Channelled): void {
  const { peaks, takesPeaks, takesLevels, motions, takesMotions, takesHeat } = nodesOf;
  const untold = runtime.add(nodes.delay());
  runtime.connect(peaks.outputs.peaks, untold.inputs.frameIn);
  runtime.connect(untold.outputs.frameOut, takesPeaks.inputs.peaks);
  const told = runtime.add(nodes.delay<DataFrame<SpectrumReading>>({ delayFrames: 2 }));
  runtime.connect(peaks.outputs.peaks, told.inputs.frameIn);
  runtime.connect(told.outputs.frameOut, takesPeaks.inputs.peaks);
  // @ts-expect-error what goes in comes out
  runtime.connect(told.outputs.frameOut, takesLevels.inputs.levels);
  const pick = runtime.add(nodes.switch<DataFrame<LevelReading>>());
  // @ts-expect-error each element takes the same
  runtime.connect(peaks.outputs.peaks, pick.inputs.frameIn[3]);
  const records = runtime.add(nodes.delay());
  runtime.connect(motions.outputs.out, records.inputs.frameIn);
  runtime.connect(records.outputs.frameOut, takesMotions.inputs.in);
  const batches = runtime.add(nodes.rebuffer<PacketFrame<Motion>>({ size: 4 }));
  runtime.connect(motions.outputs.out, batches.inputs.frameIn);
  runtime.connect(batches.outputs.frameOut, takesMotions.inputs.in);
  // @ts-expect-error records of other fields
  runtime.connect(batches.outputs.frameOut, takesHeat.inputs.in);
  // @ts-expect-error the type of a field is none of a number's
  runtime.add(nodes.valve<PacketFrame<{ x: "text" }>>());
  const valve = runtime.add(nodes.valve<AudioFrame<2>>());
  runtime.connect(stereo.outputs.out, valve.inputs.frameIn);
  runtime.connect(valve.outputs.frameOut, stereo.inputs.in);
  // @ts-expect-error sound into values
  runtime.connect(valve.outputs.frameOut, takesLevels.inputs.levels);
  // @ts-expect-error values are cut into no blocks
  runtime.add(nodes.rebuffer<DataFrame>());
  // @ts-expect-error two channels into one
  runtime.connect(valve.outputs.frameOut, mono.inputs.in);
}

export function refusesWrongFrames(runtime: Runtime, values: Valued): void {
  const source = runtime.add(nodes.toneSource());
  const meter = runtime.add(nodes.levelMeter());
  const sink = runtime.add(nodes.consoleSink());
  const gain = runtime.add(nodes.gain());
  // @ts-expect-error audio into a data input
  runtime.connect(source.outputs.audio, sink.inputs.data);
  // @ts-expect-error data into an audio input
  runtime.connect(meter.outputs.levels, gain.inputs.audioIn);
  // @ts-expect-error a value of another type
  runtime.connect(values.levels.outputs.out, values.spectra.inputs.in);
  // @ts-expect-error audio into an element of an array port of data
  runtime.connect(source.outputs.audio, ({} as NodeHandle<{ in: PortArray<DataFrame, 2> }>).inputs.in[0]);
}

export function refusesWrongChannels(runtime: Runtime, { mono, stereo, any }: Channelled): void {
  // @ts-expect-error one channel into two
  runtime.connect(mono.outputs.out, stereo.inputs.in);
  // @ts-expect-error sound into values
  runtime.connect(valve.outputs.frameOut, takesLevels.inputs.levels);
  // @ts-expect-error values are cut into no blocks
  runtime.add(nodes.rebuffer<DataFrame>());
  // @ts-expect-error two channels into one
  runtime.connect(stereo.outputs.out, mono.inputs.in);
  // @ts-expect-error any number of channels into two
  runtime.connect(any.outputs.out, stereo.inputs.in);
}

export function refusesMisspeltPorts(runtime: Runtime): void {
  const source = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain());
  const mixer = runtime.add(nodes.mixer());
  // @ts-expect-error no such output
  runtime.connect(source.outputs.audioOut, gain.inputs.audioIn);
  // @ts-expect-error no such input
  runtime.connect(source.outputs.audio, gain.inputs.audio);
  // @ts-expect-error no such output by name
  runtime.connect(source.output("audioOut"), gain.inputs.audioIn);
  // @ts-expect-error no such input by name
  runtime.connect(source.outputs.audio, gain.input("audioOut"));
  // @ts-expect-error a node without inputs has none
  runtime.connect(gain.outputs.audioOut, source.inputs.audio);
  // @ts-expect-error no such element of an array port
  runtime.connect(source.outputs.audio, mixer.inputs.audioIn[8]);
  // @ts-expect-error an array port as a whole
  runtime.connect(source.outputs.audio, mixer.inputs.audioIn);
  const room = runtime.add(nodes.dynamicMixer());
  // @ts-expect-error a dynamic port as a whole
  runtime.connect(source.outputs.audio, room.inputs.audioIn);
  // @ts-expect-error ports of names of their own as a whole
  runtime.connect(source.outputs.audio, room.inputs.voices);
  // @ts-expect-error a port of a name of its own carries what its class says
  runtime.connect(runtime.add(nodes.levelMeter()).outputs.levels, room.inputs.voices.guitar);
  // @ts-expect-error a dynamic port as a whole
  const whole: InputRef = room.inputs.audioIn;
  void whole;
  // @ts-expect-error no such node type
  runtime.add(nodes.gian());
}

export function refusesSwappedDirections(runtime: Runtime): void {
  const source = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain());
  // @ts-expect-error from an input to an output
  runtime.connect(gain.inputs.audioIn, source.outputs.audio);
  // @ts-expect-error from an output to an output
  runtime.connect(source.outputs.audio, gain.outputs.audioOut);
  // @ts-expect-error from an input to an input
  runtime.connect(gain.inputs.audioIn, gain.inputs.audioIn);
  // @ts-expect-error from a node
  runtime.connect(source, gain.inputs.audioIn);
}

export function refusesWrongConfigurations(runtime: Runtime): void {
  // @ts-expect-error text for a number
  runtime.add(nodes.gain({ gainDb: "3" }));
  // @ts-expect-error an unknown key
  runtime.add(nodes.gain({ gain: 3 }));
  // @ts-expect-error a word that is not among the choices
  runtime.add(nodes.mixer({ strategy: "max" }));
  // @ts-expect-error a required key is missing
  runtime.add(nodes.wavSource({}));
  // @ts-expect-error a required configuration is missing
  runtime.add(nodes.wavSource());
}

/** What a loop that builds a chain keeps: references to ports of any names. */
export function buildsChains(runtime: Runtime): void {
  let end = runtime.add(nodes.toneSource()).outputs.audio;
  for (const node of [nodes.gain(), nodes.gain()]) {
    const { inputs, outputs } = runtime.add(node);
    runtime.connect(end, inputs.audioIn);
    end = outputs.audioOut;
  }
}

/** What the type checker says of wrong links: a link that fits needs nothing. */
export const SAID: [
  Linkable<OutputRef<AudioFrame<2>, "audio">, InputRef<DataFrame, "data">, LinkOptions>,
  Linkable<OutputRef<AudioFrame<2>, "audio">, InputRef<AudioFrame<1>, "audioIn_1">, LinkOptions>,
] = [
  'Cannot link output "audio" to input "data": it carries AudioFrame<2>, wanted DataFrame',
  'Cannot link output "audio" to input "audioIn_1": it carries AudioFrame<2>, wanted AudioFrame<1>',
];
/** Values of two types, whose names text cannot have. */
export const SHOWN: (
  _: Linkable<OutputRef<DataFrame<LevelReading>, "levels">, InputRef<DataFrame<SpectrumReading>, "in">, LinkOptions>,
) => CannotLink<"levels", DataFrame<LevelReading>, "in", DataFrame<SpectrumReading>> = (given) => given;
export const FITS: Linkable<OutputRef<AudioFrame<2>, "a">, InputRef<AudioFrame, "b">, LinkOptions> extends string
  ? never
  : true = true;
