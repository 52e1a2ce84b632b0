/**
 * Connections and configurations that are wrong, as people write them, with what is wrong with each. The type checker
 * refuses those with `@ts-expect-error`, which is an error itself as soon as the line below it has none, and lets what
 * stands beside them through: the gate "types" looks at this file. The others are refused by `add()` and `connect()`.
 *
 * @module
 */
import { nodes as channels } from "../../codegen/testdata/accepted/channels/sluice.gen.ts";
import { nodes as envelopes } from "../../codegen/testdata/accepted/durations/sluice.gen.ts";
import { nodes as boards } from "../../codegen/testdata/accepted/dynamic_ports/sluice.gen.ts";
import { nodes as quads } from "../../codegen/testdata/accepted/generic_instances/sluice.gen.ts";
import { nodes as others } from "../../codegen/testdata/accepted/sized_array/sluice.gen.ts";
import { nodes as imus } from "../../codegen/testdata/accepted/structs/sluice.gen.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import type * as plugin from "../fixtures/plugins/typed/sluice.gen.ts";

/** One wrong line. */
export interface WrongCase {
  /** Which of the seven it is. */
  readonly about: "type" | "name" | "direction" | "channels" | "arity" | "key" | "value";
  readonly wrong: () => unknown;
  /** The same without the mistake: what the type checker must let through. */
  readonly right: () => unknown;
  /** The type checker cannot know: the runtime refuses it. */
  readonly isLate?: true;
}

