/**
 * Connections and configurations that are wrong, as people write them, with what is wrong with each. `test` counts
 * which of them the type checker refuses; all must be refused by then, or by `add()` and `connect()`.
 *
 * In scope: `source` (tone-source), `gain`, `mixer`, `meter` (level-meter), `sink` (console-sink), `mapper`
 * (channel-mapper), `join` (an array port of `channels`, with `channels: 3`), `quad` (`mixer<4>` of streams), `stereo`
 * (`mixer<2>`), `picker` (`pick<Reading>`), `imu` (a struct), `texts` (`pick<string,3>`), `pan` (one channel in,
 * two out), `room` (dynamic-mixer, with no inputs yet), `board` (`switchboard`, with a dynamic input and output).
 *
 * @module
 */

/** One wrong line. */
export interface WrongCase {
  /** Which of the seven it is: what the list calls it. */
  readonly about: "type" | "name" | "direction" | "channels" | "arity" | "key" | "value";
  readonly code: string;
}

/** The corpus. */
export const WRONG_CASES: readonly WrongCase[] = [
  { about: "type", code: "runtime.connect(source.outputs.audio, sink.inputs.data)" },
  { about: "type", code: "runtime.connect(meter.outputs.levels, gain.inputs.audioIn)" },
  { about: "type", code: "runtime.connect(picker.outputs.dataOut, imu.inputs.readingsIn)" },
  { about: "type", code: "runtime.connect(imu.outputs.readingsOut, picker.inputs.dataIn)" },
  { about: "type", code: "runtime.connect(texts.outputs.dataOut, picker.inputs.dataIn)" },
  { about: "type", code: "runtime.connect(imu.outputs.readingsOut, mixer.inputs.audioIn[0])" },
  { about: "type", code: "runtime.connect(meter.outputs.levels, imu.inputs.readingsIn)" },
  { about: "name", code: "runtime.connect(source.outputs.audioOut, gain.inputs.audioIn)" },
  { about: "name", code: "runtime.connect(source.outputs.audio, gain.inputs.audio)" },
  { about: "name", code: 'runtime.connect(source.output("sound"), gain.inputs.audioIn)' },
  { about: "name", code: 'runtime.connect(source.outputs.audio, gain.input("audio"))' },
  { about: "name", code: "runtime.connect(source.outputs.audio, source.inputs.audio)" },
  { about: "name", code: "runtime.connect(sink.outputs.data, gain.inputs.audioIn)" },
  { about: "name", code: "runtime.add(nodes.gian())" },
  { about: "name", code: 'runtime.connectByName("tone-source.sound", "gain.audioIn")' },
  { about: "name", code: 'runtime.connectByName("tone-source.audio", "gian.audioIn")' },
  { about: "direction", code: "runtime.connect(gain.inputs.audioIn, source.outputs.audio)" },
  { about: "direction", code: "runtime.connect(source.outputs.audio, gain.outputs.audioOut)" },
  { about: "direction", code: "runtime.connect(gain.inputs.audioIn, meter.inputs.audioIn)" },
  { about: "direction", code: "runtime.connect(source, gain)" },
  { about: "direction", code: "runtime.connect(source.outputs, gain.inputs)" },
  { about: "direction", code: 'runtime.connectByName("gain.audioIn", "tone-source.audio")' },
  { about: "channels", code: "runtime.connect(quad.outputs.audioOut, pan.inputs.mono)" },
  { about: "channels", code: "runtime.connect(stereo.outputs.audioOut, pan.inputs.mono)" },
  { about: "channels", code: "runtime.connect(quad.outputs.audioOut, join.inputs.audioIn[0])" },
  { about: "channels", code: "runtime.connect(stereo.outputs.audioOut, join.inputs.audioIn[1])" },
  { about: "channels", code: "runtime.connect(pan.outputs.audioOut, quad.inputs.audioIn[0])" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, mixer.inputs.audioIn)" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, mixer.inputs.audioIn[8])" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, join.inputs.audioIn[3])" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, quad.inputs.audioIn[4])" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, gain.inputs.audioIn[0])" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, room.inputs.audioIn)" },
  { about: "arity", code: "runtime.connect(board.outputs.outputs, gain.inputs.audioIn)" },
  { about: "arity", code: "runtime.connect(source.outputs.audio, room.inputs.audioIn[0])" },
  { about: "arity", code: "runtime.connect(board.outputs.outputs[2], gain.inputs.audioIn)" },
  { about: "type", code: "runtime.connect(meter.outputs.levels, room.inputs.audioIn[0])" },
  { about: "type", code: "runtime.connect(board.outputs.outputs[0], sink.inputs.data)" },
  { about: "direction", code: "runtime.connect(board.inputs.inputs[0], gain.inputs.audioIn)" },
  { about: "direction", code: "runtime.connect(source.outputs.audio, board.outputs.outputs[0])" },
  { about: "name", code: "runtime.connect(source.outputs.audio, room.inputs.inputs[0])" },
  { about: "name", code: 'runtime.connectByName("tone-source.audio", "dynamic-mixer.audioIn")' },
  { about: "key", code: "runtime.add(nodes.dynamicMixer({ inputs: 3 }))" },
  { about: "value", code: "runtime.add(nodes.dynamicMixer(), { ports: 'audioIn_0' })" },
  { about: "arity", code: "runtime.connect(source.outputs.audio)" },
  { about: "arity", code: "twice(() => runtime.connect(source.outputs.audio, gain.inputs.audioIn))" },
  { about: "key", code: "runtime.add(nodes.gain({ gain: 3 }))" },
  { about: "key", code: "runtime.add(nodes.mixer({ strategy: 'sum', chanels: 2 }))" },
  { about: "key", code: "runtime.add(nodes.wavSource({}))" },
  { about: "key", code: "runtime.add(nodes.wavSource())" },
  { about: "key", code: "runtime.add(others.join({ channels: 3 }))" },
  { about: "key", code: "runtime.add(nodes.gain({}), { lain: 'a' })" },
  { about: "value", code: 'runtime.add(nodes.gain({ gainDb: "3" }))' },
  { about: "value", code: 'runtime.add(nodes.mixer({ strategy: "max" }))' },
  { about: "value", code: "runtime.add(nodes.wavSource({ path: 3 }))" },
  { about: "value", code: "runtime.add(nodes.gain({ gainDb: null }))" },
  { about: "value", code: "runtime.add(nodes.gain({ gainDb: 1000 }))" },
  { about: "value", code: 'runtime.add(envelopes.envelope({ attackMs: "5 parsecs" }))' },
  { about: "value", code: 'runtime.add(envelopes.envelope({ attackMs: "2 h" }))' },
  { about: "value", code: "runtime.add(quads.mixer4({ channels: 2 }))" },
  { about: "value", code: "runtime.connect(source.outputs.audio, gain.inputs.audioIn, { policy: 'newest' })" },
  { about: "value", code: "runtime.connect(source.outputs.audio, gain.inputs.audioIn, { capacity: 0 })" },
];
