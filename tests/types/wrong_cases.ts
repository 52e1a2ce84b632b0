/**
 * Connections and configurations that are wrong, as people write them, with what is wrong with each. `test` counts
 * which of them the type checker refuses; all must be refused by then, or by `add()` and `connect()`.
 *
 * In scope: `source` (tone-source), `gain`, `mixer`, `meter` (level-meter), `sink` (console-sink), `mapper`
 * (channel-mapper), `join` (an array port of `channels`, with `channels: 3`), `quad` (`mixer<4>` of streams), `stereo`
 * (`mixer<2>`), `picker` (`pick<Reading>`), `imu` (a struct), `texts` (`pick<string,3>`), `pan` (one channel in,
 * two out), `mono` (one channel out; only a type), `room` (dynamic-mixer, with no inputs yet), `grown` (another, with
 * one), `board` (`switchboard`, with a dynamic input and output), `tilt` and `beats` (native stages; only types).
 *
 * @module
 */

/** One wrong line. */
export interface WrongCase {
  /** Which of the seven it is: what the list calls it. */
  readonly about: "type" | "name" | "direction" | "channels" | "arity" | "key" | "value";
  readonly code: string;
  /** The same without the mistake: what the type checker must let through. */
  readonly right: string;
}

/** The corpus. */
export const WRONG_CASES: readonly WrongCase[] = [
  {
    about: "type",
    code: "runtime.connect(meter.outputs.levels, tilt.inputs.audioIn)",
    right: "runtime.connect(source.outputs.audio, tilt.inputs.audioIn)",
  },
  {
    about: "type",
    code: "runtime.connect(tilt.outputs.audioOut, beats.inputs.beats)",
    right: "runtime.connect(meter.outputs.levels, beats.inputs.beats)",
  },
  {
    about: "name",
    code: "runtime.connect(source.outputs.audio, tilt.inputs.audio)",
    right: "runtime.connect(tilt.outputs.audioOut, gain.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(tilt.inputs.audioIn, gain.inputs.audioIn)",
    right: "runtime.connect(tilt.outputs.audioOut, mixer.inputs.audioIn[0])",
  },
  {
    about: "key",
    code: 'natives.comExampleTilt({ shape: "shelf", gain: 3 })',
    right: 'natives.comExampleTilt({ shape: "shelf", gainDb: 3 })',
  },
  {
    about: "value",
    code: 'natives.comExampleTilt({ shape: "steep" })',
    right: 'natives.comExampleTilt({ shape: "slope", taps: [1, 2] })',
  },
  {
    about: "key",
    code: "natives.comExampleTilt()",
    right: "natives.comExampleBeatCounter()",
  },
  {
    about: "type",
    code: "runtime.connect(source.outputs.audio, sink.inputs.data)",
    right: "runtime.connect(meter.outputs.levels, sink.inputs.data)",
  },
  {
    about: "type",
    code: "runtime.connect(meter.outputs.levels, gain.inputs.audioIn)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "type",
    code: "runtime.connect(clip.outputs.audio[0], gain.inputs.audioIn)",
    right: 'runtime.connect(clip.outputs.audio[0], gain.inputs.audioIn, { convert: "auto" })',
  },
  {
    about: "type",
    code: 'runtime.connect(meter.outputs.levels, gain.inputs.audioIn, { convert: "auto" })',
    right: 'runtime.connect(source.outputs.audio, gain.inputs.audioIn, { convert: "auto" })',
  },
  {
    about: "type",
    code: "runtime.connect(picker.outputs.dataOut, imu.inputs.readingsIn)",
    right: "runtime.connect(imu.outputs.readingsOut, imu.inputs.readingsIn)",
  },
  {
    about: "type",
    code: "runtime.connect(imu.outputs.readingsOut, picker.inputs.dataIn)",
    right: "runtime.connect(picker.outputs.dataOut, picker.inputs.dataIn)",
  },
  {
    about: "type",
    code: "runtime.connect(texts.outputs.dataOut, picker.inputs.dataIn)",
    right: "runtime.connect(texts.outputs.dataOut, texts.inputs.dataIn)",
  },
  {
    about: "type",
    code: "runtime.connect(imu.outputs.readingsOut, mixer.inputs.audioIn[0])",
    right: "runtime.connect(gain.outputs.audioOut, mixer.inputs.audioIn[0])",
  },
  {
    about: "type",
    code: "runtime.connect(meter.outputs.levels, imu.inputs.readingsIn)",
    right: "runtime.connect(meter.outputs.levels, sink.inputs.data)",
  },
  {
    about: "name",
    code: "runtime.connect(source.outputs.audioOut, gain.inputs.audioIn)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "name",
    code: "runtime.connect(source.outputs.audio, gain.inputs.audio)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "name",
    code: 'runtime.connect(source.output("sound"), gain.inputs.audioIn)',
    right: 'runtime.connect(source.output("audio"), gain.inputs.audioIn)',
  },
  {
    about: "name",
    code: 'runtime.connect(source.outputs.audio, gain.input("audio"))',
    right: 'runtime.connect(source.outputs.audio, gain.input("audioIn"))',
  },
  {
    about: "name",
    code: "runtime.connect(source.outputs.audio, source.inputs.audio)",
    right: "runtime.connect(source.outputs.audio, meter.inputs.audioIn)",
  },
  {
    about: "name",
    code: "runtime.connect(sink.outputs.data, gain.inputs.audioIn)",
    right: "runtime.connect(gain.outputs.audioOut, gain.inputs.audioIn)",
  },
  {
    about: "name",
    code: "runtime.add(nodes.gian())",
    right: "runtime.add(nodes.gain())",
  },
  {
    about: "name",
    code: 'runtime.connectByName("tone-source.sound", "gain.audioIn")',
    right: 'runtime.connectByName("tone-source.audio", "gain.audioIn")',
  },
  {
    about: "name",
    code: 'runtime.connectByName("tone-source.audio", "gian.audioIn")',
    right: 'runtime.connectByName("tone-source.audio", "gain.audioIn")',
  },
  {
    about: "direction",
    code: "runtime.connect(gain.inputs.audioIn, source.outputs.audio)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(source.outputs.audio, gain.outputs.audioOut)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(gain.inputs.audioIn, meter.inputs.audioIn)",
    right: "runtime.connect(gain.outputs.audioOut, meter.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(source, gain)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(source.outputs, gain.inputs)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "direction",
    code: 'runtime.connectByName("gain.audioIn", "tone-source.audio")',
    right: 'runtime.connectByName("tone-source.audio", "gain.audioIn")',
  },
  {
    about: "channels",
    code: "runtime.connect(quad.outputs.audioOut, pan.inputs.mono)",
    right: "runtime.connect(mono.outputs.audioOut, pan.inputs.mono)",
  },
  {
    about: "channels",
    code: "runtime.connect(stereo.outputs.audioOut, pan.inputs.mono)",
    right: "runtime.connect(stereo.outputs.audioOut, pan.inputs.any)",
  },
  {
    about: "channels",
    code: "runtime.connect(quad.outputs.audioOut, join.inputs.audioIn[0])",
    right: "runtime.connect(mono.outputs.audioOut, join.inputs.audioIn[0])",
  },
  {
    about: "channels",
    code: "runtime.connect(stereo.outputs.audioOut, join.inputs.audioIn[1])",
    right: "runtime.connect(stereo.outputs.audioOut, join.inputs.sideIn[0])",
  },
  {
    about: "channels",
    code: "runtime.connect(pan.outputs.audioOut, quad.inputs.audioIn[0])",
    right: "runtime.connect(mono.outputs.audioOut, quad.inputs.audioIn[0])",
  },
  {
    about: "arity",
    code: "runtime.connect(source.outputs.audio, mixer.inputs.audioIn)",
    right: "runtime.connect(source.outputs.audio, mixer.inputs.audioIn[0])",
  },
  {
    about: "arity",
    code: "runtime.connect(source.outputs.audio, mixer.inputs.audioIn[8])",
    right: "runtime.connect(source.outputs.audio, mixer.inputs.audioIn[7])",
  },
  {
    about: "arity",
    code: "runtime.connect(mono.outputs.audioOut, join.inputs.audioIn[3])",
    right: "runtime.connect(mono.outputs.audioOut, join.inputs.audioIn[2])",
  },
  {
    about: "arity",
    code: "runtime.connect(mono.outputs.audioOut, quad.inputs.audioIn[4])",
    right: "runtime.connect(mono.outputs.audioOut, quad.inputs.audioIn[3])",
  },
  {
    about: "arity",
    code: "runtime.connect(source.outputs.audio, gain.inputs.audioIn[0])",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "arity",
    code: "runtime.connect(source.outputs.audio, room.inputs.audioIn)",
    right: "runtime.connect(source.outputs.audio, room.inputs.audioIn[0])",
  },
  {
    about: "arity",
    code: "runtime.connect(board.outputs.outputs, gain.inputs.audioIn)",
    right: "runtime.connect(board.outputs.outputs[0], gain.inputs.audioIn)",
  },
  {
    about: "arity",
    code: "runtime.connect(source.outputs.audio, room.inputs.audioIn[0])",
    right: "runtime.connect(source.outputs.audio, grown.inputs.audioIn[0])",
  },
  {
    about: "arity",
    code: "runtime.connect(board.outputs.outputs[2], gain.inputs.audioIn)",
    right: "runtime.connect(grown.outputs.audioOut, gain.inputs.audioIn)",
  },
  {
    about: "type",
    code: "runtime.connect(meter.outputs.levels, room.inputs.audioIn[0])",
    right: "runtime.connect(source.outputs.audio, room.inputs.audioIn[0])",
  },
  {
    about: "type",
    code: "runtime.connect(board.outputs.outputs[0], sink.inputs.data)",
    right: "runtime.connect(board.outputs.outputs[0], meter.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(board.inputs.inputs[0], gain.inputs.audioIn)",
    right: "runtime.connect(board.outputs.outputs[0], gain.inputs.audioIn)",
  },
  {
    about: "direction",
    code: "runtime.connect(source.outputs.audio, board.outputs.outputs[0])",
    right: "runtime.connect(source.outputs.audio, board.inputs.inputs[0])",
  },
  {
    about: "name",
    code: "runtime.connect(source.outputs.audio, room.inputs.inputs[0])",
    right: "runtime.connect(source.outputs.audio, room.inputs.audioIn[0])",
  },
  {
    about: "name",
    code: 'runtime.connectByName("tone-source.audio", "dynamic-mixer.audioIn")',
    right: 'runtime.connectByName("tone-source.audio", "dynamic-mixer.audioIn_0")',
  },
  {
    about: "key",
    code: "runtime.add(nodes.dynamicMixer({ inputs: 3 }))",
    right: "runtime.add(nodes.dynamicMixer({}))",
  },
  {
    about: "value",
    code: "runtime.add(nodes.dynamicMixer(), { ports: 'audioIn_0' })",
    right: "runtime.add(nodes.dynamicMixer(), { ports: ['audioIn_0'] })",
  },
  {
    about: "arity",
    code: "runtime.connect(source.outputs.audio)",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn)",
  },
  {
    about: "arity",
    code: "twice(() => runtime.connect(source.outputs.audio, gain.inputs.audioIn))",
    right: "twice(() => runtime.connect(source.outputs.audio, mixer.inputs.audioIn[0]))",
  },
  {
    about: "key",
    code: "runtime.add(nodes.gain({ gain: 3 }))",
    right: "runtime.add(nodes.gain({ gainDb: 3 }))",
  },
  {
    about: "key",
    code: "runtime.add(nodes.mixer({ strategy: 'sum', chanels: 2 }))",
    right: "runtime.add(nodes.mixer({ strategy: 'sum' }))",
  },
  {
    about: "key",
    code: "runtime.add(nodes.wavSource({}))",
    right: 'runtime.add(nodes.wavSource({ path: "a.wav" }))',
  },
  {
    about: "key",
    code: "runtime.add(nodes.wavSource())",
    right: 'runtime.add(nodes.wavSource({ path: "a.wav" }))',
  },
  {
    about: "key",
    code: "runtime.add(others.join({ channels: 3 }))",
    right: "runtime.add(others.join({ channels: 3, sides: 1 }))",
  },
  {
    about: "key",
    code: "runtime.add(nodes.gain({}), { lain: 'a' })",
    right: "runtime.add(nodes.gain({}), { lane: 'a' })",
  },
  {
    about: "value",
    code: 'runtime.add(nodes.gain({ gainDb: "3" }))',
    right: "runtime.add(nodes.gain({ gainDb: 3 }))",
  },
  {
    about: "value",
    code: 'runtime.add(nodes.mixer({ strategy: "max" }))',
    right: 'runtime.add(nodes.mixer({ strategy: "average" }))',
  },
  {
    about: "value",
    code: "runtime.add(nodes.wavSource({ path: 3 }))",
    right: 'runtime.add(nodes.wavSource({ path: "3" }))',
  },
  {
    about: "value",
    code: "runtime.add(nodes.gain({ gainDb: null }))",
    right: "runtime.add(nodes.gain({ gainDb: 0 }))",
  },
  {
    about: "value",
    code: "runtime.add(nodes.gain({ gainDb: 1000 }))",
    right: "runtime.add(nodes.gain({ gainDb: 10 }))",
  },
  {
    about: "value",
    code: 'runtime.add(envelopes.envelope({ attackMs: "5 parsecs" }))',
    right: 'runtime.add(envelopes.envelope({ attackMs: "5 ms" }))',
  },
  {
    about: "value",
    code: 'runtime.add(envelopes.envelope({ attackMs: "2 h" }))',
    right: 'runtime.add(envelopes.envelope({ attackMs: "2 ms" }))',
  },
  {
    about: "value",
    code: "runtime.add(quads.mixer4({ channels: 2 }))",
    right: "runtime.add(quads.mixer4())",
  },
  {
    about: "value",
    code: "runtime.connect(source.outputs.audio, gain.inputs.audioIn, { policy: 'newest' })",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn, { policy: 'latest' })",
  },
  {
    about: "value",
    code: "runtime.connect(source.outputs.audio, gain.inputs.audioIn, { capacity: 0 })",
    right: "runtime.connect(source.outputs.audio, gain.inputs.audioIn, { capacity: 1 })",
  },
];