/** The corpus, each time in a graph of its own. */
export function makeWrongCases(): WrongCase[] {
  const runtime = new Runtime({ native: "off" });
  const source = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain());
  const mixer = runtime.add(nodes.mixer());
  const meter = runtime.add(nodes.levelMeter());
  const sink = runtime.add(nodes.consoleSink());
  const join = runtime.add(others.join({ channels: 3, sides: 1 }));
  const quad = runtime.add(quads.mixer4());
  const stereo = runtime.add(quads.mixer2());
  const picker = runtime.add(quads.pickReading1());
  const texts = runtime.add(quads.pickString3());
  const imu = runtime.add(imus.imuFilter());
  const pan = runtime.add(channels.pan());
  const room = runtime.add(nodes.dynamicMixer());
  const clip = runtime.add(nodes.mediaSource({ path: "a.mp4" }), { ports: ["audio_0"] });
  const grown = runtime.add(nodes.dynamicMixer(), { ports: ["audioIn_0"] });
  const board = runtime.add(boards.switchboard());
  // Only types: there is no such node, and no library of that plugin.
  const mono = {} as NodeHandle<Record<never, never>, { audioOut: AudioFrame<1> }>;
  const tilt = {} as plugin.ComExampleTiltHandle;
  const beats = {} as plugin.ComExampleBeatCounterHandle;
  const natives = {} as typeof plugin.nodes;
  function twice(run: () => void): void {
    run();
    run();
  }
  return [
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(meter.outputs.levels, tilt.inputs.audioIn),
      right: () => runtime.connect(source.outputs.audio, tilt.inputs.audioIn),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(tilt.outputs.audioOut, beats.inputs.beats),
      right: () => runtime.connect(meter.outputs.levels, beats.inputs.beats),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, tilt.inputs.audio),
      right: () => runtime.connect(tilt.outputs.audioOut, gain.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(tilt.inputs.audioIn, gain.inputs.audioIn),
      right: () => runtime.connect(tilt.outputs.audioOut, mixer.inputs.audioIn[0]),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => natives.comExampleTilt({ shape: "shelf", gain: 3 }),
      right: () => natives.comExampleTilt({ shape: "shelf", gainDb: 3 }),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => natives.comExampleTilt({ shape: "steep" }),
      right: () => natives.comExampleTilt({ shape: "slope", taps: [1, 2] }),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => natives.comExampleTilt(),
      right: () => natives.comExampleBeatCounter(),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, sink.inputs.data),
      right: () => runtime.connect(meter.outputs.levels, sink.inputs.data),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(meter.outputs.levels, gain.inputs.audioIn),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(clip.outputs.audio[0], gain.inputs.audioIn),
      right: () => runtime.connect(clip.outputs.audio[0], gain.inputs.audioIn, { convert: "auto" }),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(meter.outputs.levels, gain.inputs.audioIn, { convert: "auto" }),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn, { convert: "auto" }),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(picker.outputs.dataOut, imu.inputs.readingsIn),
      right: () => runtime.connect(imu.outputs.readingsOut, imu.inputs.readingsIn),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(imu.outputs.readingsOut, picker.inputs.dataIn),
      right: () => runtime.connect(picker.outputs.dataOut, picker.inputs.dataIn),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(texts.outputs.dataOut, picker.inputs.dataIn),
      right: () => runtime.connect(texts.outputs.dataOut, texts.inputs.dataIn),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(imu.outputs.readingsOut, mixer.inputs.audioIn[0]),
      right: () => runtime.connect(gain.outputs.audioOut, mixer.inputs.audioIn[0]),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(meter.outputs.levels, imu.inputs.readingsIn),
      right: () => runtime.connect(meter.outputs.levels, sink.inputs.data),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audioOut, gain.inputs.audioIn),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, gain.inputs.audio),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.output("sound"), gain.inputs.audioIn),
      right: () => runtime.connect(source.output("audio"), gain.inputs.audioIn),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, gain.input("audio")),
      right: () => runtime.connect(source.outputs.audio, gain.input("audioIn")),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, source.inputs.audio),
      right: () => runtime.connect(source.outputs.audio, meter.inputs.audioIn),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(sink.outputs.data, gain.inputs.audioIn),
      right: () => runtime.connect(gain.outputs.audioOut, gain.inputs.audioIn),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.gian()),
      right: () => runtime.add(nodes.gain()),
    },
    {
      about: "name",
      isLate: true,
      wrong: () => runtime.connectByName("tone-source.sound", "gain.audioIn"),
      right: () => runtime.connectByName("tone-source.audio", "gain.audioIn"),
    },
    {
      about: "name",
      isLate: true,
      wrong: () => runtime.connectByName("tone-source.audio", "gian.audioIn"),
      right: () => runtime.connectByName("tone-source.audio", "gain.audioIn"),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(gain.inputs.audioIn, source.outputs.audio),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, gain.outputs.audioOut),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(gain.inputs.audioIn, meter.inputs.audioIn),
      right: () => runtime.connect(gain.outputs.audioOut, meter.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source, gain),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs, gain.inputs),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "direction",
      isLate: true,
      wrong: () => runtime.connectByName("gain.audioIn", "tone-source.audio"),
      right: () => runtime.connectByName("tone-source.audio", "gain.audioIn"),
    },
    {
      about: "channels",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(quad.outputs.audioOut, pan.inputs.mono),
      right: () => runtime.connect(mono.outputs.audioOut, pan.inputs.mono),
    },
    {
      about: "channels",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(stereo.outputs.audioOut, pan.inputs.mono),
      right: () => runtime.connect(stereo.outputs.audioOut, pan.inputs.any),
    },
    {
      about: "channels",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(quad.outputs.audioOut, join.inputs.audioIn[0]),
      right: () => runtime.connect(mono.outputs.audioOut, join.inputs.audioIn[0]),
    },
    {
      about: "channels",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(stereo.outputs.audioOut, join.inputs.audioIn[1]),
      right: () => runtime.connect(stereo.outputs.audioOut, join.inputs.sideIn[0]),
    },
    {
      about: "channels",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(pan.outputs.audioOut, quad.inputs.audioIn[0]),
      right: () => runtime.connect(mono.outputs.audioOut, quad.inputs.audioIn[0]),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, mixer.inputs.audioIn),
      right: () => runtime.connect(source.outputs.audio, mixer.inputs.audioIn[0]),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, mixer.inputs.audioIn[8]),
      right: () => runtime.connect(source.outputs.audio, mixer.inputs.audioIn[7]),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(mono.outputs.audioOut, join.inputs.audioIn[3]),
      right: () => runtime.connect(mono.outputs.audioOut, join.inputs.audioIn[2]),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(mono.outputs.audioOut, quad.inputs.audioIn[4]),
      right: () => runtime.connect(mono.outputs.audioOut, quad.inputs.audioIn[3]),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn[0]),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, room.inputs.audioIn),
      right: () => runtime.connect(source.outputs.audio, room.inputs.audioIn[0]),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(board.outputs.outputs, gain.inputs.audioIn),
      right: () => runtime.connect(board.outputs.outputs[0], gain.inputs.audioIn),
    },
    {
      about: "arity",
      isLate: true,
      wrong: () => runtime.connect(source.outputs.audio, room.inputs.audioIn[0]),
      right: () => runtime.connect(source.outputs.audio, grown.inputs.audioIn[0]),
    },
    {
      about: "arity",
      isLate: true,
      wrong: () => runtime.connect(board.outputs.outputs[2], gain.inputs.audioIn),
      right: () => runtime.connect(grown.outputs.audioOut, gain.inputs.audioIn),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(meter.outputs.levels, room.inputs.audioIn[0]),
      right: () => runtime.connect(source.outputs.audio, room.inputs.audioIn[0]),
    },
    {
      about: "type",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(board.outputs.outputs[0], sink.inputs.data),
      right: () => runtime.connect(board.outputs.outputs[0], meter.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(board.inputs.inputs[0], gain.inputs.audioIn),
      right: () => runtime.connect(board.outputs.outputs[0], gain.inputs.audioIn),
    },
    {
      about: "direction",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, board.outputs.outputs[0]),
      right: () => runtime.connect(source.outputs.audio, board.inputs.inputs[0]),
    },
    {
      about: "name",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, room.inputs.inputs[0]),
      right: () => runtime.connect(source.outputs.audio, room.inputs.audioIn[0]),
    },
    {
      about: "name",
      isLate: true,
      wrong: () => runtime.connectByName("tone-source.audio", "dynamic-mixer.audioIn"),
      right: () => runtime.connectByName("tone-source.audio", "dynamic-mixer.audioIn_0"),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.dynamicMixer({ inputs: 3 })),
      right: () => runtime.add(nodes.dynamicMixer({})),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.dynamicMixer(), { ports: "audioIn_0" }),
      right: () => runtime.add(nodes.dynamicMixer(), { ports: ["audioIn_0"] }),
    },
    {
      about: "arity",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn),
    },
    {
      about: "arity",
      isLate: true,
      wrong: () => twice(() => runtime.connect(source.outputs.audio, gain.inputs.audioIn)),
      right: () => twice(() => runtime.connect(source.outputs.audio, mixer.inputs.audioIn[0])),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.gain({ gain: 3 })),
      right: () => runtime.add(nodes.gain({ gainDb: 3 })),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.mixer({ strategy: "sum", chanels: 2 })),
      right: () => runtime.add(nodes.mixer({ strategy: "sum" })),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.wavSource({})),
      right: () => runtime.add(nodes.wavSource({ path: "a.wav" })),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.wavSource()),
      right: () => runtime.add(nodes.wavSource({ path: "a.wav" })),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(others.join({ channels: 3 })),
      right: () => runtime.add(others.join({ channels: 3, sides: 1 })),
    },
    {
      about: "key",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.gain({}), { lain: "a" }),
      right: () => runtime.add(nodes.gain({}), { lane: "a" }),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.gain({ gainDb: "3" })),
      right: () => runtime.add(nodes.gain({ gainDb: 3 })),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.mixer({ strategy: "max" })),
      right: () => runtime.add(nodes.mixer({ strategy: "average" })),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.wavSource({ path: 3 })),
      right: () => runtime.add(nodes.wavSource({ path: "3" })),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(nodes.gain({ gainDb: null })),
      right: () => runtime.add(nodes.gain({ gainDb: 0 })),
    },
    {
      about: "value",
      isLate: true,
      wrong: () => runtime.add(nodes.gain({ gainDb: 1000 })),
      right: () => runtime.add(nodes.gain({ gainDb: 10 })),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(envelopes.envelope({ attackMs: "5 parsecs" })),
      right: () => runtime.add(envelopes.envelope({ attackMs: "5 ms" })),
    },
    {
      about: "value",
      isLate: true,
      wrong: () => runtime.add(envelopes.envelope({ attackMs: "2 h" })),
      right: () => runtime.add(envelopes.envelope({ attackMs: "2 ms" })),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.add(quads.mixer4({ channels: 2 })),
      right: () => runtime.add(quads.mixer4()),
    },
    {
      about: "value",
      // @ts-expect-error: as `about` says
      wrong: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn, { policy: "newest" }),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn, { policy: "latest" }),
    },
    {
      about: "value",
      isLate: true,
      wrong: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn, { capacity: 0 }),
      right: () => runtime.connect(source.outputs.audio, gain.inputs.audioIn, { capacity: 1 }),
    },
  ];
}
