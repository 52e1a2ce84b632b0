// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @sluice/sluice. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "./generated.ts";
import * as package1 from "./stages.gen.ts";
import { portsOf as ffmpegSinkPorts } from "./processors/media/ffmpeg_sink_ports.ts";
import { portsOf as ffmpegSourcePorts } from "./processors/media/ffmpeg_ports.ts";
import { portsOf as hlsSinkPorts } from "./processors/live/hls_sink_ports.ts";
import { portsOf as httpSourcePorts } from "./processors/network/source_ports.ts";
import { portsOf as imageSinkPorts } from "./processors/media/image_sink_ports.ts";
import { portsOf as imageSourcePorts } from "./processors/media/image_source_ports.ts";
import { portsOf as mediaSinkPorts } from "./processors/media/sink_ports.ts";
import { portsOf as mediaSourcePorts } from "./processors/media/source_ports.ts";
import { portsOf as pipeSourcePorts } from "./processors/media/pipe_source_ports.ts";
import { portsOf as processPorts } from "./processors/media/process_ports.ts";
import { portsOf as udpSourcePorts } from "./processors/network/source_ports.ts";
import { portsOf as wavSourcePorts } from "./processors/file/wav_source_ports.ts";
import { portsOf as websocketSourcePorts } from "./processors/network/source_ports.ts";
import type {
  AudioFrame,
  DataFrame,
  DynamicPort,
  EncodedFrame,
  Frame,
  NamedPorts,
  NodeHandle,
  NodePackage,
  NodeSpec,
  NodeType,
  PacketFieldsOf,
  PacketFrame,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  SinglePort,
  StreamInput,
  StreamOutput,
  Untyped,
  VideoFrame,
} from "./generated.ts";
import type { LevelReading } from "./processors/audio/level_reading.ts";
import type { LoudnessReading } from "./processors/audio/loudness_reading.ts";
import type { SpectrumReading } from "./processors/audio/spectrum_reading.ts";
import type { VoiceReading } from "./processors/audio/voice_activity.ts";
import type { Aligned } from "./processors/flow/data_align.ts";
import type { AlignedFields } from "./processors/flow/packet_align.ts";

export type { Aligned, AlignedFields, LevelReading, LoudnessReading, SpectrumReading, VoiceReading };

/** The ports of `arrow-sink`. */
export class ArrowSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["packet"] = ["packet"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { packet: StreamInput<PacketFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { packet: StreamInput<PacketFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly packet: StreamInput<PacketFrame> } {
    return { packet: this.#processor.packet };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("packet", this.#processor.packet);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.packet = wiring.input("packet") as StreamInput<PacketFrame>;
  }
}

/** The configuration of `arrow-sink`. */
export interface ArrowSinkConfig {
  /**
   * File to write; a relative path starts at the working directory. The directory must exist.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The first column: the time of a record as `timeNs`, of 64-bit integers, or `timeSeconds`, or none.
   *
   * One of "ns", "seconds", "none"; "ns" by default.
   */
  readonly time?: "ns" | "seconds" | "none";
  /**
   * True: a second run of the process replaces the recording of the first, instead of writing a file beside it.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `arrow-sink` in a graph. */
export type ArrowSinkHandle<T extends PacketFieldsOf<T> = Untyped> = NodeHandle<
  { packet: PacketFrame<T> },
  Record<never, never>
>;

/** The node type `arrow-sink`, which carries what its links do. */
export interface ArrowSinkNodeType extends NodeType<ArrowSinkConfig, ArrowSinkHandle> {
  /** A node whose ports carry these types; without them, any. */
  <T extends PacketFieldsOf<T> = Untyped>(config: ArrowSinkConfig): NodeSpec<ArrowSinkHandle<T>>;
}

/**
 * Writes records to an Arrow stream file.
 *
 * **Purpose.** Writes, in the Arrow IPC streaming format, a record batch for each batch, with a column for each field, as
 * pandas, Polars, DuckDB and others read it. Memory does not grow with the file. As `csv-sink` does, it records as
 * `NAME.partial` and renames that to `NAME` when the stream has ended; an aborted run leaves what it has written in
 * `NAME.partial`, which readers take as well. A record's time is that of its batch, whose records are taken to spread
 * evenly over its duration. Batches may be of any sizes; the fields may not change. Its figure is
 * `bytes`, written so far.
 *
 * **Inputs.** `packet`: records of any fields.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `time`.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "arrow-sink", "config": { "path": "out/volts.arrows" } } }
 * ```
 */
export const arrowSink: ArrowSinkNodeType = defineNodeType<ArrowSinkConfig, ArrowSinkHandle, ArrowSinkNodeType>({
  descriptor: {
    type: "arrow-sink",
    className: "ArrowSink",
    source: "processors/file/arrow_sink.ts:37",
    description: "Writes records to an Arrow stream file.",
    doc:
      'Writes records to an Arrow stream file.\n\n**Purpose.** Writes, in the Arrow IPC streaming format, a record batch for each batch, with a column for each field, as\npandas, Polars, DuckDB and others read it. Memory does not grow with the file. As `csv-sink` does, it records as\n`NAME.partial` and renames that to `NAME` when the stream has ended; an aborted run leaves what it has written in\n`NAME.partial`, which readers take as well. A record\'s time is that of its batch, whose records are taken to spread\nevenly over its duration. Batches may be of any sizes; the fields may not change. Its figure is\n`bytes`, written so far.\n\n**Inputs.** `packet`: records of any fields.\n\n**Outputs.** None.\n\n**Config.** `path`, `time`.\n\n**Example.**\n```json\n{ "out": { "type": "arrow-sink", "config": { "path": "out/volts.arrows" } } }\n```',
    category: "file",
    tags: ["arrow", "ipc", "file", "packet", "sensor", "write", "record", "table", "pandas"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    records: true,
    isAsync: false,
    inputs: [{
      name: "packet",
      direction: "input",
      kind: "packet",
      type: "PacketFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File to write; a relative path starts at the working directory. The directory must exist.",
          minLength: 1,
          "x-reaches": "path",
        },
        time: {
          enum: ["ns", "seconds", "none"],
          description:
            "The first column: the time of a record as `timeNs`, of 64-bit integers, or `timeSeconds`, or none.",
          default: "ns",
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the recording of the first, instead of writing a file beside it.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ArrowSink = processorClass(
      "arrow-sink",
      "processors/file/arrow_sink.ts",
      await import("./processors/file/arrow_sink.ts"),
      "ArrowSink",
    );
    return () => {
      const processor = new ArrowSink<Untyped>();
      return {
        processor,
        ports: new ArrowSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.time !== undefined) processor.time = values.time as typeof processor.time;
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
});

/** The ports of `channel-mapper`. */
export class ChannelMapperPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `channel-mapper`. */
export interface ChannelMapperConfig {
  /**
   * Channels of the output.
   *
   * A whole number from 1 to 64; 2 by default.
   */
  readonly channels?: number;
}

/** A `channel-mapper` in a graph. */
export type ChannelMapperHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Converts the number of channels.
 *
 * **Purpose.** Mixes channels down as in ITU-R BS.775, scaled so that nothing exceeds full scale, and up by copying
 * mono to left and right, or to the centre if the output has one. Each number of channels stands for its usual layout,
 * from mono to 7.1 in the order of WAV files. Blocks that have the wanted number pass untouched.
 *
 * **Inputs.** `audioIn`: any number of channels, which may change.
 *
 * **Outputs.** `audioOut`: the wanted number of channels, with the same times.
 *
 * **Config.** `channels`.
 *
 * **Example.**
 * ```json
 * { "toMono": { "type": "channel-mapper", "config": { "channels": 1 } } }
 * ```
 */
export const channelMapper: NodeType<ChannelMapperConfig, ChannelMapperHandle> = defineNodeType<
  ChannelMapperConfig,
  ChannelMapperHandle
>({
  descriptor: {
    type: "channel-mapper",
    className: "ChannelMapper",
    source: "processors/audio/channel_mapper.ts:31",
    description: "Converts the number of channels.",
    doc:
      'Converts the number of channels.\n\n**Purpose.** Mixes channels down as in ITU-R BS.775, scaled so that nothing exceeds full scale, and up by copying\nmono to left and right, or to the centre if the output has one. Each number of channels stands for its usual layout,\nfrom mono to 7.1 in the order of WAV files. Blocks that have the wanted number pass untouched.\n\n**Inputs.** `audioIn`: any number of channels, which may change.\n\n**Outputs.** `audioOut`: the wanted number of channels, with the same times.\n\n**Config.** `channels`.\n\n**Example.**\n```json\n{ "toMono": { "type": "channel-mapper", "config": { "channels": 1 } } }\n```',
    category: "audio",
    tags: ["audio", "channels", "convert", "downmix", "upmix", "mono", "stereo"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: ["channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        channels: {
          type: "integer",
          description: "Channels of the output.",
          minimum: 1,
          maximum: 64,
          default: 2,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ChannelMapper = processorClass(
      "channel-mapper",
      "processors/audio/channel_mapper.ts",
      await import("./processors/audio/channel_mapper.ts"),
      "ChannelMapper",
    );
    return () => {
      const processor = new ChannelMapper();
      return {
        processor,
        ports: new ChannelMapperPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
        },
      };
    };
  },
});

/** The ports of `chord-source`. */
export class ChordSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audio"] = ["audio"];
  readonly #processor: { audio: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly audio: StreamOutput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `chord-source`. */
export interface ChordSourceConfig {
  /**
   * The notes: a letter, `#` or `b`, and an octave. `A4` is 440 Hz.
   *
   * A list of at most 16 values, each a string; ["C4","E4","G4"] by default; may change while the node runs.
   */
  readonly notes?: readonly string[];
  /**
   * Peak of all notes together, where 1 is full scale.
   *
   * A number from 0 to 1; 0.5 by default; may change while the node runs.
   */
  readonly amplitude?: number;
  /**
   * Shape of each wave.
   *
   * One of "sine", "square", "saw", "triangle"; "sine" by default; may change while the node runs.
   */
  readonly waveform?: "sine" | "square" | "saw" | "triangle";
  /**
   * Samples a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Number of channels.
   *
   * A whole number from 1 to 64; 1 by default.
   */
  readonly channels?: number;
  /**
   * Samples per channel in a block.
   *
   * A whole number from 1 to 16384 samples; 1024 by default.
   */
  readonly blockSize?: number;
  /**
   * How long the chord lasts, rounded to whole samples; without it, for ever.
   *
   * A number of at least 0 s.
   */
  readonly durationSeconds?: number;
}

/** A `chord-source` in a graph. */
export type ChordSourceHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/**
 * Plays a chord.
 *
 * **Purpose.** Adds the waves of several notes, the same on every channel, for ever or for a given time: something to
 * hear while a graph is built. The notes share the amplitude, so that the sum keeps to it. A live change of the notes
 * glides over one block, in which the old ones fade out and the new ones in; notes that stay keep their phase. In a live
 * graph blocks come at the pace of the clock, offline as fast as the graph takes them.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the chord ends.
 *
 * **Config.** `notes`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`, `durationSeconds`.
 *
 * **Example.**
 * ```json
 * { "chord": { "type": "chord-source", "config": { "notes": ["A3", "C4", "E4"], "durationSeconds": 5 } } }
 * ```
 */
export const chordSource: NodeType<ChordSourceConfig, ChordSourceHandle> = defineNodeType<
  ChordSourceConfig,
  ChordSourceHandle
>({
  descriptor: {
    type: "chord-source",
    className: "ChordSource",
    source: "processors/audio/chord_source.ts:50",
    description: "Plays a chord.",
    doc:
      'Plays a chord.\n\n**Purpose.** Adds the waves of several notes, the same on every channel, for ever or for a given time: something to\nhear while a graph is built. The notes share the amplitude, so that the sum keeps to it. A live change of the notes\nglides over one block, in which the old ones fade out and the new ones in; notes that stay keep their phase. In a live\ngraph blocks come at the pace of the clock, offline as fast as the graph takes them.\n\n**Inputs.** None.\n\n**Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the chord ends.\n\n**Config.** `notes`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`, `durationSeconds`.\n\n**Example.**\n```json\n{ "chord": { "type": "chord-source", "config": { "notes": ["A3", "C4", "E4"], "durationSeconds": 5 } } }\n```',
    category: "audio",
    tags: ["audio", "generator", "music", "notes", "test", "synth"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        notes: {
          type: "array",
          items: { type: "string" },
          description: "The notes: a letter, `#` or `b`, and an octave. `A4` is 440 Hz.",
          maxItems: 16,
          default: ["C4", "E4", "G4"],
          "x-live": true,
        },
        amplitude: {
          type: "number",
          description: "Peak of all notes together, where 1 is full scale.",
          minimum: 0,
          maximum: 1,
          default: 0.5,
          "x-live": true,
        },
        waveform: {
          enum: ["sine", "square", "saw", "triangle"],
          description: "Shape of each wave.",
          default: "sine",
          "x-live": true,
        },
        sampleRateHz: {
          type: "integer",
          description: "Samples a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "Number of channels.",
          minimum: 1,
          maximum: 64,
          default: 1,
        },
        blockSize: {
          type: "integer",
          description: "Samples per channel in a block.",
          minimum: 1,
          maximum: 16384,
          "x-unit": "samples",
          default: 1024,
        },
        durationSeconds: {
          type: "number",
          description: "How long the chord lasts, rounded to whole samples; without it, for ever.",
          minimum: 0,
          "x-unit": "s",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ChordSource = processorClass(
      "chord-source",
      "processors/audio/chord_source.ts",
      await import("./processors/audio/chord_source.ts"),
      "ChordSource",
    );
    return () => {
      const processor = new ChordSource();
      return {
        processor,
        ports: new ChordSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.notes !== undefined) processor.notes = values.notes as typeof processor.notes;
          if (values.amplitude !== undefined) processor.amplitude = values.amplitude as typeof processor.amplitude;
          if (values.waveform !== undefined) processor.waveform = values.waveform as typeof processor.waveform;
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.blockSize !== undefined) processor.blockSize = values.blockSize as typeof processor.blockSize;
          if (values.durationSeconds !== undefined) {
            processor.durationSeconds = values.durationSeconds as typeof processor.durationSeconds;
          }
        },
      };
    };
  },
});

/** The ports of `compressor`. */
export class CompressorPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn", "sidechain"] = ["audioIn", "sidechain"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>;
    sidechain: StreamInput<AudioFrame>;
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>;
      sidechain: StreamInput<AudioFrame>;
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame>; readonly sidechain: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn, sidechain: this.#processor.sidechain };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.input("sidechain", this.#processor.sidechain);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.sidechain = wiring.input("sidechain") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `compressor`. */
export interface CompressorConfig {
  /**
   * Level from which on it works, relative to full scale.
   *
   * A number from -80 to 0 dB; -24 by default; may change while the node runs.
   */
  readonly thresholdDb?: number;
  /**
   * Decibels of input above the threshold for each decibel of output.
   *
   * A number from 1 to 100; 4 by default; may change while the node runs.
   */
  readonly ratio?: number;
  /**
   * Width of the bend around the threshold.
   *
   * A number from 0 to 40 dB; 6 by default; may change while the node runs.
   */
  readonly kneeDb?: number;
  /**
   * Time after which 63 % of a new reduction is there.
   *
   * A number from 0 to 1000 ms; 5 by default; may change while the node runs.
   */
  readonly attackMs?: number;
  /**
   * Time after which 63 % of a reduction is gone.
   *
   * A number from 1 to 10000 ms; 100 by default; may change while the node runs.
   */
  readonly releaseMs?: number;
  /**
   * Gain of the result.
   *
   * A number from -24 to 48 dB; 0 by default; may change while the node runs.
   */
  readonly makeupDb?: number;
}

/** A `compressor` in a graph. */
export type CompressorHandle = NodeHandle<{ audioIn: AudioFrame; sidechain: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Makes loud passages quieter.
 *
 * **Purpose.** What is above the threshold comes out at a fraction of its distance from it. One gain for all channels,
 * from the loudest of them, so that the picture of stereo stays where it is. The curve and its soft knee, and the way in
 * which the gain follows, are those of D. Giannoulis, M. Massberg and J. D. Reiss, "Digital Dynamic Range Compressor
 * Design", JAES 60(6), 2012: feed-forward, with a smoothed gain in decibels. Live changes glide as the gain does; that of
 * `makeupDb` glides over one block. The figure `reductionDb` is the greatest reduction of the newest block. Samples that are
 * not finite count as silence; the figure `notFinite` counts them. With a `sidechain`, the level is that of its samples at
 * the same time: music makes room for speech.
 *
 * **Inputs.** `audioIn`: any rate and number of channels. `sidechain`, optional: any rate, number of channels and size of
 * blocks; silent before its start, in its gaps and after its end, while one that stalls holds the node up. The node ends
 * with `audioIn`.
 *
 * **Outputs.** `audioOut`: the same, with the same times.
 *
 * **Config.** `thresholdDb`, `ratio`, `kneeDb`, `attackMs`, `releaseMs`, `makeupDb`, all live.
 *
 * **Example.**
 * ```json
 * { "even": { "type": "compressor", "config": { "thresholdDb": -20, "ratio": 3, "makeupDb": 6 } } }
 * ```
 */
export const compressor: NodeType<CompressorConfig, CompressorHandle> = defineNodeType<
  CompressorConfig,
  CompressorHandle
>({
  descriptor: {
    type: "compressor",
    className: "Compressor",
    source: "processors/audio/compressor.ts:52",
    description: "Makes loud passages quieter.",
    doc:
      'Makes loud passages quieter.\n\n**Purpose.** What is above the threshold comes out at a fraction of its distance from it. One gain for all channels,\nfrom the loudest of them, so that the picture of stereo stays where it is. The curve and its soft knee, and the way in\nwhich the gain follows, are those of D. Giannoulis, M. Massberg and J. D. Reiss, "Digital Dynamic Range Compressor\nDesign", JAES 60(6), 2012: feed-forward, with a smoothed gain in decibels. Live changes glide as the gain does; that of\n`makeupDb` glides over one block. The figure `reductionDb` is the greatest reduction of the newest block. Samples that are\nnot finite count as silence; the figure `notFinite` counts them. With a `sidechain`, the level is that of its samples at\nthe same time: music makes room for speech.\n\n**Inputs.** `audioIn`: any rate and number of channels. `sidechain`, optional: any rate, number of channels and size of\nblocks; silent before its start, in its gaps and after its end, while one that stalls holds the node up. The node ends\nwith `audioIn`.\n\n**Outputs.** `audioOut`: the same, with the same times.\n\n**Config.** `thresholdDb`, `ratio`, `kneeDb`, `attackMs`, `releaseMs`, `makeupDb`, all live.\n\n**Example.**\n```json\n{ "even": { "type": "compressor", "config": { "thresholdDb": -20, "ratio": 3, "makeupDb": 6 } } }\n```',
    category: "audio",
    tags: ["audio", "dynamics", "level", "loudness", "side-chain", "duck"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "sidechain",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "The signal whose level sets the reduction, in place of `audioIn`.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        thresholdDb: {
          type: "number",
          description: "Level from which on it works, relative to full scale.",
          minimum: -80,
          maximum: 0,
          "x-unit": "dB",
          default: -24,
          "x-live": true,
        },
        ratio: {
          type: "number",
          description: "Decibels of input above the threshold for each decibel of output.",
          minimum: 1,
          maximum: 100,
          default: 4,
          "x-live": true,
        },
        kneeDb: {
          type: "number",
          description: "Width of the bend around the threshold.",
          minimum: 0,
          maximum: 40,
          "x-unit": "dB",
          default: 6,
          "x-live": true,
        },
        attackMs: {
          type: "number",
          description: "Time after which 63 % of a new reduction is there.",
          minimum: 0,
          maximum: 1000,
          "x-unit": "ms",
          default: 5,
          "x-live": true,
        },
        releaseMs: {
          type: "number",
          description: "Time after which 63 % of a reduction is gone.",
          minimum: 1,
          maximum: 10000,
          "x-unit": "ms",
          default: 100,
          "x-live": true,
        },
        makeupDb: {
          type: "number",
          description: "Gain of the result.",
          minimum: -24,
          maximum: 48,
          "x-unit": "dB",
          default: 0,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["reductionDb", "notFinite"],
  },
  load: async () => {
    const Compressor = processorClass(
      "compressor",
      "processors/audio/compressor.ts",
      await import("./processors/audio/compressor.ts"),
      "Compressor",
    );
    return () => {
      const processor = new Compressor();
      return {
        processor,
        ports: new CompressorPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.thresholdDb !== undefined) {
            processor.thresholdDb = values.thresholdDb as typeof processor.thresholdDb;
          }
          if (values.ratio !== undefined) processor.ratio = values.ratio as typeof processor.ratio;
          if (values.kneeDb !== undefined) processor.kneeDb = values.kneeDb as typeof processor.kneeDb;
          if (values.attackMs !== undefined) processor.attackMs = values.attackMs as typeof processor.attackMs;
          if (values.releaseMs !== undefined) processor.releaseMs = values.releaseMs as typeof processor.releaseMs;
          if (values.makeupDb !== undefined) processor.makeupDb = values.makeupDb as typeof processor.makeupDb;
        },
      };
    };
  },
});

/** The ports of `concat`. */
export class ConcatPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: {
    frameIn: StreamInput<AudioFrame | VideoFrame>[];
    frameOut: StreamOutput<AudioFrame | VideoFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: { frameIn: StreamInput<AudioFrame | VideoFrame>[]; frameOut: StreamOutput<AudioFrame | VideoFrame> },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: readonly StreamInput<AudioFrame | VideoFrame>[] } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<AudioFrame | VideoFrame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.frameIn) visitor.input(port.name, port);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.inputs("frameIn") as StreamInput<AudioFrame | VideoFrame>[];
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<AudioFrame | VideoFrame>;
  }
}

/** The configuration of `concat`. */
export interface ConcatConfig {
  /**
   * How long the end of a stream of sound sounds together with the start of the next.
   *
   * A number from 0 to 60000 ms; 0 by default.
   */
  readonly crossfadeMs?: number;
  /**
   * How the two fade: in a line, for the same music, or so that they keep their power, for different ones.
   *
   * One of "linear", "equal-power"; "linear" by default.
   */
  readonly curve?: "linear" | "equal-power";
  /**
   * How long each input lasts at least, such as the file that sound and pictures are of: times of an input count from 0 then. Sound is filled with silence, and the last picture stays.
   *
   * A list, each a number; [] by default.
   */
  readonly lengthsSeconds?: readonly number[];
}

/** A `concat` in a graph. */
export type ConcatHandle<F extends AudioFrame | VideoFrame = Untyped> = NodeHandle<
  { frameIn: PortArray<F, 16> },
  { frameOut: SinglePort<F> }
>;

/** The node type `concat`, which carries what its links do. */
export interface ConcatNodeType extends NodeType<ConcatConfig, ConcatHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends AudioFrame | VideoFrame = Untyped>(config?: ConcatConfig): NodeSpec<ConcatHandle<F>>;
}

/**
 * Plays several streams one after another.
 *
 * **Purpose.** Hands on the first input to its end, then the second one, and so on, without a gap: times go on where the
 * stream before ended. Frames of the others wait on their links, which hold their writers up. Sound can be cross-faded.
 * Streams of sound have one sample rate and as many channels; `convert: "auto"` puts converters before the others.
 *
 * **Inputs.** `frameIn_0` to `frameIn_15`, each optional: audio or video, which links tell.
 *
 * **Outputs.** `frameOut`: the same frames, with other times; with `crossfadeMs` blocks of sound of 1,024 samples.
 *
 * **Config.** `crossfadeMs`, `curve`, `lengthsSeconds`.
 *
 * **Example.**
 * ```json
 * { "show": { "type": "concat", "config": { "crossfadeMs": 500 } } }
 * ```
 */
export const concat: ConcatNodeType = defineNodeType<ConcatConfig, ConcatHandle, ConcatNodeType>({
  descriptor: {
    type: "concat",
    className: "Concat",
    source: "processors/flow/concat.ts:46",
    description: "Plays several streams one after another.",
    doc:
      'Plays several streams one after another.\n\n**Purpose.** Hands on the first input to its end, then the second one, and so on, without a gap: times go on where the\nstream before ended. Frames of the others wait on their links, which hold their writers up. Sound can be cross-faded.\nStreams of sound have one sample rate and as many channels; `convert: "auto"` puts converters before the others.\n\n**Inputs.** `frameIn_0` to `frameIn_15`, each optional: audio or video, which links tell.\n\n**Outputs.** `frameOut`: the same frames, with other times; with `crossfadeMs` blocks of sound of 1,024 samples.\n\n**Config.** `crossfadeMs`, `curve`, `lengthsSeconds`.\n\n**Example.**\n```json\n{ "show": { "type": "concat", "config": { "crossfadeMs": 500 } } }\n```',
    category: "flow",
    tags: ["join", "append", "sequence", "playlist", "cross-fade", "gapless"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate"],
    records: true,
    isAsync: true,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame | VideoFrame",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "video"] },
      array: 16,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame | VideoFrame",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "video"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        crossfadeMs: {
          type: "number",
          description: "How long the end of a stream of sound sounds together with the start of the next.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 0,
        },
        curve: {
          enum: ["linear", "equal-power"],
          description:
            "How the two fade: in a line, for the same music, or so that they keep their power, for different ones.",
          default: "linear",
        },
        lengthsSeconds: {
          type: "array",
          items: { type: "number" },
          description:
            "How long each input lasts at least, such as the file that sound and pictures are of: times of an input count from 0 then. Sound is filled with silence, and the last picture stays.",
          "x-unit": "s",
          default: [],
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Concat = processorClass(
      "concat",
      "processors/flow/concat.ts",
      await import("./processors/flow/concat.ts"),
      "Concat",
    );
    return () => {
      const processor = new Concat<Untyped>();
      return {
        processor,
        ports: new ConcatPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.crossfadeMs !== undefined) {
            processor.crossfadeMs = values.crossfadeMs as typeof processor.crossfadeMs;
          }
          if (values.curve !== undefined) processor.curve = values.curve as typeof processor.curve;
          if (values.lengthsSeconds !== undefined) {
            processor.lengthsSeconds = values.lengthsSeconds as typeof processor.lengthsSeconds;
          }
        },
      };
    };
  },
});

/** The ports of `console-sink`. */
export class ConsoleSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["data"] = ["data"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { data: StreamInput<DataFrame<unknown>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { data: StreamInput<DataFrame<unknown>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly data: StreamInput<DataFrame<unknown>> } {
    return { data: this.#processor.data };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("data", this.#processor.data);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.data = wiring.input("data") as StreamInput<DataFrame<unknown>>;
  }
}

/** The configuration of `console-sink`. */
export interface ConsoleSinkConfig {
  /**
   * `text`: time, node and value. `json`: an object with `node`, `ptsNs` and `value`.
   *
   * One of "text", "json"; "text" by default.
   */
  readonly format?: "text" | "json";
  /**
   * The stream to print to; standard error in place of a standard output that has the events of `--json`.
   *
   * One of "stdout", "stderr"; "stdout" by default.
   */
  readonly target?: "stdout" | "stderr";
  /**
   * Print the first of this many values and leave out the others.
   *
   * A whole number of at least 1; 1 by default; may change while the node runs.
   */
  readonly every?: number;
}

/** A `console-sink` in a graph. */
export type ConsoleSinkHandle = NodeHandle<{ data: DataFrame<unknown> }, Record<never, never>>;

/**
 * Prints data.
 *
 * **Purpose.** Writes values to standard output or standard error, one a line, as text for people or as JSON for
 * programs. If the reader of the output goes away (`… | head`, a closed terminal), the node goes on reading its input
 * and prints nothing.
 *
 * **Inputs.** `data`: any values.
 *
 * **Outputs.** None.
 *
 * **Config.** `format`, `target`, `every`.
 *
 * **Example.**
 * ```json
 * { "print": { "type": "console-sink", "config": { "format": "json", "every": 10 } } }
 * ```
 */
export const consoleSink: NodeType<ConsoleSinkConfig, ConsoleSinkHandle> = defineNodeType<
  ConsoleSinkConfig,
  ConsoleSinkHandle
>({
  descriptor: {
    type: "console-sink",
    className: "ConsoleSink",
    source: "processors/data/console_sink.ts:36",
    description: "Prints data.",
    doc:
      'Prints data.\n\n**Purpose.** Writes values to standard output or standard error, one a line, as text for people or as JSON for\nprograms. If the reader of the output goes away (`… | head`, a closed terminal), the node goes on reading its input\nand prints nothing.\n\n**Inputs.** `data`: any values.\n\n**Outputs.** None.\n\n**Config.** `format`, `target`, `every`.\n\n**Example.**\n```json\n{ "print": { "type": "console-sink", "config": { "format": "json", "every": 10 } } }\n```',
    category: "data",
    tags: ["data", "print", "log", "console", "stdout", "debug"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    stdout: { target: "stdout" },
    isAsync: false,
    inputs: [{
      name: "data",
      direction: "input",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        format: {
          enum: ["text", "json"],
          description: "`text`: time, node and value. `json`: an object with `node`, `ptsNs` and `value`.",
          default: "text",
        },
        target: {
          enum: ["stdout", "stderr"],
          description:
            "The stream to print to; standard error in place of a standard output that has the events of `--json`.",
          default: "stdout",
        },
        every: {
          type: "integer",
          description: "Print the first of this many values and leave out the others.",
          minimum: 1,
          default: 1,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ConsoleSink = processorClass(
      "console-sink",
      "processors/data/console_sink.ts",
      await import("./processors/data/console_sink.ts"),
      "ConsoleSink",
    );
    return () => {
      const processor = new ConsoleSink();
      return {
        processor,
        ports: new ConsoleSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.target !== undefined) processor.target = values.target as typeof processor.target;
          if (values.every !== undefined) processor.every = values.every as typeof processor.every;
        },
      };
    };
  },
});

/** The ports of `csv-sink`. */
export class CsvSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["packet"] = ["packet"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { packet: StreamInput<PacketFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { packet: StreamInput<PacketFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly packet: StreamInput<PacketFrame> } {
    return { packet: this.#processor.packet };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("packet", this.#processor.packet);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.packet = wiring.input("packet") as StreamInput<PacketFrame>;
  }
}

/** The configuration of `csv-sink`. */
export interface CsvSinkConfig {
  /**
   * File to write; a relative path starts at the working directory. The directory must exist.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The first column: the time of a record as `timeNs` or `timeSeconds`, or none.
   *
   * One of "ns", "seconds", "none"; "ns" by default.
   */
  readonly time?: "ns" | "seconds" | "none";
  /**
   * The text between two numbers.
   *
   * One of ",", ";", "\t"; "," by default.
   */
  readonly separator?: "," | ";" | "\t";
  /**
   * Significant digits of fractions; 0: as many as it takes to read the same number back. Whole numbers are written as they are.
   *
   * A whole number from 0 to 17; 0 by default.
   */
  readonly digits?: number;
  /**
   * True: a second run of the process replaces the recording of the first, instead of writing a file beside it.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `csv-sink` in a graph. */
export type CsvSinkHandle<T extends PacketFieldsOf<T> = Untyped> = NodeHandle<
  { packet: PacketFrame<T> },
  Record<never, never>
>;

/** The node type `csv-sink`, which carries what its links do. */
export interface CsvSinkNodeType extends NodeType<CsvSinkConfig, CsvSinkHandle> {
  /** A node whose ports carry these types; without them, any. */
  <T extends PacketFieldsOf<T> = Untyped>(config: CsvSinkConfig): NodeSpec<CsvSinkHandle<T>>;
}

/**
 * Writes records to a CSV file.
 *
 * **Purpose.** Writes a line for each record, behind a line with the names of the fields (RFC 4180, with a line feed
 * between lines). As `wav-sink` does, it records as `NAME.partial` and renames that to `NAME` when the stream has ended; an
 * aborted run leaves what it has written in `NAME.partial`. A record's time is that of its batch, whose records are
 * taken to spread evenly over its duration. Batches may be of any sizes; the fields may not change. Its figure is
 * `bytes`, written so far.
 *
 * **Inputs.** `packet`: records of any fields.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `time`, `separator`, `digits`.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "csv-sink", "config": { "path": "out/volts.csv", "time": "seconds" } } }
 * ```
 */
export const csvSink: CsvSinkNodeType = defineNodeType<CsvSinkConfig, CsvSinkHandle, CsvSinkNodeType>({
  descriptor: {
    type: "csv-sink",
    className: "CsvSink",
    source: "processors/file/csv_sink.ts:40",
    description: "Writes records to a CSV file.",
    doc:
      'Writes records to a CSV file.\n\n**Purpose.** Writes a line for each record, behind a line with the names of the fields (RFC 4180, with a line feed\nbetween lines). As `wav-sink` does, it records as `NAME.partial` and renames that to `NAME` when the stream has ended; an\naborted run leaves what it has written in `NAME.partial`. A record\'s time is that of its batch, whose records are\ntaken to spread evenly over its duration. Batches may be of any sizes; the fields may not change. Its figure is\n`bytes`, written so far.\n\n**Inputs.** `packet`: records of any fields.\n\n**Outputs.** None.\n\n**Config.** `path`, `time`, `separator`, `digits`.\n\n**Example.**\n```json\n{ "out": { "type": "csv-sink", "config": { "path": "out/volts.csv", "time": "seconds" } } }\n```',
    category: "file",
    tags: ["csv", "file", "packet", "sensor", "write", "record", "table"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    records: true,
    isAsync: false,
    inputs: [{
      name: "packet",
      direction: "input",
      kind: "packet",
      type: "PacketFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File to write; a relative path starts at the working directory. The directory must exist.",
          minLength: 1,
          "x-reaches": "path",
        },
        time: {
          enum: ["ns", "seconds", "none"],
          description: "The first column: the time of a record as `timeNs` or `timeSeconds`, or none.",
          default: "ns",
        },
        separator: {
          enum: [",", ";", "\t"],
          description: "The text between two numbers.",
          default: ",",
        },
        digits: {
          type: "integer",
          description:
            "Significant digits of fractions; 0: as many as it takes to read the same number back. Whole numbers are written as they are.",
          minimum: 0,
          maximum: 17,
          default: 0,
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the recording of the first, instead of writing a file beside it.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const CsvSink = processorClass(
      "csv-sink",
      "processors/file/csv_sink.ts",
      await import("./processors/file/csv_sink.ts"),
      "CsvSink",
    );
    return () => {
      const processor = new CsvSink<Untyped>();
      return {
        processor,
        ports: new CsvSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.time !== undefined) processor.time = values.time as typeof processor.time;
          if (values.separator !== undefined) processor.separator = values.separator as typeof processor.separator;
          if (values.digits !== undefined) processor.digits = values.digits as typeof processor.digits;
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
});

/** The ports of `data-align`. */
export class DataAlignPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["reference", "other"] = ["reference", "other"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["aligned"] = ["aligned"];
  readonly #processor: {
    reference: StreamInput<DataFrame>;
    other: StreamInput<DataFrame>;
    aligned: StreamOutput<DataFrame<Aligned<unknown, unknown>>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      reference: StreamInput<DataFrame>;
      other: StreamInput<DataFrame>;
      aligned: StreamOutput<DataFrame<Aligned<unknown, unknown>>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly reference: StreamInput<DataFrame>; readonly other: StreamInput<DataFrame> } {
    return { reference: this.#processor.reference, other: this.#processor.other };
  }

  /** The outputs by name. */
  outputs(): { readonly aligned: StreamOutput<DataFrame<Aligned<unknown, unknown>>> } {
    return { aligned: this.#processor.aligned };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("reference", this.#processor.reference);
    visitor.input("other", this.#processor.other);
    visitor.output("aligned", this.#processor.aligned);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.reference = wiring.input("reference") as StreamInput<DataFrame>;
    this.#processor.other = wiring.input("other") as StreamInput<DataFrame>;
    this.#processor.aligned = wiring.output("aligned") as StreamOutput<DataFrame<Aligned<unknown, unknown>>>;
  }
}

/** The configuration of `data-align`. */
export interface DataAlignConfig {
  /**
   * The source of partners: the item nearest in time, or one interpolated between the two around it.
   *
   * One of "nearest", "interpolate"; "nearest" by default; may change while the node runs.
   */
  readonly match?: "nearest" | "interpolate";
  /**
   * How far apart in time partners may be.
   *
   * A number from 0 to 60000 ms; 50 by default; may change while the node runs.
   */
  readonly toleranceMs?: number;
  /**
   * How long to wait for a partner, by the times of the reference.
   *
   * A number from 0 to 60000 ms; 1000 by default; may change while the node runs.
   */
  readonly waitMs?: number;
  /**
   * For an item of the reference without a partner: leave it out, or pass it alone.
   *
   * One of "drop", "pass"; "drop" by default; may change while the node runs.
   */
  readonly missing?: "drop" | "pass";
}

/** A `data-align` in a graph. */
export type DataAlignHandle<A = Untyped, B = Untyped> = NodeHandle<
  { reference: DataFrame<A>; other: DataFrame<B> },
  { aligned: DataFrame<Aligned<A, B>> }
>;

/** The node type `data-align`, which carries what its links do. */
export interface DataAlignNodeType extends NodeType<DataAlignConfig, DataAlignHandle> {
  /** A node whose ports carry these types; without them, any. */
  <A = Untyped, B = Untyped>(config?: DataAlignConfig): NodeSpec<DataAlignHandle<A, B>>;
}

/**
 * Joins two streams of values by time.
 *
 * **Purpose.** Pairs each value of the reference with the value of the other stream that is nearest in time, or, with
 * `match` `interpolate`, with one interpolated between the two around that time: numbers linearly, alone, in objects
 * and in lists of equal length; everything else from the nearer. Partners are at most `toleranceMs` apart; to
 * interpolate, both values are. A value waits until the other stream has reached its time or has ended, or until the
 * reference is `waitMs` of media time ahead; then the values at hand decide. `missing` says what to do with a value
 * without a partner; the log says at the end how many were left out, and what to do. Order and times are those of the
 * reference; after left-out values the next one is flagged as a discontinuity. Join a third stream with another
 * `data-align`. A replace or a move hands over the waiting values.
 *
 * **Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. The times of
 * each ascend; if they go back, the stream has restarted, and the other is expected to follow.
 *
 * **Outputs.** `aligned`: an `Aligned<A, B>` for each value of the reference: `reference`, `other`, `offsetNs`.
 *
 * **Config.** `match`, `toleranceMs`, `waitMs`, `missing` (all live).
 *
 * **Example.**
 * ```json
 * { "join": { "type": "data-align", "config": { "match": "interpolate", "toleranceMs": 20, "missing": "pass" } } }
 * ```
 */
export const dataAlign: DataAlignNodeType = defineNodeType<DataAlignConfig, DataAlignHandle, DataAlignNodeType>({
  descriptor: {
    type: "data-align",
    className: "DataAlign",
    source: "processors/flow/data_align.ts:55",
    description: "Joins two streams of values by time.",
    doc:
      'Joins two streams of values by time.\n\n**Purpose.** Pairs each value of the reference with the value of the other stream that is nearest in time, or, with\n`match` `interpolate`, with one interpolated between the two around that time: numbers linearly, alone, in objects\nand in lists of equal length; everything else from the nearer. Partners are at most `toleranceMs` apart; to\ninterpolate, both values are. A value waits until the other stream has reached its time or has ended, or until the\nreference is `waitMs` of media time ahead; then the values at hand decide. `missing` says what to do with a value\nwithout a partner; the log says at the end how many were left out, and what to do. Order and times are those of the\nreference; after left-out values the next one is flagged as a discontinuity. Join a third stream with another\n`data-align`. A replace or a move hands over the waiting values.\n\n**Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. The times of\neach ascend; if they go back, the stream has restarted, and the other is expected to follow.\n\n**Outputs.** `aligned`: an `Aligned<A, B>` for each value of the reference: `reference`, `other`, `offsetNs`.\n\n**Config.** `match`, `toleranceMs`, `waitMs`, `missing` (all live).\n\n**Example.**\n```json\n{ "join": { "type": "data-align", "config": { "match": "interpolate", "toleranceMs": 20, "missing": "pass" } } }\n```',
    category: "flow",
    tags: ["data", "join", "align", "synchronize", "merge", "time", "interpolate"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "reference",
      direction: "input",
      kind: "data",
      type: "DataFrame<A>",
      schema: "unknown",
      generic: { argument: "A", parameters: ["A"] },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "other",
      direction: "input",
      kind: "data",
      type: "DataFrame<B>",
      schema: "unknown",
      generic: { argument: "B", parameters: ["B"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "aligned",
      direction: "output",
      kind: "data",
      type: "DataFrame<Aligned<A,B>>",
      schema: "unknown",
      valueSchema: {
        description: "A value of the reference with the value of another stream that belongs to its time.",
        type: "object",
        properties: {
          reference: {
            $comment: "A is what the links say",
            description: "The value of the reference.",
          },
          other: {
            $comment: "B is what the links say",
            description: "Its partner; `null` without one, which passes only if `missing` says so.",
          },
          offsetNs: {
            anyOf: [{ type: "number" }, { type: "null" }],
            description:
              "Time of the partner less that of the reference, nanoseconds: 0 for one that was interpolated, `null` for none.",
          },
        },
        required: ["offsetNs"],
      },
      generic: { argument: "Aligned<A,B>", parameters: ["A", "B"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        match: {
          enum: ["nearest", "interpolate"],
          description:
            "The source of partners: the item nearest in time, or one interpolated between the two around it.",
          default: "nearest",
          "x-live": true,
        },
        toleranceMs: {
          type: "number",
          description: "How far apart in time partners may be.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 50,
          "x-live": true,
        },
        waitMs: {
          type: "number",
          description: "How long to wait for a partner, by the times of the reference.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 1000,
          "x-live": true,
        },
        missing: {
          enum: ["drop", "pass"],
          description: "For an item of the reference without a partner: leave it out, or pass it alone.",
          default: "drop",
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const DataAlign = processorClass(
      "data-align",
      "processors/flow/data_align.ts",
      await import("./processors/flow/data_align.ts"),
      "DataAlign",
    );
    return () => {
      const processor = new DataAlign<Untyped, Untyped>();
      return {
        processor,
        ports: new DataAlignPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.match !== undefined) processor.match = values.match as typeof processor.match;
          if (values.toleranceMs !== undefined) {
            processor.toleranceMs = values.toleranceMs as typeof processor.toleranceMs;
          }
          if (values.waitMs !== undefined) processor.waitMs = values.waitMs as typeof processor.waitMs;
          if (values.missing !== undefined) processor.missing = values.missing as typeof processor.missing;
        },
      };
    };
  },
});

/** The ports of `delay`. */
export class DelayPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<Frame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<Frame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<Frame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<Frame>;
  }
}

/** The configuration of `delay`. */
export interface DelayConfig {
  /**
   * The delay of frames.
   *
   * A number from 0 to 86400000 ms; 0 by default.
   */
  readonly delayMs?: number;
  /**
   * How many frames later; by default 1 if `delayMs` is 0.
   *
   * A whole number from 0 to 65535 frames.
   */
  readonly delayFrames?: number;
  /**
   * Begin with blank frames: with as much silence as the delay, or with `delayFrames`, by default 1, of other kinds.
   *
   * True or false; false by default.
   */
  readonly prime?: boolean;
  /**
   * Sample rate of the silence.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Channels of the silence.
   *
   * A whole number from 1 to 64; 1 by default.
   */
  readonly channels?: number;
  /**
   * How the pixels of the black pictures lie in memory.
   *
   * One of "rgba8", "bgra8", "nv12", "i420"; "rgba8" by default.
   */
  readonly pixelFormat?: "rgba8" | "bgra8" | "nv12" | "i420";
  /**
   * Pixels in a row of the black pictures.
   *
   * A whole number from 1 to 32768 pixels; 1920 by default.
   */
  readonly width?: number;
  /**
   * Rows of the black pictures.
   *
   * A whole number from 1 to 32768 pixels; 1080 by default.
   */
  readonly height?: number;
  /**
   * Black pictures a second, which gives them their length.
   *
   * A number of at most 1000 and above 0 Hz; 30 by default.
   */
  readonly frameRate?: number;
  /**
   * The value to begin with.
   *
   * A number or a string or true or false or null or a list, each a number or an object; null by default.
   */
  readonly initial?: number | string | boolean | null | readonly number[] | {
    readonly [key: string]: number | string | boolean | null;
  };
  /**
   * The type of each field of the empty batches, by name.
   *
   * An object; {"value":"f64"} by default.
   */
  readonly fields?: { readonly [key: string]: "f64" | "f32" | "i32" | "u32" | "u8" };
}

/** A `delay` in a graph. */
export type DelayHandle<F extends Frame = Untyped> = NodeHandle<
  { frameIn: SinglePort<F> },
  { frameOut: SinglePort<F> }
>;

/** The node type `delay`, which carries what its links do. */
export interface DelayNodeType extends NodeType<DelayConfig, DelayHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends Frame = Untyped>(config?: DelayConfig): NodeSpec<DelayHandle<F>>;
}

/**
 * Delays a stream, and makes a loop of links legal.
 *
 * **Purpose.** A frame leaves when `delayFrames` newer ones have come and, in a live graph, when it has been in the
 * graph for `delayMs`; until then it waits on the link before, whose default capacity is large enough. Its times move by
 * `delayMs` and by `delayFrames` times its duration. With `prime` the output begins with blank frames instead, and frames wait for no
 * newer ones: a node of a loop that waits for all its inputs can then begin. Blank sound is silence of `delayMs`;
 * other kinds get `delayFrames` black pictures, values `initial`, or empty batches. No blank frame suits every decoder, so
 * that encoded frames have none.
 *
 * **Inputs.** `frameIn`: frames of any kind, which its links tell. Its link holds more than `delayFrames` of them, unless
 * `prime` is used, and in a live graph those of `delayMs`: one that is too short for them ends in an error. Sound behind
 * silence is of the rate and channels that are configured.
 *
 * **Outputs.** `frameOut`: the same frames, later.
 *
 * **Config.** `delayMs`, `delayFrames`, `prime`; `sampleRateHz` and `channels` of the silence; `pixelFormat`, `width`,
 * `height` and `frameRate` of the black pictures; `initial` for values; the `fields` of the empty batches.
 *
 * **Example.**
 * ```json
 * { "echo": { "type": "delay", "config": { "delayMs": 250, "prime": true, "channels": 2 } } }
 * ```
 */
export const delay: DelayNodeType = defineNodeType<DelayConfig, DelayHandle, DelayNodeType>({
  descriptor: {
    type: "delay",
    className: "Delay",
    source: "processors/flow/delay.ts:47",
    description: "Delays a stream, and makes a loop of links legal.",
    doc:
      'Delays a stream, and makes a loop of links legal.\n\n**Purpose.** A frame leaves when `delayFrames` newer ones have come and, in a live graph, when it has been in the\ngraph for `delayMs`; until then it waits on the link before, whose default capacity is large enough. Its times move by\n`delayMs` and by `delayFrames` times its duration. With `prime` the output begins with blank frames instead, and frames wait for no\nnewer ones: a node of a loop that waits for all its inputs can then begin. Blank sound is silence of `delayMs`;\nother kinds get `delayFrames` black pictures, values `initial`, or empty batches. No blank frame suits every decoder, so\nthat encoded frames have none.\n\n**Inputs.** `frameIn`: frames of any kind, which its links tell. Its link holds more than `delayFrames` of them, unless\n`prime` is used, and in a live graph those of `delayMs`: one that is too short for them ends in an error. Sound behind\nsilence is of the rate and channels that are configured.\n\n**Outputs.** `frameOut`: the same frames, later.\n\n**Config.** `delayMs`, `delayFrames`, `prime`; `sampleRateHz` and `channels` of the silence; `pixelFormat`, `width`,\n`height` and `frameRate` of the black pictures; `initial` for values; the `fields` of the empty batches.\n\n**Example.**\n```json\n{ "echo": { "type": "delay", "config": { "delayMs": 250, "prime": true, "channels": 2 } } }\n```',
    category: "flow",
    tags: ["echo", "feedback", "loop", "latency", "lip sync", "state"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate", "codec"],
    delays: true,
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        delayMs: {
          type: "number",
          description: "The delay of frames.",
          minimum: 0,
          maximum: 86400000,
          "x-unit": "ms",
          default: 0,
        },
        delayFrames: {
          type: "integer",
          description: "How many frames later; by default 1 if `delayMs` is 0.",
          minimum: 0,
          maximum: 65535,
          "x-unit": "frames",
        },
        prime: {
          type: "boolean",
          description:
            "Begin with blank frames: with as much silence as the delay, or with `delayFrames`, by default 1, of other kinds.",
          default: false,
        },
        sampleRateHz: {
          type: "integer",
          description: "Sample rate of the silence.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "Channels of the silence.",
          minimum: 1,
          maximum: 64,
          default: 1,
        },
        pixelFormat: {
          enum: ["rgba8", "bgra8", "nv12", "i420"],
          description: "How the pixels of the black pictures lie in memory.",
          default: "rgba8",
        },
        width: {
          type: "integer",
          description: "Pixels in a row of the black pictures.",
          minimum: 1,
          maximum: 32768,
          "x-unit": "pixels",
          default: 1920,
        },
        height: {
          type: "integer",
          description: "Rows of the black pictures.",
          minimum: 1,
          maximum: 32768,
          "x-unit": "pixels",
          default: 1080,
        },
        frameRate: {
          type: "number",
          description: "Black pictures a second, which gives them their length.",
          exclusiveMinimum: 0,
          maximum: 1000,
          "x-unit": "Hz",
          default: 30,
        },
        initial: {
          anyOf: [{ type: "number" }, { type: "string" }, { type: "boolean" }, { type: "null" }, {
            type: "array",
            items: { type: "number" },
          }, {
            type: "object",
            additionalProperties: {
              anyOf: [{ type: "number" }, { type: "string" }, { type: "boolean" }, { type: "null" }],
            },
          }],
          description: "The value to begin with.",
          default: null,
        },
        fields: {
          type: "object",
          additionalProperties: { enum: ["f64", "f32", "i32", "u32", "u8"] },
          description: "The type of each field of the empty batches, by name.",
          default: { value: "f64" },
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Delay = processorClass(
      "delay",
      "processors/flow/delay.ts",
      await import("./processors/flow/delay.ts"),
      "Delay",
    );
    return () => {
      const processor = new Delay<Untyped>();
      return {
        processor,
        ports: new DelayPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.delayMs !== undefined) processor.delayMs = values.delayMs as typeof processor.delayMs;
          if (values.delayFrames !== undefined) {
            processor.delayFrames = values.delayFrames as typeof processor.delayFrames;
          }
          if (values.prime !== undefined) processor.prime = values.prime as typeof processor.prime;
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.pixelFormat !== undefined) {
            processor.pixelFormat = values.pixelFormat as typeof processor.pixelFormat;
          }
          if (values.width !== undefined) processor.width = values.width as typeof processor.width;
          if (values.height !== undefined) processor.height = values.height as typeof processor.height;
          if (values.frameRate !== undefined) processor.frameRate = values.frameRate as typeof processor.frameRate;
          if (values.initial !== undefined) processor.initial = values.initial as typeof processor.initial;
          if (values.fields !== undefined) processor.fields = values.fields as typeof processor.fields;
        },
      };
    };
  },
});

/** The ports of `dynamic-mixer`. */
export class DynamicMixerPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn", "voices"] = ["audioIn", "voices"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>[];
    voices: StreamInput<AudioFrame>[];
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>[];
      voices: StreamInput<AudioFrame>[];
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly audioIn: readonly StreamInput<AudioFrame>[];
    readonly voices: readonly StreamInput<AudioFrame>[];
  } {
    return { audioIn: this.#processor.audioIn, voices: this.#processor.voices };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    for (const port of this.#processor.voices) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame>[];
    this.#processor.voices = wiring.inputs("voices") as StreamInput<AudioFrame>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `dynamic-mixer`. */
export interface DynamicMixerConfig {
  /**
   * `sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too.
   *
   * One of "sum", "average"; "sum" by default.
   */
  readonly strategy?: "sum" | "average";
  /**
   * Channels of the mix; 0 for as many as the widest input has.
   *
   * A whole number from 0 to 64; 0 by default.
   */
  readonly channels?: number;
}

/** A `dynamic-mixer` in a graph. */
export type DynamicMixerHandle = NodeHandle<
  { audioIn: DynamicPort<AudioFrame>; voices: NamedPorts<AudioFrame> },
  { audioOut: AudioFrame }
>;

/**
 * Adds streams of audio that come and go.
 *
 * **Purpose.** Works as `mixer` for inputs that are added and removed. A stream that joins is mixed from where its
 * times meet the mix; earlier samples are left out. A stream more than a second behind, such as a source that was added
 * while the graph runs, is put at the current place of the mix. Removing an input ends its part at once. While every
 * stream has ended, the mix stops; the next stream starts a new one, marked as a discontinuity.
 *
 * **Inputs.** `audioIn_0`, `audioIn_1`, …, up to 64, and as many of names of their own, such as `guitar`, of kind
 * `audio`: one sample rate for all of them; mono, or as many channels as the mix has.
 *
 * **Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.
 *
 * **Config.** `strategy`, `channels`.
 *
 * **Example.**
 * ```json
 * { "room": { "type": "dynamic-mixer", "config": { "channels": 2 }, "ports": [{ "input": "guitar", "kind": "audio" }] } }
 * ```
 */
export const dynamicMixer: NodeType<DynamicMixerConfig, DynamicMixerHandle> = defineNodeType<
  DynamicMixerConfig,
  DynamicMixerHandle
>({
  descriptor: {
    type: "dynamic-mixer",
    className: "DynamicMixer",
    source: "processors/audio/dynamic_mixer.ts:33",
    description: "Adds streams of audio that come and go.",
    doc:
      'Adds streams of audio that come and go.\n\n**Purpose.** Works as `mixer` for inputs that are added and removed. A stream that joins is mixed from where its\ntimes meet the mix; earlier samples are left out. A stream more than a second behind, such as a source that was added\nwhile the graph runs, is put at the current place of the mix. Removing an input ends its part at once. While every\nstream has ended, the mix stops; the next stream starts a new one, marked as a discontinuity.\n\n**Inputs.** `audioIn_0`, `audioIn_1`, …, up to 64, and as many of names of their own, such as `guitar`, of kind\n`audio`: one sample rate for all of them; mono, or as many channels as the mix has.\n\n**Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.\n\n**Config.** `strategy`, `channels`.\n\n**Example.**\n```json\n{ "room": { "type": "dynamic-mixer", "config": { "channels": 2 }, "ports": [{ "input": "guitar", "kind": "audio" }] } }\n```',
    category: "audio",
    tags: ["audio", "mix", "sum", "add", "join", "dynamic"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "The streams.",
    }, {
      name: "voices",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      named: [{ kind: "audio", type: "AudioFrame" }],
      optional: true,
      burst: 1,
      doc: "The streams that have names.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        strategy: {
          enum: ["sum", "average"],
          description:
            "`sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too.",
          default: "sum",
        },
        channels: {
          type: "integer",
          description: "Channels of the mix; 0 for as many as the widest input has.",
          minimum: 0,
          maximum: 64,
          default: 0,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const DynamicMixer = processorClass(
      "dynamic-mixer",
      "processors/audio/dynamic_mixer.ts",
      await import("./processors/audio/dynamic_mixer.ts"),
      "DynamicMixer",
    );
    return () => {
      const processor = new DynamicMixer();
      return {
        processor,
        ports: new DynamicMixerPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.strategy !== undefined) processor.strategy = values.strategy as typeof processor.strategy;
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
        },
      };
    };
  },
});

/** The ports of `echo`. */
export class EchoPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `echo`. */
export interface EchoConfig {
  /**
   * Time from a sound to its first echo, rounded to samples, at most `maxDelayMs`.
   *
   * A number from 0.1 to 10000 ms; 300 by default; may change while the node runs.
   */
  readonly delayMs?: number;
  /**
   * How loud an echo is beside the one before it.
   *
   * A number from 0 to 0.95; 0.35 by default; may change while the node runs.
   */
  readonly feedback?: number;
  /**
   * How much of the echoes is in the output.
   *
   * A number from 0 to 1; 0.4 by default; may change while the node runs.
   */
  readonly wet?: number;
  /**
   * How much of the input is in the output.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly dry?: number;
  /**
   * The longest delay that a live change may set.
   *
   * A number from 0.1 to 10000 ms; 2000 by default.
   */
  readonly maxDelayMs?: number;
  /**
   * Longest tail.
   *
   * A number from 0 to 120 s; 20 by default.
   */
  readonly maxTailSeconds?: number;
}

/** A `echo` in a graph. */
export type EchoHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Repeats audio.
 *
 * **Purpose.** Adds what came a while before, and with feedback what came before that, ever quieter. Every channel
 * repeats itself; the delay is a whole number of samples. Live changes glide over one block, that of the delay from one
 * place in the past to the other. The tail follows the end of the stream until it is 60 dB quieter, at most
 * `maxTailSeconds`. Samples that are not finite are not repeated; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream.
 *
 * **Outputs.** `audioOut`: the blocks that came in, each with its times, then the tail.
 *
 * **Config.** `delayMs`, `feedback`, `wet`, `dry` (all live), `maxDelayMs`, `maxTailSeconds`.
 *
 * **Example.**
 * ```json
 * { "canyon": { "type": "echo", "config": { "delayMs": 350, "feedback": 0.4 } } }
 * ```
 */
export const echo: NodeType<EchoConfig, EchoHandle> = defineNodeType<EchoConfig, EchoHandle>({
  descriptor: {
    type: "echo",
    className: "Echo",
    source: "processors/audio/echo.ts:60",
    description: "Repeats audio.",
    doc:
      'Repeats audio.\n\n**Purpose.** Adds what came a while before, and with feedback what came before that, ever quieter. Every channel\nrepeats itself; the delay is a whole number of samples. Live changes glide over one block, that of the delay from one\nplace in the past to the other. The tail follows the end of the stream until it is 60 dB quieter, at most\n`maxTailSeconds`. Samples that are not finite are not repeated; the figure `notFinite` counts them.\n\n**Inputs.** `audioIn`: the rate and number of channels may not change within a stream.\n\n**Outputs.** `audioOut`: the blocks that came in, each with its times, then the tail.\n\n**Config.** `delayMs`, `feedback`, `wet`, `dry` (all live), `maxDelayMs`, `maxTailSeconds`.\n\n**Example.**\n```json\n{ "canyon": { "type": "echo", "config": { "delayMs": 350, "feedback": 0.4 } } }\n```',
    category: "audio",
    tags: ["audio", "effect", "delay", "repeat"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        delayMs: {
          type: "number",
          description: "Time from a sound to its first echo, rounded to samples, at most `maxDelayMs`.",
          minimum: 0.1,
          maximum: 10000,
          "x-unit": "ms",
          default: 300,
          "x-live": true,
        },
        feedback: {
          type: "number",
          description: "How loud an echo is beside the one before it.",
          minimum: 0,
          maximum: 0.95,
          default: 0.35,
          "x-live": true,
        },
        wet: {
          type: "number",
          description: "How much of the echoes is in the output.",
          minimum: 0,
          maximum: 1,
          default: 0.4,
          "x-live": true,
        },
        dry: {
          type: "number",
          description: "How much of the input is in the output.",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
        },
        maxDelayMs: {
          type: "number",
          description: "The longest delay that a live change may set.",
          minimum: 0.1,
          maximum: 10000,
          "x-unit": "ms",
          default: 2000,
        },
        maxTailSeconds: {
          type: "number",
          description: "Longest tail.",
          minimum: 0,
          maximum: 120,
          "x-unit": "s",
          default: 20,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["notFinite"],
  },
  load: async () => {
    const Echo = processorClass("echo", "processors/audio/echo.ts", await import("./processors/audio/echo.ts"), "Echo");
    return () => {
      const processor = new Echo();
      return {
        processor,
        ports: new EchoPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.delayMs !== undefined) processor.delayMs = values.delayMs as typeof processor.delayMs;
          if (values.feedback !== undefined) processor.feedback = values.feedback as typeof processor.feedback;
          if (values.wet !== undefined) processor.wet = values.wet as typeof processor.wet;
          if (values.dry !== undefined) processor.dry = values.dry as typeof processor.dry;
          if (values.maxDelayMs !== undefined) processor.maxDelayMs = values.maxDelayMs as typeof processor.maxDelayMs;
          if (values.maxTailSeconds !== undefined) {
            processor.maxTailSeconds = values.maxTailSeconds as typeof processor.maxTailSeconds;
          }
        },
      };
    };
  },
});

/** The ports of `equaliser`. */
export class EqualiserPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `equaliser`. */
export interface EqualiserConfig {
  /**
   * The bands, in the order of filtering.
   *
   * A list of at most 32 values, each an object with "type", "frequencyHz", "gainDb" and "q"; [] by default; may change while the node runs.
   */
  readonly bands?: readonly ({
    /** Its effect: raise or lower around a frequency, or below or above it; let pass; take out. */
    readonly type: "peak" | "low-shelf" | "high-shelf" | "low-pass" | "high-pass" | "notch";
    /** Centre of a peak or notch, middle of a shelf's slope, or corner. */
    readonly frequencyHz: number;
    /** Gain of peaks and shelves; the others have none. */
    readonly gainDb?: number;
    /** Centre frequency over bandwidth; 0.7071 gives passes and shelves no overshoot. */
    readonly q?: number;
  })[];
}

/** A `equaliser` in a graph. */
export type EqualiserHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Shapes the spectrum of audio.
 *
 * **Purpose.** Filters every channel by bands, one after the other: peaks, shelves, high and low passes, notches, each a
 * section of second order. A live change glides over one block, from what the old bands make of it to what the new ones
 * do. Without bands blocks pass untouched. A sample that is not finite silences the rest of its block; the figure
 * `notFinite` counts it.
 *
 * **Inputs.** `audioIn`: any rate and number of channels; where one changes, the filters begin anew.
 *
 * **Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.
 *
 * **Config.** `bands` (live).
 *
 * **Example.**
 * ```json
 * { "voice": { "type": "equaliser", "config": { "bands": [
 *   { "type": "high-pass", "frequencyHz": 80 }, { "type": "peak", "frequencyHz": 3000, "gainDb": 4, "q": 1 }
 * ] } } }
 * ```
 */
export const equaliser: NodeType<EqualiserConfig, EqualiserHandle> = defineNodeType<EqualiserConfig, EqualiserHandle>({
  descriptor: {
    type: "equaliser",
    className: "Equaliser",
    source: "processors/audio/equaliser.ts:41",
    description: "Shapes the spectrum of audio.",
    doc:
      'Shapes the spectrum of audio.\n\n**Purpose.** Filters every channel by bands, one after the other: peaks, shelves, high and low passes, notches, each a\nsection of second order. A live change glides over one block, from what the old bands make of it to what the new ones\ndo. Without bands blocks pass untouched. A sample that is not finite silences the rest of its block; the figure\n`notFinite` counts it.\n\n**Inputs.** `audioIn`: any rate and number of channels; where one changes, the filters begin anew.\n\n**Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.\n\n**Config.** `bands` (live).\n\n**Example.**\n```json\n{ "voice": { "type": "equaliser", "config": { "bands": [\n  { "type": "high-pass", "frequencyHz": 80 }, { "type": "peak", "frequencyHz": 3000, "gainDb": 4, "q": 1 }\n] } } }\n```',
    category: "audio",
    tags: ["audio", "equalizer", "filter", "eq", "tone", "bass", "treble", "biquad"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        bands: {
          type: "array",
          items: {
            type: "object",
            properties: {
              type: {
                enum: ["peak", "low-shelf", "high-shelf", "low-pass", "high-pass", "notch"],
                description: "Its effect: raise or lower around a frequency, or below or above it; let pass; take out.",
              },
              frequencyHz: {
                type: "number",
                description: "Centre of a peak or notch, middle of a shelf's slope, or corner.",
                minimum: 10,
                maximum: 96000,
                "x-unit": "Hz",
              },
              gainDb: {
                type: "number",
                description: "Gain of peaks and shelves; the others have none.",
                minimum: -36,
                maximum: 36,
                "x-unit": "dB",
              },
              q: {
                type: "number",
                description: "Centre frequency over bandwidth; 0.7071 gives passes and shelves no overshoot.",
                minimum: 0.1,
                maximum: 100,
              },
            },
            required: ["type", "frequencyHz"],
            additionalProperties: false,
          },
          description: "The bands, in the order of filtering.",
          maxItems: 32,
          default: [],
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["notFinite"],
  },
  load: async () => {
    const Equaliser = processorClass(
      "equaliser",
      "processors/audio/equaliser.ts",
      await import("./processors/audio/equaliser.ts"),
      "Equaliser",
    );
    return () => {
      const processor = new Equaliser();
      return {
        processor,
        ports: new EqualiserPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.bands !== undefined) processor.bands = values.bands as typeof processor.bands;
        },
      };
    };
  },
});

/** The ports of `fade`. */
export class FadePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `fade`. */
export interface FadeConfig {
  /**
   * How long it rises at the start, and when it is no longer muted.
   *
   * A number from 0 to 600 s; 0 by default.
   */
  readonly inSeconds?: number;
  /**
   * How long it falls at the end, and when it is muted.
   *
   * A number from 0 to 600 s; 0 by default.
   */
  readonly outSeconds?: number;
  /**
   * When the fall begins, from the first block on; by default never.
   *
   * A number of at least 0 s.
   */
  readonly outAtSeconds?: number;
  /**
   * How it rises and falls: in a line, or so that two which cross keep their power.
   *
   * One of "linear", "equal-power"; "linear" by default.
   */
  readonly curve?: "linear" | "equal-power";
  /**
   * Falls to silence while it is set, and rises again afterwards.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly muted?: boolean;
}

/** A `fade` in a graph. */
export type FadeHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Fades audio in and out.
 *
 * **Purpose.** Rises from silence at the start, falls to silence at a time, and does both on command. Times are those of
 * the media, from the first block on, to the sample. Behind the fade at the end everything is silent. Where nothing
 * fades, blocks pass untouched. Two of them in front of a `mixer`, the one that falls and the one that rises at the same
 * time, make a cross-fade: of equal power for different music, linear for the same.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times.
 *
 * **Config.** `inSeconds`, `outSeconds`, `outAtSeconds`, `curve`, `muted` (live).
 *
 * **Example.**
 * ```json
 * { "jingle": { "type": "fade", "config": { "inSeconds": 0.5, "outSeconds": 2, "outAtSeconds": 8 } } }
 * ```
 */
export const fade: NodeType<FadeConfig, FadeHandle> = defineNodeType<FadeConfig, FadeHandle>({
  descriptor: {
    type: "fade",
    className: "Fade",
    source: "processors/audio/fade.ts:32",
    description: "Fades audio in and out.",
    doc:
      'Fades audio in and out.\n\n**Purpose.** Rises from silence at the start, falls to silence at a time, and does both on command. Times are those of\nthe media, from the first block on, to the sample. Behind the fade at the end everything is silent. Where nothing\nfades, blocks pass untouched. Two of them in front of a `mixer`, the one that falls and the one that rises at the same\ntime, make a cross-fade: of equal power for different music, linear for the same.\n\n**Inputs.** `audioIn`: any rate and number of channels.\n\n**Outputs.** `audioOut`: the same, with the same times.\n\n**Config.** `inSeconds`, `outSeconds`, `outAtSeconds`, `curve`, `muted` (live).\n\n**Example.**\n```json\n{ "jingle": { "type": "fade", "config": { "inSeconds": 0.5, "outSeconds": 2, "outAtSeconds": 8 } } }\n```',
    category: "audio",
    tags: ["audio", "fade", "cross-fade", "mute", "level"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        inSeconds: {
          type: "number",
          description: "How long it rises at the start, and when it is no longer muted.",
          minimum: 0,
          maximum: 600,
          "x-unit": "s",
          default: 0,
        },
        outSeconds: {
          type: "number",
          description: "How long it falls at the end, and when it is muted.",
          minimum: 0,
          maximum: 600,
          "x-unit": "s",
          default: 0,
        },
        outAtSeconds: {
          type: "number",
          description: "When the fall begins, from the first block on; by default never.",
          minimum: 0,
          "x-unit": "s",
        },
        curve: {
          enum: ["linear", "equal-power"],
          description: "How it rises and falls: in a line, or so that two which cross keep their power.",
          default: "linear",
        },
        muted: {
          type: "boolean",
          description: "Falls to silence while it is set, and rises again afterwards.",
          default: false,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Fade = processorClass("fade", "processors/audio/fade.ts", await import("./processors/audio/fade.ts"), "Fade");
    return () => {
      const processor = new Fade();
      return {
        processor,
        ports: new FadePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.inSeconds !== undefined) processor.inSeconds = values.inSeconds as typeof processor.inSeconds;
          if (values.outSeconds !== undefined) processor.outSeconds = values.outSeconds as typeof processor.outSeconds;
          if (values.outAtSeconds !== undefined) {
            processor.outAtSeconds = values.outAtSeconds as typeof processor.outAtSeconds;
          }
          if (values.curve !== undefined) processor.curve = values.curve as typeof processor.curve;
          if (values.muted !== undefined) processor.muted = values.muted as typeof processor.muted;
        },
      };
    };
  },
});

/** The ports of `ffmpeg-sink`. */
export class FfmpegSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<VideoFrame>[]; audio: StreamInput<AudioFrame>[] };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<VideoFrame>[]; audio: StreamInput<AudioFrame>[] }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly video: readonly StreamInput<VideoFrame>[]; readonly audio: readonly StreamInput<AudioFrame>[] } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.video) visitor.input(port.name, port);
    for (const port of this.#processor.audio) visitor.input(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.inputs("video") as StreamInput<VideoFrame>[];
    this.#processor.audio = wiring.inputs("audio") as StreamInput<AudioFrame>[];
  }
}

/** The configuration of `ffmpeg-sink`. */
export interface FfmpegSinkConfig {
  /**
   * File to write; a relative path starts at the working directory. The directory must exist.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The container, as ffmpeg names it: `mpegts`; by default that of the extension.
   *
   * A string matching /^[a-z0-9_]*$/; "" by default.
   */
  readonly format?: string;
  /**
   * Options of ffmpeg for the file, each word by itself: `["-c:a", "libmp3lame", "-b:a", "192k"]`.
   *
   * A list of at most 64 values, each a string; [] by default.
   */
  readonly options?: readonly string[];
  /**
   * The levels of the pictures: luma from 16 to 235, or from 0 to 255.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
  /**
   * True: a track without a frame fails the node, which leaves `NAME.partial`; false: it is left out.
   *
   * True or false; false by default.
   */
  readonly needsAllTracks?: boolean;
  /**
   * True: a second run of the process replaces the recording of the first, instead of writing a file beside it.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `ffmpeg-sink` in a graph. */
export type FfmpegSinkHandle = NodeHandle<
  { video: DynamicPort<VideoFrame>; audio: DynamicPort<AudioFrame> },
  Record<never, never>
>;

/**
 * Writes whatever ffmpeg writes.
 *
 * **Purpose.** Starts `ffmpeg`, which has to be on the `PATH`, and hands it raw pictures and samples with their times,
 * which it encodes and puts in one file: AAC, MP3, HEVC, VP9, AV1, Vorbis, AC-3, ALAC; AVI, FLV, GIF, MPEG-TS. It is
 * recorded as `NAME.partial`, and becomes `NAME` when ffmpeg has ended without a fault. An aborted run leaves an older
 * `NAME` unchanged. Messages of ffmpeg go to the node's log. Deno needs the permission to run it
 * (`--allow-run=ffmpeg`). A format that a `media-sink` writes takes no other program.
 *
 * **Inputs.** `video_0`, …: pictures of pixel format `i420`. `audio_0`, …: samples. At least one of them; a stream that
 * comes after the file began is left out of it.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `format`, `options`, `range`, `needsAllTracks`, `overwrite`.
 *
 * **Example.**
 * ```json
 * { "rec": { "type": "ffmpeg-sink", "config": { "path": "talk.webm", "options": ["-c:v", "libvpx-vp9", "-b:v", "1M"] } } }
 * ```
 */
export const ffmpegSink: NodeType<FfmpegSinkConfig, FfmpegSinkHandle> = defineNodeType<
  FfmpegSinkConfig,
  FfmpegSinkHandle
>({
  descriptor: {
    type: "ffmpeg-sink",
    className: "FfmpegSink",
    source: "processors/media/ffmpeg_sink.ts:74",
    description: "Writes whatever ffmpeg writes.",
    doc:
      'Writes whatever ffmpeg writes.\n\n**Purpose.** Starts `ffmpeg`, which has to be on the `PATH`, and hands it raw pictures and samples with their times,\nwhich it encodes and puts in one file: AAC, MP3, HEVC, VP9, AV1, Vorbis, AC-3, ALAC; AVI, FLV, GIF, MPEG-TS. It is\nrecorded as `NAME.partial`, and becomes `NAME` when ffmpeg has ended without a fault. An aborted run leaves an older\n`NAME` unchanged. Messages of ffmpeg go to the node\'s log. Deno needs the permission to run it\n(`--allow-run=ffmpeg`). A format that a `media-sink` writes takes no other program.\n\n**Inputs.** `video_0`, …: pictures of pixel format `i420`. `audio_0`, …: samples. At least one of them; a stream that\ncomes after the file began is left out of it.\n\n**Outputs.** None.\n\n**Config.** `path`, `format`, `options`, `range`, `needsAllTracks`, `overwrite`.\n\n**Example.**\n```json\n{ "rec": { "type": "ffmpeg-sink", "config": { "path": "talk.webm", "options": ["-c:v", "libvpx-vp9", "-b:v", "1M"] } } }\n```',
    category: "media",
    tags: [
      "file",
      "video",
      "audio",
      "write",
      "encode",
      "ffmpeg",
      "aac",
      "mp3",
      "hevc",
      "vp9",
      "av1",
      "avi",
      "gif",
      "mpeg-ts",
    ],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    records: true,
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      accepts: { pixelFormat: "i420" },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Samples.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File to write; a relative path starts at the working directory. The directory must exist.",
          minLength: 1,
          "x-reaches": "path",
        },
        format: {
          type: "string",
          description: "The container, as ffmpeg names it: `mpegts`; by default that of the extension.",
          pattern: "^[a-z0-9_]*$",
          default: "",
        },
        options: {
          type: "array",
          items: { type: "string", "x-reaches": "command" },
          description: 'Options of ffmpeg for the file, each word by itself: `["-c:a", "libmp3lame", "-b:a", "192k"]`.',
          maxItems: 64,
          default: [],
        },
        range: {
          enum: ["limited", "full"],
          description: "The levels of the pictures: luma from 16 to 235, or from 0 to 255.",
          default: "limited",
        },
        needsAllTracks: {
          type: "boolean",
          description:
            "True: a track without a frame fails the node, which leaves `NAME.partial`; false: it is left out.",
          default: false,
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the recording of the first, instead of writing a file beside it.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const FfmpegSink = processorClass(
      "ffmpeg-sink",
      "processors/media/ffmpeg_sink.ts",
      await import("./processors/media/ffmpeg_sink.ts"),
      "FfmpegSink",
    );
    return () => {
      const processor = new FfmpegSink();
      return {
        processor,
        ports: new FfmpegSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.options !== undefined) processor.options = values.options as typeof processor.options;
          if (values.range !== undefined) processor.range = values.range as typeof processor.range;
          if (values.needsAllTracks !== undefined) {
            processor.needsAllTracks = values.needsAllTracks as typeof processor.needsAllTracks;
          }
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
  portsOf: ffmpegSinkPorts,
});

/** The ports of `ffmpeg-source`. */
export class FfmpegSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  readonly #processor: { video: StreamOutput<VideoFrame>[]; audio: StreamOutput<AudioFrame>[] };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<VideoFrame>[]; audio: StreamOutput<AudioFrame>[] }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): {
    readonly video: readonly StreamOutput<VideoFrame>[];
    readonly audio: readonly StreamOutput<AudioFrame>[];
  } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.video) visitor.output(port.name, port);
    for (const port of this.#processor.audio) visitor.output(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.outputs("video") as StreamOutput<VideoFrame>[];
    this.#processor.audio = wiring.outputs("audio") as StreamOutput<AudioFrame>[];
  }
}

/** The configuration of `ffmpeg-source`. */
export interface FfmpegSourceConfig {
  /**
   * File, device or address to read, as ffmpeg names it.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * Options of ffmpeg before the input, each word by itself: `["-f", "v4l2"]`.
   *
   * A list of at most 64 values, each a string; [] by default.
   */
  readonly inputOptions?: readonly string[];
  /**
   * Where it begins, from the start of the file.
   *
   * A number of at least 0 s; 0 by default.
   */
  readonly positionSeconds?: number;
  /**
   * Where it ends, from the start of the file; by default at the end of it.
   *
   * A number of at least 0 s.
   */
  readonly endSeconds?: number;
  /**
   * False: also in a live graph, frames come as fast as lossless links take them: the device of a `speaker` sets the pace.
   *
   * True or false; true by default.
   */
  readonly paced?: boolean;
}

/** A `ffmpeg-source` in a graph. */
export type FfmpegSourceHandle = NodeHandle<
  Record<never, never>,
  { video: DynamicPort<VideoFrame>; audio: DynamicPort<AudioFrame> }
>;

/**
 * Reads whatever ffmpeg reads.
 *
 * **Purpose.** Starts `ffmpeg`, which has to be on the `PATH`, and gives the streams of a file, a device or an address as
 * raw pictures and samples, with their times: HEVC, VP9, AV1, AC-3, ALAC and WMA; AVI, FLV and GIF; RTSP. Pictures are
 * turned as the file says, deinterlaced where it says that they are interlaced, and of 8 bits in 4:2:0. Frames of all
 * streams come in the order of time: offline as fast as the graph takes them, in a live graph at the pace of the media,
 * unless `paced` is false.
 * Streams that nothing is linked to are not decoded. Faults that ffmpeg finds in a damaged file are counted, and told
 * with the first of them at the end; so is a file that is cut off. It is ended with the graph. A file may name no others but files, as playlists do. Deno needs the permission to run it
 * (`--allow-run=ffmpeg,ffprobe`). A file that a `media-source` reads takes no other program.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video_0`, …: `i420` of the first stream of pictures, and so on; `audio_0`, …: those of sound. An event
 * `tracks` says what there is.
 *
 * **Config.** `path`, `inputOptions`, `positionSeconds`, `endSeconds`, `paced`.
 *
 * **Example.**
 * ```json
 * { "clip": { "type": "ffmpeg-source", "config": { "path": "holiday.avi" } } }
 * ```
 */
export const ffmpegSource: NodeType<FfmpegSourceConfig, FfmpegSourceHandle> = defineNodeType<
  FfmpegSourceConfig,
  FfmpegSourceHandle
>({
  descriptor: {
    type: "ffmpeg-source",
    className: "FfmpegSource",
    source: "processors/media/ffmpeg_source.ts:53",
    description: "Reads whatever ffmpeg reads.",
    doc:
      'Reads whatever ffmpeg reads.\n\n**Purpose.** Starts `ffmpeg`, which has to be on the `PATH`, and gives the streams of a file, a device or an address as\nraw pictures and samples, with their times: HEVC, VP9, AV1, AC-3, ALAC and WMA; AVI, FLV and GIF; RTSP. Pictures are\nturned as the file says, deinterlaced where it says that they are interlaced, and of 8 bits in 4:2:0. Frames of all\nstreams come in the order of time: offline as fast as the graph takes them, in a live graph at the pace of the media,\nunless `paced` is false.\nStreams that nothing is linked to are not decoded. Faults that ffmpeg finds in a damaged file are counted, and told\nwith the first of them at the end; so is a file that is cut off. It is ended with the graph. A file may name no others but files, as playlists do. Deno needs the permission to run it\n(`--allow-run=ffmpeg,ffprobe`). A file that a `media-source` reads takes no other program.\n\n**Inputs.** None.\n\n**Outputs.** `video_0`, …: `i420` of the first stream of pictures, and so on; `audio_0`, …: those of sound. An event\n`tracks` says what there is.\n\n**Config.** `path`, `inputOptions`, `positionSeconds`, `endSeconds`, `paced`.\n\n**Example.**\n```json\n{ "clip": { "type": "ffmpeg-source", "config": { "path": "holiday.avi" } } }\n```',
    category: "media",
    tags: ["file", "video", "audio", "read", "decode", "ffmpeg", "hevc", "vp9", "av1", "ac3", "avi", "flv", "rtsp"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Samples.",
    }],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File, device or address to read, as ffmpeg names it.",
          minLength: 1,
          "x-reaches": "path",
        },
        inputOptions: {
          type: "array",
          items: { type: "string", "x-reaches": "command" },
          description: 'Options of ffmpeg before the input, each word by itself: `["-f", "v4l2"]`.',
          maxItems: 64,
          default: [],
        },
        positionSeconds: {
          type: "number",
          description: "Where it begins, from the start of the file.",
          minimum: 0,
          "x-unit": "s",
          default: 0,
        },
        endSeconds: {
          type: "number",
          description: "Where it ends, from the start of the file; by default at the end of it.",
          minimum: 0,
          "x-unit": "s",
        },
        paced: {
          type: "boolean",
          description:
            "False: also in a live graph, frames come as fast as lossless links take them: the device of a `speaker` sets the pace.",
          default: true,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
    commands: {
      seek: {
        description:
          "Goes to a place in the file, for which ffmpeg is started again. What is before the place is not played, times go on rising, and the next frame is flagged as a discontinuity. Beyond the end, the file is over.",
        args: {
          type: "object",
          properties: {
            seconds: {
              type: "number",
              description: "The place, from the start of the file.",
              minimum: 0,
              "x-unit": "s",
            },
          },
          required: ["seconds"],
          additionalProperties: false,
        },
      },
    },
  },
  load: async () => {
    const FfmpegSource = processorClass(
      "ffmpeg-source",
      "processors/media/ffmpeg_source.ts",
      await import("./processors/media/ffmpeg_source.ts"),
      "FfmpegSource",
    );
    return () => {
      const processor = new FfmpegSource();
      return {
        processor,
        ports: new FfmpegSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.inputOptions !== undefined) {
            processor.inputOptions = values.inputOptions as typeof processor.inputOptions;
          }
          if (values.positionSeconds !== undefined) {
            processor.positionSeconds = values.positionSeconds as typeof processor.positionSeconds;
          }
          if (values.endSeconds !== undefined) processor.endSeconds = values.endSeconds as typeof processor.endSeconds;
          if (values.paced !== undefined) processor.paced = values.paced as typeof processor.paced;
        },
      };
    };
  },
  portsOf: ffmpegSourcePorts,
});

/** The ports of `gain`. */
export class GainPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `gain`. */
export interface GainConfig {
  /**
   * Gain; -6.0206 halves.
   *
   * A number from -120 to 24 dB; 0 by default; may change while the node runs.
   */
  readonly gainDb?: number;
}

/** A `gain` in a graph. */
export type GainHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Makes audio louder or quieter.
 *
 * **Purpose.** Multiplies every sample by one factor. A live change glides over one block, so that it does not click.
 * At 0 dB blocks pass untouched; otherwise they are changed in place, unless another node reads them too.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.
 *
 * **Config.** `gainDb` (live).
 *
 * **Example.**
 * ```json
 * { "louder": { "type": "gain", "config": { "gainDb": 6 } } }
 * ```
 */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "processors/audio/gain.ts:31",
    description: "Makes audio louder or quieter.",
    doc:
      'Makes audio louder or quieter.\n\n**Purpose.** Multiplies every sample by one factor. A live change glides over one block, so that it does not click.\nAt 0 dB blocks pass untouched; otherwise they are changed in place, unless another node reads them too.\n\n**Inputs.** `audioIn`: any rate and number of channels.\n\n**Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.\n\n**Config.** `gainDb` (live).\n\n**Example.**\n```json\n{ "louder": { "type": "gain", "config": { "gainDb": 6 } } }\n```',
    category: "audio",
    tags: ["audio", "volume", "level", "amplify"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        gainDb: {
          type: "number",
          description: "Gain; -6.0206 halves.",
          minimum: -120,
          maximum: 24,
          "x-unit": "dB",
          default: 0,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Gain = processorClass("gain", "processors/audio/gain.ts", await import("./processors/audio/gain.ts"), "Gain");
    return () => {
      const processor = new Gain();
      return {
        processor,
        ports: new GainPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.gainDb !== undefined) processor.gainDb = values.gainDb as typeof processor.gainDb;
        },
      };
    };
  },
});

/** The ports of `hls-sink`. */
export class HlsSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<EncodedFrame>[]; audio: StreamInput<EncodedFrame>[] };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<EncodedFrame>[]; audio: StreamInput<EncodedFrame>[] }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly video: readonly StreamInput<EncodedFrame>[];
    readonly audio: readonly StreamInput<EncodedFrame>[];
  } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.video) visitor.input(port.name, port);
    for (const port of this.#processor.audio) visitor.input(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.inputs("video") as StreamInput<EncodedFrame>[];
    this.#processor.audio = wiring.inputs("audio") as StreamInput<EncodedFrame>[];
  }
}

/** The configuration of `hls-sink`. */
export interface HlsSinkConfig {
  /**
   * The list that players open, `NAME.m3u8`; a relative path starts at the working directory. The directory must exist. Other files lie beside it, and begin with `NAME-`.
   *
   * A string matching /\.m3u8$/.
   */
  readonly path: string;
  /**
   * `live`: lists name the newest segments; `event`: lists grow; `vod`: lists are written at the end.
   *
   * One of "live", "event", "vod"; "live" by default.
   */
  readonly kind?: "live" | "event" | "vod";
  /**
   * How long a segment lasts at least; it ends at the next key frame.
   *
   * A number from 0.5 to 60 s; 2 by default.
   */
  readonly segmentSeconds?: number;
  /**
   * How many segments a live list names; as many more stay in the folder for a while.
   *
   * A whole number from 3 to 1000; 6 by default.
   */
  readonly windowSegments?: number;
  /**
   * True: a second run of the process replaces the list of the first; that of a `live` list always does.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `hls-sink` in a graph. */
export type HlsSinkHandle = NodeHandle<
  { video: DynamicPort<EncodedFrame>; audio: DynamicPort<EncodedFrame> },
  Record<never, never>
>;

/**
 * Writes a stream for players of HLS.
 *
 * **Purpose.** Writes encoded pictures and sound, as they are, into a folder that any HTTP server can serve: segments of
 * CMAF, a list of them for each input, and at `path` the list of these lists. A segment begins with the first key frame
 * after `segmentSeconds`; it is whole before a list names it. A `live` list names the newest segments, an `event` list
 * grows, a `vod` list is written at the end. Several inputs of pictures are renditions of one stream, among which players
 * choose. A discontinuity of the first pictures, and a change of any encoder's parameters, become a discontinuity of all
 * lists.
 *
 * **Inputs.** `video_0`, …: H.264. `audio_0`, …: AAC or Opus. At least one of them.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `kind`, `segmentSeconds`, `windowSegments`, `overwrite`. Figures: `segments`, `bytes`,
 * `durationSeconds`, `lateFrames`, `breaks`.
 *
 * **Example.**
 * ```json
 * { "live": { "type": "hls-sink", "config": { "path": "www/live.m3u8" } } }
 * ```
 */
export const hlsSink: NodeType<HlsSinkConfig, HlsSinkHandle> = defineNodeType<HlsSinkConfig, HlsSinkHandle>({
  descriptor: {
    type: "hls-sink",
    className: "HlsSink",
    source: "processors/live/hls_sink.ts:55",
    description: "Writes a stream for players of HLS.",
    doc:
      'Writes a stream for players of HLS.\n\n**Purpose.** Writes encoded pictures and sound, as they are, into a folder that any HTTP server can serve: segments of\nCMAF, a list of them for each input, and at `path` the list of these lists. A segment begins with the first key frame\nafter `segmentSeconds`; it is whole before a list names it. A `live` list names the newest segments, an `event` list\ngrows, a `vod` list is written at the end. Several inputs of pictures are renditions of one stream, among which players\nchoose. A discontinuity of the first pictures, and a change of any encoder\'s parameters, become a discontinuity of all\nlists.\n\n**Inputs.** `video_0`, …: H.264. `audio_0`, …: AAC or Opus. At least one of them.\n\n**Outputs.** None.\n\n**Config.** `path`, `kind`, `segmentSeconds`, `windowSegments`, `overwrite`. Figures: `segments`, `bytes`,\n`durationSeconds`, `lateFrames`, `breaks`.\n\n**Example.**\n```json\n{ "live": { "type": "hls-sink", "config": { "path": "www/live.m3u8" } } }\n```',
    category: "live",
    tags: ["hls", "m3u8", "cmaf", "live", "stream", "segments", "playlist", "write", "mux"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      accepts: { codec: ["h264"] },
      burst: 1,
      doc: "Encoded pictures; each input is a rendition.",
    }, {
      name: "audio",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      accepts: { codec: ["opus", "aac"] },
      burst: 1,
      doc: "Encoded sound; each input is a track that players can choose.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description:
            "The list that players open, `NAME.m3u8`; a relative path starts at the working directory. The directory must exist. Other files lie beside it, and begin with `NAME-`.",
          pattern: "\\.m3u8$",
          "x-reaches": "path",
        },
        kind: {
          enum: ["live", "event", "vod"],
          description:
            "`live`: lists name the newest segments; `event`: lists grow; `vod`: lists are written at the end.",
          default: "live",
        },
        segmentSeconds: {
          type: "number",
          description: "How long a segment lasts at least; it ends at the next key frame.",
          minimum: 0.5,
          maximum: 60,
          "x-unit": "s",
          default: 2,
        },
        windowSegments: {
          type: "integer",
          description: "How many segments a live list names; as many more stay in the folder for a while.",
          minimum: 3,
          maximum: 1000,
          default: 6,
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the list of the first; that of a `live` list always does.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
    figures: ["segments", "bytes", "durationSeconds", "lateFrames", "breaks"],
  },
  load: async () => {
    const HlsSink = processorClass(
      "hls-sink",
      "processors/live/hls_sink.ts",
      await import("./processors/live/hls_sink.ts"),
      "HlsSink",
    );
    return () => {
      const processor = new HlsSink();
      return {
        processor,
        ports: new HlsSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.kind !== undefined) processor.kind = values.kind as typeof processor.kind;
          if (values.segmentSeconds !== undefined) {
            processor.segmentSeconds = values.segmentSeconds as typeof processor.segmentSeconds;
          }
          if (values.windowSegments !== undefined) {
            processor.windowSegments = values.windowSegments as typeof processor.windowSegments;
          }
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
  portsOf: hlsSinkPorts,
});

/** The ports of `hls-source`. */
export class HlsSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  readonly #processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly video: StreamOutput<EncodedFrame>; readonly audio: StreamOutput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("video", this.#processor.video);
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.output("video") as StreamOutput<EncodedFrame>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `hls-source`. */
export interface HlsSourceConfig {
  /**
   * The address of the playlist.
   *
   * A string matching /^https?://[^/?#]+/.
   */
  readonly url?: string;
  /**
   * The playlist in a folder with its segments; a relative path starts at the working directory.
   *
   * A non-empty string.
   */
  readonly path?: string;
  /**
   * Sent along with each request to the playlist's host, such as `"Authorization": "Bearer ${env:TOKEN}"`.
   *
   * An object; {} by default.
   */
  readonly headers?: { readonly [key: string]: string };
  /**
   * The highest bit rate of a variant that is taken; by default any.
   *
   * A number of at least 1 bit/s.
   */
  readonly maxBitRate?: number;
  /**
   * How long the server may take to answer.
   *
   * A number of at most 3600 and above 0 s; 5 by default.
   */
  readonly timeoutSeconds?: number;
  /**
   * True: a stream that goes on is played from the first segment that its playlist names.
   *
   * True or false; false by default.
   */
  readonly fromStart?: boolean;
}

/** A `hls-source` in a graph. */
export type HlsSourceHandle = NodeHandle<Record<never, never>, { video: EncodedFrame; audio: EncodedFrame }>;

/**
 * Reads a stream of HLS.
 *
 * **Purpose.** Reads a playlist and its segments, of MP4 or MPEG-TS, live or recorded, and gives what is encoded in them as
 * it is. Of several variants it takes the one with the highest bit rate up to `maxBitRate`. In a live graph frames come at
 * the pace of the media; a stream that goes on is begun three segments before its end, and whatever is wrong with the
 * other side is told, and tried again. Offline, the first fault ends the graph. Frames behind a discontinuity of the
 * playlist, or behind a segment that was lost, are flagged; times rise all the same.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: encoded pictures. `audio`: encoded sound.
 *
 * **Config.** One of `url` and `path`; `headers`, `maxBitRate`, `timeoutSeconds`, `fromStart`. Figures: `frames`, `playedSeconds`,
 * `lostSegments`, `breaks`, `retries`.
 *
 * **Example.**
 * ```json
 * { "news": { "type": "hls-source", "config": { "url": "https://example.com/live.m3u8" } } }
 * ```
 */
export const hlsSource: NodeType<HlsSourceConfig, HlsSourceHandle> = defineNodeType<HlsSourceConfig, HlsSourceHandle>({
  descriptor: {
    type: "hls-source",
    className: "HlsSource",
    source: "processors/live/hls_source.ts:49",
    description: "Reads a stream of HLS.",
    doc:
      'Reads a stream of HLS.\n\n**Purpose.** Reads a playlist and its segments, of MP4 or MPEG-TS, live or recorded, and gives what is encoded in them as\nit is. Of several variants it takes the one with the highest bit rate up to `maxBitRate`. In a live graph frames come at\nthe pace of the media; a stream that goes on is begun three segments before its end, and whatever is wrong with the\nother side is told, and tried again. Offline, the first fault ends the graph. Frames behind a discontinuity of the\nplaylist, or behind a segment that was lost, are flagged; times rise all the same.\n\n**Inputs.** None.\n\n**Outputs.** `video`: encoded pictures. `audio`: encoded sound.\n\n**Config.** One of `url` and `path`; `headers`, `maxBitRate`, `timeoutSeconds`, `fromStart`. Figures: `frames`, `playedSeconds`,\n`lostSegments`, `breaks`, `retries`.\n\n**Example.**\n```json\n{ "news": { "type": "hls-source", "config": { "url": "https://example.com/live.m3u8" } } }\n```',
    category: "live",
    tags: ["hls", "m3u8", "network", "live", "stream", "playlist", "http", "https", "read", "demux"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264", "hevc", "vp9", "av1"] },
      burst: 1,
      doc: "Encoded pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["aac", "opus", "flac", "mp3"] },
      burst: 1,
      doc: "Encoded sound.",
    }],
    config: {
      type: "object",
      properties: {
        url: {
          type: "string",
          description: "The address of the playlist.",
          pattern: "^https?://[^/?#]+",
          "x-reaches": "url",
        },
        path: {
          type: "string",
          description: "The playlist in a folder with its segments; a relative path starts at the working directory.",
          minLength: 1,
          "x-reaches": "path",
        },
        headers: {
          type: "object",
          additionalProperties: { type: "string" },
          description:
            'Sent along with each request to the playlist\'s host, such as `"Authorization": "Bearer ${env:TOKEN}"`.',
          default: {},
        },
        maxBitRate: {
          type: "number",
          description: "The highest bit rate of a variant that is taken; by default any.",
          minimum: 1,
          "x-unit": "bit/s",
        },
        timeoutSeconds: {
          type: "number",
          description: "How long the server may take to answer.",
          exclusiveMinimum: 0,
          maximum: 3600,
          "x-unit": "s",
          default: 5,
        },
        fromStart: {
          type: "boolean",
          description: "True: a stream that goes on is played from the first segment that its playlist names.",
          default: false,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "playedSeconds", "lostSegments", "breaks", "retries"],
  },
  load: async () => {
    const HlsSource = processorClass(
      "hls-source",
      "processors/live/hls_source.ts",
      await import("./processors/live/hls_source.ts"),
      "HlsSource",
    );
    return () => {
      const processor = new HlsSource();
      return {
        processor,
        ports: new HlsSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.url !== undefined) processor.url = values.url as typeof processor.url;
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.headers !== undefined) processor.headers = values.headers as typeof processor.headers;
          if (values.maxBitRate !== undefined) processor.maxBitRate = values.maxBitRate as typeof processor.maxBitRate;
          if (values.timeoutSeconds !== undefined) {
            processor.timeoutSeconds = values.timeoutSeconds as typeof processor.timeoutSeconds;
          }
          if (values.fromStart !== undefined) processor.fromStart = values.fromStart as typeof processor.fromStart;
        },
      };
    };
  },
});

/** The ports of `http-source`. */
export class HttpSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["data", "audio"] = ["data", "audio"];
  readonly #processor: { data: StreamOutput<DataFrame<unknown>>; audio: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { data: StreamOutput<DataFrame<unknown>>; audio: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly data: StreamOutput<DataFrame<unknown>>; readonly audio: StreamOutput<AudioFrame> } {
    return { data: this.#processor.data, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("data", this.#processor.data);
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.data = wiring.output("data") as StreamOutput<DataFrame<unknown>>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `http-source`. */
export interface HttpSourceConfig {
  /**
   * The address to get.
   *
   * A string matching /^https?://[^/?#]+/.
   */
  readonly url: string;
  /**
   * Sent along with the request, such as `"Authorization": "Bearer ${env:TOKEN}"`.
   *
   * An object; {} by default.
   */
  readonly headers?: { readonly [key: string]: string };
  /**
   * The form of an answer: one value (`text`, `json`), a value for each line (`lines`, `ndjson`), bytes as they come, or interleaved samples without a header, in little-endian order.
   *
   * One of "text", "json", "lines", "ndjson", "bytes", "s16", "s24", "s32", "f32"; "bytes" by default.
   */
  readonly format?: "text" | "json" | "lines" | "ndjson" | "bytes" | "s16" | "s24" | "s32" | "f32";
  /**
   * How often to get it, from the start of one request to that of the next; by default once.
   *
   * A number from 0.01 to 86400 s.
   */
  readonly periodSeconds?: number;
  /**
   * For samples: how many a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * For samples: number of channels.
   *
   * A whole number from 1 to 8; 2 by default.
   */
  readonly channels?: number;
  /**
   * The longest value: an answer, or a line.
   *
   * A whole number from 1 to 1073741824 bytes; 16777216 by default.
   */
  readonly maxBytes?: number;
  /**
   * How long the server may take to answer.
   *
   * A number of at most 3600 and above 0 s; 10 by default.
   */
  readonly timeoutSeconds?: number;
  /**
   * An answer of which nothing comes for so long is lost.
   *
   * A number from 0.01 to 86400 s; 30 by default.
   */
  readonly silenceSeconds?: number;
  /**
   * How often in a row it tries again; by default without end in a live graph, never in an offline one.
   *
   * A whole number of at least 0.
   */
  readonly retries?: number;
  /**
   * The pause before it tries again; it doubles with each try in a row, up to 30 s.
   *
   * A number from 0.001 to 30 s; 0.5 by default.
   */
  readonly retrySeconds?: number;
}

/** A `http-source` in a graph. */
export type HttpSourceHandle = NodeHandle<Record<never, never>, { data: DataFrame<unknown>; audio: AudioFrame }>;

/**
 * Gets what a server has, over HTTP.
 *
 * **Purpose.** Gets a URL, and makes values or samples of the answer: the whole of it, its lines, or its bytes as they
 * come. With `periodSeconds` it does so again and again; without, the stream ends with the answer. In a live graph it tries
 * again whenever it fails, with growing pauses. It goes on where the answer broke off if the server gives parts; if not,
 * the answer begins anew, and its first frame is flagged as a discontinuity. A value that is not as it should be is left
 * out there, counted, and said; an offline graph fails. Nothing is read while the links are full.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `data`: values. `audio`: blocks of up to 1,024 samples, with a format of samples. Frames for an output
 * without a link are dropped.
 *
 * **Config.** `url`, `headers`, `format`, `periodSeconds`, `sampleRateHz`, `channels`, `maxBytes`, `timeoutSeconds`,
 * `silenceSeconds`, `retries`, `retrySeconds`. Figures: `received` and `refused` values or pieces, `answers`.
 *
 * **Example.**
 * ```json
 * { "weather": { "type": "http-source", "config": {
 *   "url": "https://example.com/now.json", "format": "json", "periodSeconds": 60
 * } } }
 * ```
 */
export const httpSource: NodeType<HttpSourceConfig, HttpSourceHandle> = defineNodeType<
  HttpSourceConfig,
  HttpSourceHandle
>({
  descriptor: {
    type: "http-source",
    className: "HttpSource",
    source: "processors/network/http_source.ts:63",
    description: "Gets what a server has, over HTTP.",
    doc:
      'Gets what a server has, over HTTP.\n\n**Purpose.** Gets a URL, and makes values or samples of the answer: the whole of it, its lines, or its bytes as they\ncome. With `periodSeconds` it does so again and again; without, the stream ends with the answer. In a live graph it tries\nagain whenever it fails, with growing pauses. It goes on where the answer broke off if the server gives parts; if not,\nthe answer begins anew, and its first frame is flagged as a discontinuity. A value that is not as it should be is left\nout there, counted, and said; an offline graph fails. Nothing is read while the links are full.\n\n**Inputs.** None.\n\n**Outputs.** `data`: values. `audio`: blocks of up to 1,024 samples, with a format of samples. Frames for an output\nwithout a link are dropped.\n\n**Config.** `url`, `headers`, `format`, `periodSeconds`, `sampleRateHz`, `channels`, `maxBytes`, `timeoutSeconds`,\n`silenceSeconds`, `retries`, `retrySeconds`. Figures: `received` and `refused` values or pieces, `answers`.\n\n**Example.**\n```json\n{ "weather": { "type": "http-source", "config": {\n  "url": "https://example.com/now.json", "format": "json", "periodSeconds": 60\n} } }\n```',
    category: "network",
    tags: ["http", "https", "network", "client", "fetch", "poll", "get", "url", "json", "pcm"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "data",
      direction: "output",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "Values.",
    }, {
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Samples.",
    }],
    config: {
      type: "object",
      properties: {
        url: {
          type: "string",
          description: "The address to get.",
          pattern: "^https?://[^/?#]+",
          "x-reaches": "url",
        },
        headers: {
          type: "object",
          additionalProperties: { type: "string" },
          description: 'Sent along with the request, such as `"Authorization": "Bearer ${env:TOKEN}"`.',
          default: {},
        },
        format: {
          enum: ["text", "json", "lines", "ndjson", "bytes", "s16", "s24", "s32", "f32"],
          description:
            "The form of an answer: one value (`text`, `json`), a value for each line (`lines`, `ndjson`), bytes as they come, or interleaved samples without a header, in little-endian order.",
          default: "bytes",
        },
        periodSeconds: {
          type: "number",
          description: "How often to get it, from the start of one request to that of the next; by default once.",
          minimum: 0.01,
          maximum: 86400,
          "x-unit": "s",
        },
        sampleRateHz: {
          type: "integer",
          description: "For samples: how many a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "For samples: number of channels.",
          minimum: 1,
          maximum: 8,
          default: 2,
        },
        maxBytes: {
          type: "integer",
          description: "The longest value: an answer, or a line.",
          minimum: 1,
          maximum: 1073741824,
          "x-unit": "bytes",
          default: 16777216,
        },
        timeoutSeconds: {
          type: "number",
          description: "How long the server may take to answer.",
          exclusiveMinimum: 0,
          maximum: 3600,
          "x-unit": "s",
          default: 10,
        },
        silenceSeconds: {
          type: "number",
          description: "An answer of which nothing comes for so long is lost.",
          minimum: 0.01,
          maximum: 86400,
          "x-unit": "s",
          default: 30,
        },
        retries: {
          type: "integer",
          description:
            "How often in a row it tries again; by default without end in a live graph, never in an offline one.",
          minimum: 0,
        },
        retrySeconds: {
          type: "number",
          description: "The pause before it tries again; it doubles with each try in a row, up to 30 s.",
          minimum: 0.001,
          maximum: 30,
          "x-unit": "s",
          default: 0.5,
        },
      },
      required: ["url"],
      additionalProperties: false,
    },
    figures: ["received", "refused", "answers"],
  },
  load: async () => {
    const HttpSource = processorClass(
      "http-source",
      "processors/network/http_source.ts",
      await import("./processors/network/http_source.ts"),
      "HttpSource",
    );
    return () => {
      const processor = new HttpSource();
      return {
        processor,
        ports: new HttpSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.url !== undefined) processor.url = values.url as typeof processor.url;
          if (values.headers !== undefined) processor.headers = values.headers as typeof processor.headers;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.periodSeconds !== undefined) {
            processor.periodSeconds = values.periodSeconds as typeof processor.periodSeconds;
          }
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.maxBytes !== undefined) processor.maxBytes = values.maxBytes as typeof processor.maxBytes;
          if (values.timeoutSeconds !== undefined) {
            processor.timeoutSeconds = values.timeoutSeconds as typeof processor.timeoutSeconds;
          }
          if (values.silenceSeconds !== undefined) {
            processor.silenceSeconds = values.silenceSeconds as typeof processor.silenceSeconds;
          }
          if (values.retries !== undefined) processor.retries = values.retries as typeof processor.retries;
          if (values.retrySeconds !== undefined) {
            processor.retrySeconds = values.retrySeconds as typeof processor.retrySeconds;
          }
        },
      };
    };
  },
  portsOf: httpSourcePorts,
});

/** The ports of `image-sink`. */
export class ImageSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "jpeg"] = ["video", "jpeg"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<VideoFrame>; jpeg: StreamInput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<VideoFrame>; jpeg: StreamInput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly video: StreamInput<VideoFrame>; readonly jpeg: StreamInput<EncodedFrame> } {
    return { video: this.#processor.video, jpeg: this.#processor.jpeg };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("video", this.#processor.video);
    visitor.input("jpeg", this.#processor.jpeg);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.input("video") as StreamInput<VideoFrame>;
    this.#processor.jpeg = wiring.input("jpeg") as StreamInput<EncodedFrame>;
  }
}

/** The configuration of `image-sink`. */
export interface ImageSinkConfig {
  /**
   * The files: `%05d` stands for a number of five digits, `%d` for one of as many as it takes. The directory must exist.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The number of the first file.
   *
   * A whole number of at least 0; 1 by default.
   */
  readonly start?: number;
  /**
   * For PNG: from fast to small.
   *
   * A whole number from 0 to 9; 3 by default.
   */
  readonly compression?: number;
  /**
   * True: a second run of the process replaces the pictures of the first, instead of counting on behind them.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `image-sink` in a graph. */
export type ImageSinkHandle = NodeHandle<{ video: VideoFrame; jpeg: EncodedFrame }, Record<never, never>>;

/**
 * Writes each picture to a file.
 *
 * **Purpose.** Makes PNG files of pictures, without loss, or writes JPEG pictures as they are. Files are numbered, or
 * where the path has no place for a number each picture takes the place of the one before. A file appears under its name
 * when it is complete.
 *
 * **Inputs.** `video`: pictures of pixel format `rgba8`, for PNG. `jpeg`: encoded pictures. One of them.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `start`, `compression`, `overwrite`.
 *
 * **Example.**
 * ```json
 * { "stills": { "type": "image-sink", "config": { "path": "out/still-%05d.png" } } }
 * ```
 */
export const imageSink: NodeType<ImageSinkConfig, ImageSinkHandle> = defineNodeType<ImageSinkConfig, ImageSinkHandle>({
  descriptor: {
    type: "image-sink",
    className: "ImageSink",
    source: "processors/media/image_sink.ts:41",
    description: "Writes each picture to a file.",
    doc:
      'Writes each picture to a file.\n\n**Purpose.** Makes PNG files of pictures, without loss, or writes JPEG pictures as they are. Files are numbered, or\nwhere the path has no place for a number each picture takes the place of the one before. A file appears under its name\nwhen it is complete.\n\n**Inputs.** `video`: pictures of pixel format `rgba8`, for PNG. `jpeg`: encoded pictures. One of them.\n\n**Outputs.** None.\n\n**Config.** `path`, `start`, `compression`, `overwrite`.\n\n**Example.**\n```json\n{ "stills": { "type": "image-sink", "config": { "path": "out/still-%05d.png" } } }\n```',
    category: "media",
    tags: ["file", "video", "png", "jpeg", "picture", "still", "write"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    records: true,
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: "rgba8" },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "jpeg",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: "jpeg" },
      burst: 1,
      doc: "Encoded pictures.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description:
            "The files: `%05d` stands for a number of five digits, `%d` for one of as many as it takes. The directory must exist.",
          minLength: 1,
          "x-reaches": "path",
        },
        start: {
          type: "integer",
          description: "The number of the first file.",
          minimum: 0,
          default: 1,
        },
        compression: {
          type: "integer",
          description: "For PNG: from fast to small.",
          minimum: 0,
          maximum: 9,
          default: 3,
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the pictures of the first, instead of counting on behind them.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ImageSink = processorClass(
      "image-sink",
      "processors/media/image_sink.ts",
      await import("./processors/media/image_sink.ts"),
      "ImageSink",
    );
    return () => {
      const processor = new ImageSink();
      return {
        processor,
        ports: new ImageSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.start !== undefined) processor.start = values.start as typeof processor.start;
          if (values.compression !== undefined) {
            processor.compression = values.compression as typeof processor.compression;
          }
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
  portsOf: imageSinkPorts,
});

/** The ports of `image-source`. */
export class ImageSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "jpeg"] = ["video", "jpeg"];
  readonly #processor: { video: StreamOutput<VideoFrame>; jpeg: StreamOutput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<VideoFrame>; jpeg: StreamOutput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly video: StreamOutput<VideoFrame>; readonly jpeg: StreamOutput<EncodedFrame> } {
    return { video: this.#processor.video, jpeg: this.#processor.jpeg };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("video", this.#processor.video);
    visitor.output("jpeg", this.#processor.jpeg);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.output("video") as StreamOutput<VideoFrame>;
    this.#processor.jpeg = wiring.output("jpeg") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `image-source`. */
export interface ImageSourceConfig {
  /**
   * The files: `%05d` stands for a number of five digits, `%d` for one of as many as it takes.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The number of the first file.
   *
   * A whole number of at least 0; 1 by default.
   */
  readonly start?: number;
  /**
   * Pictures a second.
   *
   * A number of at most 1000 and above 0; 25 by default.
   */
  readonly frameRate?: number;
  /**
   * How long it plays at most; a single picture is shown for as long. By default to the end.
   *
   * A number above 0 s.
   */
  readonly seconds?: number;
  /**
   * Begins again after the last one; a single picture comes again and again.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly loop?: boolean;
}

/** A `image-source` in a graph. */
export type ImageSourceHandle = NodeHandle<Record<never, never>, { video: VideoFrame; jpeg: EncodedFrame }>;

/**
 * Plays pictures from files.
 *
 * **Purpose.** Reads PNG files as pictures, or JPEG files as encoded ones, one after the other at a rate, until a number
 * is missing; the log says if there are later ones. In a live graph they come at the pace of the clock, offline as fast
 * as the graph takes them.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: the pictures of PNG files, of pixel format `rgba8`. `jpeg`: those of JPEG files, encoded.
 *
 * **Config.** `path`, `start`, `frameRate`, `seconds`, `loop`.
 *
 * **Example.**
 * ```json
 * { "slides": { "type": "image-source", "config": { "path": "slides/%03d.png", "frameRate": 0.5 } } }
 * ```
 */
export const imageSource: NodeType<ImageSourceConfig, ImageSourceHandle> = defineNodeType<
  ImageSourceConfig,
  ImageSourceHandle
>({
  descriptor: {
    type: "image-source",
    className: "ImageSource",
    source: "processors/media/image_source.ts:45",
    description: "Plays pictures from files.",
    doc:
      'Plays pictures from files.\n\n**Purpose.** Reads PNG files as pictures, or JPEG files as encoded ones, one after the other at a rate, until a number\nis missing; the log says if there are later ones. In a live graph they come at the pace of the clock, offline as fast\nas the graph takes them.\n\n**Inputs.** None.\n\n**Outputs.** `video`: the pictures of PNG files, of pixel format `rgba8`. `jpeg`: those of JPEG files, encoded.\n\n**Config.** `path`, `start`, `frameRate`, `seconds`, `loop`.\n\n**Example.**\n```json\n{ "slides": { "type": "image-source", "config": { "path": "slides/%03d.png", "frameRate": 0.5 } } }\n```',
    category: "media",
    tags: ["file", "video", "png", "jpeg", "picture", "still", "slides", "read"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: "rgba8" },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "jpeg",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: "jpeg" },
      burst: 1,
      doc: "Encoded pictures.",
    }],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "The files: `%05d` stands for a number of five digits, `%d` for one of as many as it takes.",
          minLength: 1,
          "x-reaches": "path",
        },
        start: {
          type: "integer",
          description: "The number of the first file.",
          minimum: 0,
          default: 1,
        },
        frameRate: {
          type: "number",
          description: "Pictures a second.",
          exclusiveMinimum: 0,
          maximum: 1000,
          default: 25,
        },
        seconds: {
          type: "number",
          description: "How long it plays at most; a single picture is shown for as long. By default to the end.",
          exclusiveMinimum: 0,
          "x-unit": "s",
        },
        loop: {
          type: "boolean",
          description: "Begins again after the last one; a single picture comes again and again.",
          default: false,
          "x-live": true,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ImageSource = processorClass(
      "image-source",
      "processors/media/image_source.ts",
      await import("./processors/media/image_source.ts"),
      "ImageSource",
    );
    return () => {
      const processor = new ImageSource();
      return {
        processor,
        ports: new ImageSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.start !== undefined) processor.start = values.start as typeof processor.start;
          if (values.frameRate !== undefined) processor.frameRate = values.frameRate as typeof processor.frameRate;
          if (values.seconds !== undefined) processor.seconds = values.seconds as typeof processor.seconds;
          if (values.loop !== undefined) processor.loop = values.loop as typeof processor.loop;
        },
      };
    };
  },
  portsOf: imageSourcePorts,
});

/** The ports of `level-meter`. */
export class LevelMeterPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["levels", "audioOut"] = ["levels", "audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>;
    levels: StreamOutput<DataFrame<LevelReading>>;
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>;
      levels: StreamOutput<DataFrame<LevelReading>>;
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly levels: StreamOutput<DataFrame<LevelReading>>; readonly audioOut: StreamOutput<AudioFrame> } {
    return { levels: this.#processor.levels, audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("levels", this.#processor.levels);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.levels = wiring.output("levels") as StreamOutput<DataFrame<LevelReading>>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `level-meter`. */
export interface LevelMeterConfig {
  /**
   * Least time between readings.
   *
   * A number from 0 to 60000 ms; 100 by default; may change while the node runs.
   */
  readonly intervalMs?: number;
}

/** A `level-meter` in a graph. */
export type LevelMeterHandle = NodeHandle<
  { audioIn: AudioFrame },
  { levels: DataFrame<LevelReading>; audioOut: AudioFrame }
>;

/**
 * Measures how loud audio is.
 *
 * **Purpose.** Gives peak, RMS and held peak of every channel in decibels of full scale, at most once for each block:
 * at the end of the block that completes `intervalMs`, and at the end of the stream for the remainder. Blocks pass
 * through untouched and without a copy, so it can sit in a chain. Its figures are the newest reading: `peakDb_0`,
 * `rmsDb_0` and `peakHoldDb_0` for the first channel, and so on; `notFinite`
 * counts samples that are no finite numbers.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `levels`: readings. `audioOut`: the blocks that came in.
 *
 * **Config.** `intervalMs`.
 *
 * **Example.**
 * ```json
 * { "meter": { "type": "level-meter", "config": { "intervalMs": 50 } } }
 * ```
 */
export const levelMeter: NodeType<LevelMeterConfig, LevelMeterHandle> = defineNodeType<
  LevelMeterConfig,
  LevelMeterHandle
>({
  descriptor: {
    type: "level-meter",
    className: "LevelMeter",
    source: "processors/audio/level_meter.ts:38",
    description: "Measures how loud audio is.",
    doc:
      'Measures how loud audio is.\n\n**Purpose.** Gives peak, RMS and held peak of every channel in decibels of full scale, at most once for each block:\nat the end of the block that completes `intervalMs`, and at the end of the stream for the remainder. Blocks pass\nthrough untouched and without a copy, so it can sit in a chain. Its figures are the newest reading: `peakDb_0`,\n`rmsDb_0` and `peakHoldDb_0` for the first channel, and so on; `notFinite`\ncounts samples that are no finite numbers.\n\n**Inputs.** `audioIn`: any rate and number of channels.\n\n**Outputs.** `levels`: readings. `audioOut`: the blocks that came in.\n\n**Config.** `intervalMs`.\n\n**Example.**\n```json\n{ "meter": { "type": "level-meter", "config": { "intervalMs": 50 } } }\n```',
    category: "audio",
    tags: ["audio", "meter", "peak", "rms", "loudness", "vu"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "levels",
      direction: "output",
      kind: "data",
      type: "DataFrame<LevelReading>",
      schema: "LevelReading",
      valueSchema: {
        description:
          "Levels over a period of audio. Decibels are relative to full scale; silence reads -200, infinity 771.",
        type: "object",
        properties: {
          ptsNs: {
            type: "number",
            description: "When the period begins: media time, nanoseconds.",
          },
          durationNs: { type: "number", description: "Its length, nanoseconds." },
          peakDb: {
            type: "array",
            items: { type: "number" },
            description: "The greatest absolute sample of each channel.",
          },
          rmsDb: {
            type: "array",
            items: { type: "number" },
            description: "The root of the mean square of each channel; a sine at full scale reads -3.01.",
          },
          peakHoldDb: {
            type: "array",
            items: { type: "number" },
            description:
              "The greatest absolute sample of each channel since the stream began, without periods in which one was infinite.",
          },
        },
        required: ["ptsNs", "durationNs", "peakDb", "rmsDb", "peakHoldDb"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        intervalMs: {
          type: "number",
          description: "Least time between readings.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 100,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const LevelMeter = processorClass(
      "level-meter",
      "processors/audio/level_meter.ts",
      await import("./processors/audio/level_meter.ts"),
      "LevelMeter",
    );
    return () => {
      const processor = new LevelMeter();
      return {
        processor,
        ports: new LevelMeterPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.intervalMs !== undefined) processor.intervalMs = values.intervalMs as typeof processor.intervalMs;
        },
      };
    };
  },
});

/** The ports of `limiter`. */
export class LimiterPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `limiter`. */
export interface LimiterConfig {
  /**
   * Highest sample of the result, relative to full scale.
   *
   * A number from -60 to 0 dB; -1 by default; may change while the node runs.
   */
  readonly ceilingDb?: number;
  /**
   * Time after which 63 % of a reduction is gone.
   *
   * A number from 1 to 10000 ms; 100 by default; may change while the node runs.
   */
  readonly releaseMs?: number;
  /**
   * How far it looks ahead, rounded to samples.
   *
   * A number from 0.1 to 50 ms; 5 by default.
   */
  readonly lookaheadMs?: number;
  /**
   * Gain in front of the limiter.
   *
   * A number from -24 to 48 dB; 0 by default; may change while the node runs.
   */
  readonly gainDb?: number;
  /**
   * Limits the wave between samples too (ITU-R BS.1770-4), of which it looks 16 samples further ahead.
   *
   * True or false; false by default.
   */
  readonly truePeak?: boolean;
}

/** A `limiter` in a graph. */
export type LimiterHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Keeps audio below a ceiling.
 *
 * **Purpose.** No sample of the result is beyond the ceiling. It looks ahead, so that it turns down before a peak and
 * not at it, and has no sample distorted that could be turned down in time. One gain for all channels. It makes no delay:
 * what it holds back to look ahead comes at the end, and samples keep their times. It limits samples; between them the
 * signal of a converter may be up to some decibels higher: set `truePeak`, or leave 1 dB. Samples that are not finite
 * become silence; the figure `notFinite` counts them. Live
 * changes glide: `gainDb` over one block, a lower ceiling over the time that it looks ahead, in which samples above it
 * are cut. The figure `reductionDb` is the greatest reduction of the newest block.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, it begins anew,
 * and what it holds is lost.
 *
 * **Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter.
 *
 * **Config.** `ceilingDb`, `gainDb`, `releaseMs` (all live), `lookaheadMs`, `truePeak`.
 *
 * **Example.**
 * ```json
 * { "safe": { "type": "limiter", "config": { "ceilingDb": -1 } } }
 * ```
 */
export const limiter: NodeType<LimiterConfig, LimiterHandle> = defineNodeType<LimiterConfig, LimiterHandle>({
  descriptor: {
    type: "limiter",
    className: "Limiter",
    source: "processors/audio/limiter.ts:38",
    description: "Keeps audio below a ceiling.",
    doc:
      'Keeps audio below a ceiling.\n\n**Purpose.** No sample of the result is beyond the ceiling. It looks ahead, so that it turns down before a peak and\nnot at it, and has no sample distorted that could be turned down in time. One gain for all channels. It makes no delay:\nwhat it holds back to look ahead comes at the end, and samples keep their times. It limits samples; between them the\nsignal of a converter may be up to some decibels higher: set `truePeak`, or leave 1 dB. Samples that are not finite\nbecome silence; the figure `notFinite` counts them. Live\nchanges glide: `gainDb` over one block, a lower ceiling over the time that it looks ahead, in which samples above it\nare cut. The figure `reductionDb` is the greatest reduction of the newest block.\n\n**Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, it begins anew,\nand what it holds is lost.\n\n**Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter.\n\n**Config.** `ceilingDb`, `gainDb`, `releaseMs` (all live), `lookaheadMs`, `truePeak`.\n\n**Example.**\n```json\n{ "safe": { "type": "limiter", "config": { "ceilingDb": -1 } } }\n```',
    category: "audio",
    tags: ["audio", "dynamics", "peak", "clip", "ceiling", "maximize"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 2,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        ceilingDb: {
          type: "number",
          description: "Highest sample of the result, relative to full scale.",
          minimum: -60,
          maximum: 0,
          "x-unit": "dB",
          default: -1,
          "x-live": true,
        },
        releaseMs: {
          type: "number",
          description: "Time after which 63 % of a reduction is gone.",
          minimum: 1,
          maximum: 10000,
          "x-unit": "ms",
          default: 100,
          "x-live": true,
        },
        lookaheadMs: {
          type: "number",
          description: "How far it looks ahead, rounded to samples.",
          minimum: 0.1,
          maximum: 50,
          "x-unit": "ms",
          default: 5,
        },
        gainDb: {
          type: "number",
          description: "Gain in front of the limiter.",
          minimum: -24,
          maximum: 48,
          "x-unit": "dB",
          default: 0,
          "x-live": true,
        },
        truePeak: {
          type: "boolean",
          description:
            "Limits the wave between samples too (ITU-R BS.1770-4), of which it looks 16 samples further ahead.",
          default: false,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["reductionDb", "notFinite"],
  },
  load: async () => {
    const Limiter = processorClass(
      "limiter",
      "processors/audio/limiter.ts",
      await import("./processors/audio/limiter.ts"),
      "Limiter",
    );
    return () => {
      const processor = new Limiter();
      return {
        processor,
        ports: new LimiterPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.ceilingDb !== undefined) processor.ceilingDb = values.ceilingDb as typeof processor.ceilingDb;
          if (values.releaseMs !== undefined) processor.releaseMs = values.releaseMs as typeof processor.releaseMs;
          if (values.lookaheadMs !== undefined) {
            processor.lookaheadMs = values.lookaheadMs as typeof processor.lookaheadMs;
          }
          if (values.gainDb !== undefined) processor.gainDb = values.gainDb as typeof processor.gainDb;
          if (values.truePeak !== undefined) processor.truePeak = values.truePeak as typeof processor.truePeak;
        },
      };
    };
  },
});

/** The ports of `loudness`. */
export class LoudnessPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["readings", "audioOut"] = ["readings", "audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>;
    readings: StreamOutput<DataFrame<LoudnessReading>>;
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>;
      readings: StreamOutput<DataFrame<LoudnessReading>>;
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): {
    readonly readings: StreamOutput<DataFrame<LoudnessReading>>;
    readonly audioOut: StreamOutput<AudioFrame>;
  } {
    return { readings: this.#processor.readings, audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("readings", this.#processor.readings);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.readings = wiring.output("readings") as StreamOutput<DataFrame<LoudnessReading>>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `loudness`. */
export interface LoudnessConfig {
  /**
   * Least time between readings.
   *
   * A number from 0 to 60000 ms; 100 by default; may change while the node runs.
   */
  readonly intervalMs?: number;
}

/** A `loudness` in a graph. */
export type LoudnessHandle = NodeHandle<
  { audioIn: AudioFrame },
  { readings: DataFrame<LoudnessReading>; audioOut: AudioFrame }
>;

/**
 * Measures how loud audio is heard, in LUFS, as EBU R128 has it.
 *
 * **Purpose.** Gives momentary, short-term and integrated loudness, the loudness range and the true peak (ITU-R
 * BS.1770-4, EBU Tech 3341 and 3342), at most once for each block: at the end of the block that completes `intervalMs`,
 * and at the end of the stream for the remainder. Blocks pass through untouched and without a copy. Its figures are the
 * newest reading. Integrated loudness and range are those since the stream began or the last `reset`; where the format of the stream changes
 * they go on. Samples that are not finite count as silence; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: any rate; channels in the order of WAV files: those at the sides count more, and low-frequency
 * effects not at all.
 *
 * **Outputs.** `readings`: loudness. `audioOut`: the blocks that came in.
 *
 * **Config.** `intervalMs` (live).
 *
 * **Commands.** `reset`: the next programme begins.
 *
 * **Example.**
 * ```json
 * { "meter": { "type": "loudness", "config": { "intervalMs": 1000 } } }
 * ```
 */
export const loudness: NodeType<LoudnessConfig, LoudnessHandle> = defineNodeType<LoudnessConfig, LoudnessHandle>({
  descriptor: {
    type: "loudness",
    className: "Loudness",
    source: "processors/audio/loudness.ts:59",
    description: "Measures how loud audio is heard, in LUFS, as EBU R128 has it.",
    doc:
      'Measures how loud audio is heard, in LUFS, as EBU R128 has it.\n\n**Purpose.** Gives momentary, short-term and integrated loudness, the loudness range and the true peak (ITU-R\nBS.1770-4, EBU Tech 3341 and 3342), at most once for each block: at the end of the block that completes `intervalMs`,\nand at the end of the stream for the remainder. Blocks pass through untouched and without a copy. Its figures are the\nnewest reading. Integrated loudness and range are those since the stream began or the last `reset`; where the format of the stream changes\nthey go on. Samples that are not finite count as silence; the figure `notFinite` counts them.\n\n**Inputs.** `audioIn`: any rate; channels in the order of WAV files: those at the sides count more, and low-frequency\neffects not at all.\n\n**Outputs.** `readings`: loudness. `audioOut`: the blocks that came in.\n\n**Config.** `intervalMs` (live).\n\n**Commands.** `reset`: the next programme begins.\n\n**Example.**\n```json\n{ "meter": { "type": "loudness", "config": { "intervalMs": 1000 } } }\n```',
    category: "audio",
    tags: ["audio", "meter", "lufs", "lkfs", "r128", "bs1770", "true-peak", "lra"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "readings",
      direction: "output",
      kind: "data",
      type: "DataFrame<LoudnessReading>",
      schema: "LoudnessReading",
      valueSchema: {
        description: "Loudness up to the end of a period. Silence reads -200.",
        type: "object",
        properties: {
          ptsNs: {
            type: "number",
            description: "When the period begins: media time, nanoseconds.",
          },
          durationNs: { type: "number", description: "Its length, nanoseconds." },
          momentaryLufs: { type: "number", description: "Loudness of the last 400 ms, LUFS." },
          shortTermLufs: { type: "number", description: "Loudness of the last 3 s, LUFS." },
          integratedLufs: {
            type: "number",
            description:
              "Loudness since the stream began, without what is quiet beside the rest, LUFS; -70 until something counts.",
          },
          rangeLu: {
            type: "number",
            description: "How far loud and quiet passages are apart, LU.",
          },
          truePeakDb: {
            type: "number",
            description:
              "The greatest absolute value since the stream began, between samples too, decibels of full scale.",
          },
        },
        required: ["ptsNs", "durationNs", "momentaryLufs", "shortTermLufs", "integratedLufs", "rangeLu", "truePeakDb"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        intervalMs: {
          type: "number",
          description: "Least time between readings.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 100,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["momentaryLufs", "shortTermLufs", "integratedLufs", "rangeLu", "truePeakDb", "notFinite"],
    commands: {
      reset: {
        description:
          "Begins another programme: integrated loudness, loudness range and true peak are of what comes from now on.",
        args: { type: "object", properties: {}, required: [], additionalProperties: false },
      },
    },
  },
  load: async () => {
    const Loudness = processorClass(
      "loudness",
      "processors/audio/loudness.ts",
      await import("./processors/audio/loudness.ts"),
      "Loudness",
    );
    return () => {
      const processor = new Loudness();
      return {
        processor,
        ports: new LoudnessPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.intervalMs !== undefined) processor.intervalMs = values.intervalMs as typeof processor.intervalMs;
        },
      };
    };
  },
});

/** The ports of `media-sink`. */
export class MediaSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio", "pcm"] = ["video", "audio", "pcm"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: {
    video: StreamInput<EncodedFrame>[];
    audio: StreamInput<EncodedFrame>[];
    pcm: StreamInput<AudioFrame>[];
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      video: StreamInput<EncodedFrame>[];
      audio: StreamInput<EncodedFrame>[];
      pcm: StreamInput<AudioFrame>[];
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly video: readonly StreamInput<EncodedFrame>[];
    readonly audio: readonly StreamInput<EncodedFrame>[];
    readonly pcm: readonly StreamInput<AudioFrame>[];
  } {
    return { video: this.#processor.video, audio: this.#processor.audio, pcm: this.#processor.pcm };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.video) visitor.input(port.name, port);
    for (const port of this.#processor.audio) visitor.input(port.name, port);
    for (const port of this.#processor.pcm) visitor.input(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.inputs("video") as StreamInput<EncodedFrame>[];
    this.#processor.audio = wiring.inputs("audio") as StreamInput<EncodedFrame>[];
    this.#processor.pcm = wiring.inputs("pcm") as StreamInput<AudioFrame>[];
  }
}

/** The configuration of `media-sink`. */
export interface MediaSinkConfig {
  /**
   * File to write; a relative path starts at the working directory. The directory must exist. `-` is standard output.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * How the file is laid out; `auto` goes by its extension.
   *
   * One of "auto", "mp4", "fragmented-mp4", "mov", "matroska", "webm", "ogg", "flac", "mp3", "adts"; "auto" by default.
   */
  readonly container?:
    | "auto"
    | "mp4"
    | "fragmented-mp4"
    | "mov"
    | "matroska"
    | "webm"
    | "ogg"
    | "flac"
    | "mp3"
    | "adts";
  /**
   * The format of samples in the file.
   *
   * One of "s16", "s24", "s32", "f32"; "s16" by default.
   */
  readonly pcmFormat?: "s16" | "s24" | "s32" | "f32";
  /**
   * Begins another file after so many seconds of media, at the next key frame: `rec.mp4` becomes `rec-0001.mp4`, `rec-0002.mp4` and so on. 0 for one file.
   *
   * A number of at least 0 s; 0 by default.
   */
  readonly splitSeconds?: number;
  /**
   * Begins another file after so many megabytes, at the next key frame. 0 for one file.
   *
   * A number of at least 0 MB; 0 by default.
   */
  readonly splitMegabytes?: number;
  /**
   * By how many degrees players turn pictures clockwise.
   *
   * One of 0, 90, 180, 270; 0 by default.
   */
  readonly rotate?: 0 | 90 | 180 | 270;
  /**
   * How far one track may be ahead of another before it waits, or drops by its link's policy.
   *
   * A number from 0.1 to 600 s; 10 by default.
   */
  readonly aheadSeconds?: number;
  /**
   * How long a live graph waits for the first frame of each track before it begins without those that have none: a camera may take seconds. It keeps `aheadSeconds` of the others meanwhile.
   *
   * A number from 0 to 600 s; 2 by default.
   */
  readonly startWaitSeconds?: number;
  /**
   * True: a track without a frame fails the node, which leaves `NAME.partial`; false: it is left out.
   *
   * True or false; false by default.
   */
  readonly needsAllTracks?: boolean;
  /**
   * True: a second run of the process replaces the recording of the first, instead of writing a file beside it.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `media-sink` in a graph. */
export type MediaSinkHandle = NodeHandle<
  { video: DynamicPort<EncodedFrame>; audio: DynamicPort<EncodedFrame>; pcm: DynamicPort<AudioFrame> },
  Record<never, never>
>;

/**
 * Writes a media file.
 *
 * **Purpose.** Puts any number of tracks, encoded video, encoded audio and samples, in one file: MP4, fragmented MP4,
 * QuickTime, Matroska, WebM, Ogg, FLAC, MP3 or AAC. The tracks keep their times to each other, and lie beside each other
 * in the file. It is recorded as `NAME.partial`, which can be played up to what was written last, also after the process
 * was killed: a second of media, and on to the next key frame. At the end of the stream it is renamed to `NAME`. MP4 and
 * QuickTime files are recorded in fragments, and get one index at the end. An aborted run leaves the recording in
 * `NAME.partial`, and an older `NAME` unchanged. With `path` `-` and a `container` it writes to standard output.
 *
 * **Inputs.** `video_0`, …: H.264, VP8 or VP9. `audio_0`, …: Opus, AAC, FLAC or MP3. `pcm_0`, …: samples. At least one of
 * them; a track that comes after a file began is left out of that file.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `container`, `pcmFormat`, `splitSeconds`, `splitMegabytes`, `rotate`,
 * `aheadSeconds`, `startWaitSeconds`, `needsAllTracks`, `overwrite`.
 *
 * **Example.**
 * ```json
 * { "rec": { "type": "media-sink", "config": { "path": "out/talk.mp4" } } }
 * ```
 */
export const mediaSink: NodeType<MediaSinkConfig, MediaSinkHandle> = defineNodeType<MediaSinkConfig, MediaSinkHandle>({
  descriptor: {
    type: "media-sink",
    className: "MediaSink",
    source: "processors/media/media_sink.ts:63",
    description: "Writes a media file.",
    doc:
      'Writes a media file.\n\n**Purpose.** Puts any number of tracks, encoded video, encoded audio and samples, in one file: MP4, fragmented MP4,\nQuickTime, Matroska, WebM, Ogg, FLAC, MP3 or AAC. The tracks keep their times to each other, and lie beside each other\nin the file. It is recorded as `NAME.partial`, which can be played up to what was written last, also after the process\nwas killed: a second of media, and on to the next key frame. At the end of the stream it is renamed to `NAME`. MP4 and\nQuickTime files are recorded in fragments, and get one index at the end. An aborted run leaves the recording in\n`NAME.partial`, and an older `NAME` unchanged. With `path` `-` and a `container` it writes to standard output.\n\n**Inputs.** `video_0`, …: H.264, VP8 or VP9. `audio_0`, …: Opus, AAC, FLAC or MP3. `pcm_0`, …: samples. At least one of\nthem; a track that comes after a file began is left out of that file.\n\n**Outputs.** None.\n\n**Config.** `path`, `container`, `pcmFormat`, `splitSeconds`, `splitMegabytes`, `rotate`,\n`aheadSeconds`, `startWaitSeconds`, `needsAllTracks`, `overwrite`.\n\n**Example.**\n```json\n{ "rec": { "type": "media-sink", "config": { "path": "out/talk.mp4" } } }\n```',
    category: "media",
    tags: ["file", "stdout", "video", "audio", "write", "record", "mp4", "mkv", "webm", "ogg", "flac", "mux"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    records: true,
    stdout: { path: "-" },
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      accepts: { codec: ["h264", "vp8", "vp9"] },
      burst: 1,
      doc: "Encoded pictures.",
    }, {
      name: "audio",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      accepts: { codec: ["opus", "flac", "aac", "mp3"] },
      burst: 1,
      doc: "Encoded sound.",
    }, {
      name: "pcm",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Samples.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description:
            "File to write; a relative path starts at the working directory. The directory must exist. `-` is standard output.",
          minLength: 1,
          "x-reaches": "path",
        },
        container: {
          enum: ["auto", "mp4", "fragmented-mp4", "mov", "matroska", "webm", "ogg", "flac", "mp3", "adts"],
          description: "How the file is laid out; `auto` goes by its extension.",
          default: "auto",
        },
        pcmFormat: {
          enum: ["s16", "s24", "s32", "f32"],
          description: "The format of samples in the file.",
          default: "s16",
        },
        splitSeconds: {
          type: "number",
          description:
            "Begins another file after so many seconds of media, at the next key frame: `rec.mp4` becomes `rec-0001.mp4`, `rec-0002.mp4` and so on. 0 for one file.",
          minimum: 0,
          "x-unit": "s",
          default: 0,
        },
        splitMegabytes: {
          type: "number",
          description: "Begins another file after so many megabytes, at the next key frame. 0 for one file.",
          minimum: 0,
          "x-unit": "MB",
          default: 0,
        },
        rotate: {
          enum: [0, 90, 180, 270],
          description: "By how many degrees players turn pictures clockwise.",
          default: 0,
        },
        aheadSeconds: {
          type: "number",
          description: "How far one track may be ahead of another before it waits, or drops by its link's policy.",
          minimum: 0.1,
          maximum: 600,
          "x-unit": "s",
          default: 10,
        },
        startWaitSeconds: {
          type: "number",
          description:
            "How long a live graph waits for the first frame of each track before it begins without those that have none: a camera may take seconds. It keeps `aheadSeconds` of the others meanwhile.",
          minimum: 0,
          maximum: 600,
          "x-unit": "s",
          default: 2,
        },
        needsAllTracks: {
          type: "boolean",
          description:
            "True: a track without a frame fails the node, which leaves `NAME.partial`; false: it is left out.",
          default: false,
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the recording of the first, instead of writing a file beside it.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const MediaSink = processorClass(
      "media-sink",
      "processors/media/media_sink.ts",
      await import("./processors/media/media_sink.ts"),
      "MediaSink",
    );
    return () => {
      const processor = new MediaSink();
      return {
        processor,
        ports: new MediaSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.container !== undefined) processor.container = values.container as typeof processor.container;
          if (values.pcmFormat !== undefined) processor.pcmFormat = values.pcmFormat as typeof processor.pcmFormat;
          if (values.splitSeconds !== undefined) {
            processor.splitSeconds = values.splitSeconds as typeof processor.splitSeconds;
          }
          if (values.splitMegabytes !== undefined) {
            processor.splitMegabytes = values.splitMegabytes as typeof processor.splitMegabytes;
          }
          if (values.rotate !== undefined) processor.rotate = values.rotate as typeof processor.rotate;
          if (values.aheadSeconds !== undefined) {
            processor.aheadSeconds = values.aheadSeconds as typeof processor.aheadSeconds;
          }
          if (values.startWaitSeconds !== undefined) {
            processor.startWaitSeconds = values.startWaitSeconds as typeof processor.startWaitSeconds;
          }
          if (values.needsAllTracks !== undefined) {
            processor.needsAllTracks = values.needsAllTracks as typeof processor.needsAllTracks;
          }
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
  portsOf: mediaSinkPorts,
});

/** The ports of `media-source`. */
export class MediaSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio", "pcm"] = ["video", "audio", "pcm"];
  readonly #processor: {
    video: StreamOutput<EncodedFrame>[];
    audio: StreamOutput<EncodedFrame>[];
    pcm: StreamOutput<AudioFrame>[];
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      video: StreamOutput<EncodedFrame>[];
      audio: StreamOutput<EncodedFrame>[];
      pcm: StreamOutput<AudioFrame>[];
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): {
    readonly video: readonly StreamOutput<EncodedFrame>[];
    readonly audio: readonly StreamOutput<EncodedFrame>[];
    readonly pcm: readonly StreamOutput<AudioFrame>[];
  } {
    return { video: this.#processor.video, audio: this.#processor.audio, pcm: this.#processor.pcm };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.video) visitor.output(port.name, port);
    for (const port of this.#processor.audio) visitor.output(port.name, port);
    for (const port of this.#processor.pcm) visitor.output(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.outputs("video") as StreamOutput<EncodedFrame>[];
    this.#processor.audio = wiring.outputs("audio") as StreamOutput<EncodedFrame>[];
    this.#processor.pcm = wiring.outputs("pcm") as StreamOutput<AudioFrame>[];
  }
}

/** The configuration of `media-source`. */
export interface MediaSourceConfig {
  /**
   * File to read; a relative path starts at the working directory.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * Files to play behind that, without a gap: what is linked of them is of the same formats.
   *
   * A list of at most 255 values, each a string; [] by default.
   */
  readonly paths?: readonly string[];
  /**
   * Where it begins, from the start of the file; a change goes there.
   *
   * A number of at least 0 s; 0 by default; may change while the node runs.
   */
  readonly positionSeconds?: number;
  /**
   * Where it ends, from the start of the file; by default at the end of it.
   *
   * A number of at least 0 s.
   */
  readonly endSeconds?: number;
  /**
   * Begins again after the end; times go on rising.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly loop?: boolean;
  /**
   * How fast frames come in a live graph; their times stay those of the media.
   *
   * A number from 0.0625 to 16; 1 by default; may change while the node runs.
   */
  readonly speed?: number;
  /**
   * False: also in a live graph, frames come as fast as lossless links take them. So the device of a `speaker` sets the pace, as offline, and pictures are decoded before their sound is heard.
   *
   * True or false; true by default.
   */
  readonly paced?: boolean;
  /**
   * Says in the log which pictures are to be turned; a graph that turns them leaves that out.
   *
   * True or false; true by default.
   */
  readonly tellRotation?: boolean;
}

/** A `media-source` in a graph. */
export type MediaSourceHandle = NodeHandle<
  Record<never, never>,
  { video: DynamicPort<EncodedFrame>; audio: DynamicPort<EncodedFrame>; pcm: DynamicPort<AudioFrame> }
>;

/**
 * Reads a media file.
 *
 * **Purpose.** Takes the tracks out of MP4, fragmented MP4, QuickTime, Matroska, WebM, Ogg, WAV, FLAC, MP3, AAC and
 * MPEG-TS files, without decoding them. Frames of all tracks come in the order of time; offline, the first ones of a
 * track that begins late come at once, and each output ends with its track. In a live graph frames come at the pace of
 * the media, unless `paced` is false; offline as fast as the graph takes them. Tracks that nothing is linked to are not read. A place, and the
 * start that an edit list sets, is reached from the key frame before it: what lies before it is flagged `decodeOnly`, and
 * decoders begin with the place itself. Pictures from beyond `endSeconds` that ones before it need are flagged too.
 * An event `tracks` says what is in the file. Other files may follow, whose times go on behind it.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video_0`, …: the first track of video, and so on; `audio_0`, …: those of encoded audio; `pcm_0`, …: those
 * of samples. Numbers count the tracks of audio together: a file with AAC and then PCM has `audio_0` and `pcm_1`.
 *
 * **Config.** `path`, `paths`, `positionSeconds` (live), `endSeconds`, `loop` (live), `speed` (live), `paced`,
 * `tellRotation`.
 *
 * **Example.**
 * ```json
 * { "clip": { "type": "media-source", "config": { "path": "talk.mp4" } } }
 * ```
 */
export const mediaSource: NodeType<MediaSourceConfig, MediaSourceHandle> = defineNodeType<
  MediaSourceConfig,
  MediaSourceHandle
>({
  descriptor: {
    type: "media-source",
    className: "MediaSource",
    source: "processors/media/media_source.ts:82",
    description: "Reads a media file.",
    doc:
      'Reads a media file.\n\n**Purpose.** Takes the tracks out of MP4, fragmented MP4, QuickTime, Matroska, WebM, Ogg, WAV, FLAC, MP3, AAC and\nMPEG-TS files, without decoding them. Frames of all tracks come in the order of time; offline, the first ones of a\ntrack that begins late come at once, and each output ends with its track. In a live graph frames come at the pace of\nthe media, unless `paced` is false; offline as fast as the graph takes them. Tracks that nothing is linked to are not read. A place, and the\nstart that an edit list sets, is reached from the key frame before it: what lies before it is flagged `decodeOnly`, and\ndecoders begin with the place itself. Pictures from beyond `endSeconds` that ones before it need are flagged too.\nAn event `tracks` says what is in the file. Other files may follow, whose times go on behind it.\n\n**Inputs.** None.\n\n**Outputs.** `video_0`, …: the first track of video, and so on; `audio_0`, …: those of encoded audio; `pcm_0`, …: those\nof samples. Numbers count the tracks of audio together: a file with AAC and then PCM has `audio_0` and `pcm_1`.\n\n**Config.** `path`, `paths`, `positionSeconds` (live), `endSeconds`, `loop` (live), `speed` (live), `paced`,\n`tellRotation`.\n\n**Example.**\n```json\n{ "clip": { "type": "media-source", "config": { "path": "talk.mp4" } } }\n```',
    category: "media",
    tags: ["file", "video", "audio", "read", "play", "mp4", "mkv", "webm", "ogg", "demux"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      gives: { codec: ["h264", "hevc", "vp8", "vp9", "av1"] },
      burst: 1,
      doc: "Encoded pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      gives: { codec: ["opus", "aac", "flac", "mp3"] },
      burst: 1,
      doc: "Encoded sound.",
    }, {
      name: "pcm",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Samples.",
    }],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File to read; a relative path starts at the working directory.",
          minLength: 1,
          "x-reaches": "path",
        },
        paths: {
          type: "array",
          items: { type: "string", "x-reaches": "path" },
          description: "Files to play behind that, without a gap: what is linked of them is of the same formats.",
          maxItems: 255,
          default: [],
        },
        positionSeconds: {
          type: "number",
          description: "Where it begins, from the start of the file; a change goes there.",
          minimum: 0,
          "x-unit": "s",
          default: 0,
          "x-live": true,
        },
        endSeconds: {
          type: "number",
          description: "Where it ends, from the start of the file; by default at the end of it.",
          minimum: 0,
          "x-unit": "s",
        },
        loop: {
          type: "boolean",
          description: "Begins again after the end; times go on rising.",
          default: false,
          "x-live": true,
        },
        speed: {
          type: "number",
          description: "How fast frames come in a live graph; their times stay those of the media.",
          minimum: 0.0625,
          maximum: 16,
          default: 1,
          "x-live": true,
        },
        paced: {
          type: "boolean",
          description:
            "False: also in a live graph, frames come as fast as lossless links take them. So the device of a `speaker` sets the pace, as offline, and pictures are decoded before their sound is heard.",
          default: true,
        },
        tellRotation: {
          type: "boolean",
          description: "Says in the log which pictures are to be turned; a graph that turns them leaves that out.",
          default: true,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
    commands: {
      seek: {
        description:
          "Goes to a place in the file that plays, also to the same one again; a loop begins where `positionSeconds` says all the same. What is before the place is not played, times go on rising, and the next frame is flagged as a discontinuity. Beyond the end, the file is over.",
        args: {
          type: "object",
          properties: {
            seconds: {
              type: "number",
              description: "The place, from the start of the file.",
              minimum: 0,
              "x-unit": "s",
            },
          },
          required: ["seconds"],
          additionalProperties: false,
        },
      },
    },
  },
  load: async () => {
    const MediaSource = processorClass(
      "media-source",
      "processors/media/media_source.ts",
      await import("./processors/media/media_source.ts"),
      "MediaSource",
    );
    return () => {
      const processor = new MediaSource();
      return {
        processor,
        ports: new MediaSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.paths !== undefined) processor.paths = values.paths as typeof processor.paths;
          if (values.positionSeconds !== undefined) {
            processor.positionSeconds = values.positionSeconds as typeof processor.positionSeconds;
          }
          if (values.endSeconds !== undefined) processor.endSeconds = values.endSeconds as typeof processor.endSeconds;
          if (values.loop !== undefined) processor.loop = values.loop as typeof processor.loop;
          if (values.speed !== undefined) processor.speed = values.speed as typeof processor.speed;
          if (values.paced !== undefined) processor.paced = values.paced as typeof processor.paced;
          if (values.tellRotation !== undefined) {
            processor.tellRotation = values.tellRotation as typeof processor.tellRotation;
          }
        },
      };
    };
  },
  portsOf: mediaSourcePorts,
});

/** The ports of `mixer`. */
export class MixerPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>[]; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>[]; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: readonly StreamInput<AudioFrame>[] } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `mixer`. */
export interface MixerConfig {
  /**
   * `sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too.
   *
   * One of "sum", "average"; "sum" by default.
   */
  readonly strategy?: "sum" | "average";
  /**
   * Channels of the mix; 0 for as many as the widest input has.
   *
   * A whole number from 0 to 64; 0 by default.
   */
  readonly channels?: number;
}

/** A `mixer` in a graph. */
export type MixerHandle = NodeHandle<{ audioIn: PortArray<AudioFrame, 8> }, { audioOut: AudioFrame }>;

/**
 * Adds several streams of audio.
 *
 * **Purpose.** Mixes up to eight streams of one sample rate into one, aligned by the times of their samples: a stream
 * that starts later, or has a gap, is silent there. Blocks may have any sizes. A stream that ends early is silent from
 * then on; the mix ends with the last one. A mono stream goes to the first two channels of a wider mix.
 *
 * **Inputs.** `audioIn_0` to `audioIn_7`, each optional: one sample rate for all of them; mono, or as many channels as
 * the mix has.
 *
 * **Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.
 *
 * **Config.** `strategy`, `channels`.
 *
 * **Example.**
 * ```json
 * { "mix": { "type": "mixer", "config": { "strategy": "average" } } }
 * ```
 */
export const mixer: NodeType<MixerConfig, MixerHandle> = defineNodeType<MixerConfig, MixerHandle>({
  descriptor: {
    type: "mixer",
    className: "Mixer",
    source: "processors/audio/mixer.ts:32",
    description: "Adds several streams of audio.",
    doc:
      'Adds several streams of audio.\n\n**Purpose.** Mixes up to eight streams of one sample rate into one, aligned by the times of their samples: a stream\nthat starts later, or has a gap, is silent there. Blocks may have any sizes. A stream that ends early is silent from\nthen on; the mix ends with the last one. A mono stream goes to the first two channels of a wider mix.\n\n**Inputs.** `audioIn_0` to `audioIn_7`, each optional: one sample rate for all of them; mono, or as many channels as\nthe mix has.\n\n**Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.\n\n**Config.** `strategy`, `channels`.\n\n**Example.**\n```json\n{ "mix": { "type": "mixer", "config": { "strategy": "average" } } }\n```',
    category: "audio",
    tags: ["audio", "mix", "sum", "add", "join"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      array: 8,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        strategy: {
          enum: ["sum", "average"],
          description:
            "`sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too.",
          default: "sum",
        },
        channels: {
          type: "integer",
          description: "Channels of the mix; 0 for as many as the widest input has.",
          minimum: 0,
          maximum: 64,
          default: 0,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Mixer = processorClass(
      "mixer",
      "processors/audio/mixer.ts",
      await import("./processors/audio/mixer.ts"),
      "Mixer",
    );
    return () => {
      const processor = new Mixer();
      return {
        processor,
        ports: new MixerPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.strategy !== undefined) processor.strategy = values.strategy as typeof processor.strategy;
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
        },
      };
    };
  },
});

/** The ports of `mpegts-sink`. */
export class MpegtsSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<EncodedFrame>; audio: StreamInput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<EncodedFrame>; audio: StreamInput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly video: StreamInput<EncodedFrame>; readonly audio: StreamInput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("video", this.#processor.video);
    visitor.input("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.input("video") as StreamInput<EncodedFrame>;
    this.#processor.audio = wiring.input("audio") as StreamInput<EncodedFrame>;
  }
}

/** The configuration of `mpegts-sink`. */
export interface MpegtsSinkConfig {
  /**
   * The port to send to.
   *
   * A whole number from 1 to 65535; 5000 by default.
   */
  readonly port?: number;
  /**
   * The host to send to, or a multicast address.
   *
   * A non-empty string; "127.0.0.1" by default.
   */
  readonly hostname?: string;
  /**
   * Over how many networks packets to a multicast address go.
   *
   * A whole number from 0 to 255; 1 by default.
   */
  readonly ttl?: number;
}

/** A `mpegts-sink` in a graph. */
export type MpegtsSinkHandle = NodeHandle<{ video: EncodedFrame; audio: EncodedFrame }, Record<never, never>>;

/**
 * Sends MPEG-TS by UDP.
 *
 * **Purpose.** Sends pictures and sound as they are to a host, or to a multicast address. It begins with a key frame; a
 * receiver may begin at any of them. The receipt of packets is not known. An offline graph sends as fast as it runs,
 * which may be faster than anybody reads: let a live graph send files.
 *
 * **Inputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `port`, `hostname`, `ttl`. Figures: `sent` and `lost` frames, and `connections`: how often it has begun.
 *
 * **Example.**
 * ```json
 * { "monitor": { "type": "mpegts-sink", "config": { "hostname": "239.0.0.1", "port": 5000 } } }
 * ```
 */
export const mpegtsSink: NodeType<MpegtsSinkConfig, MpegtsSinkHandle> = defineNodeType<
  MpegtsSinkConfig,
  MpegtsSinkHandle
>({
  descriptor: {
    type: "mpegts-sink",
    className: "MpegtsSink",
    source: "processors/live/mpegts_sink.ts:35",
    description: "Sends MPEG-TS by UDP.",
    doc:
      'Sends MPEG-TS by UDP.\n\n**Purpose.** Sends pictures and sound as they are to a host, or to a multicast address. It begins with a key frame; a\nreceiver may begin at any of them. The receipt of packets is not known. An offline graph sends as fast as it runs,\nwhich may be faster than anybody reads: let a live graph send files.\n\n**Inputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be left without a link.\n\n**Outputs.** None.\n\n**Config.** `port`, `hostname`, `ttl`. Figures: `sent` and `lost` frames, and `connections`: how often it has begun.\n\n**Example.**\n```json\n{ "monitor": { "type": "mpegts-sink", "config": { "hostname": "239.0.0.1", "port": 5000 } } }\n```',
    category: "live",
    tags: ["mpegts", "udp", "multicast", "network", "live", "send", "mux", "h264", "hevc", "aac", "opus"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["h264", "hevc"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["aac", "mp3", "opus"] },
      burst: 1,
      doc: "Sound.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        port: {
          type: "integer",
          description: "The port to send to.",
          minimum: 1,
          maximum: 65535,
          default: 5000,
        },
        hostname: {
          type: "string",
          description: "The host to send to, or a multicast address.",
          minLength: 1,
          "x-reaches": "host",
          default: "127.0.0.1",
        },
        ttl: {
          type: "integer",
          description: "Over how many networks packets to a multicast address go.",
          minimum: 0,
          maximum: 255,
          default: 1,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["sent", "lost", "connections"],
  },
  load: async () => {
    const MpegtsSink = processorClass(
      "mpegts-sink",
      "processors/live/mpegts_sink.ts",
      await import("./processors/live/mpegts_sink.ts"),
      "MpegtsSink",
    );
    return () => {
      const processor = new MpegtsSink();
      return {
        processor,
        ports: new MpegtsSinkPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.ttl !== undefined) processor.ttl = values.ttl as typeof processor.ttl;
        },
      };
    };
  },
});

/** The ports of `mpegts-source`. */
export class MpegtsSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  readonly #processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly video: StreamOutput<EncodedFrame>; readonly audio: StreamOutput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("video", this.#processor.video);
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.output("video") as StreamOutput<EncodedFrame>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `mpegts-source`. */
export interface MpegtsSourceConfig {
  /**
   * The port to listen on; 0: any that is free, which log and figures tell.
   *
   * A whole number from 0 to 65535; 5000 by default.
   */
  readonly port?: number;
  /**
   * The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. By default `127.0.0.1`, or the group.
   *
   * A non-empty string.
   */
  readonly hostname?: string;
  /**
   * A multicast address whose packets are received, such as `239.0.0.1`.
   *
   * A non-empty string.
   */
  readonly group?: string;
  /**
   * The address of this machine whose network has the group; by default the system chooses.
   *
   * A non-empty string.
   */
  readonly groupInterface?: string;
}

/** A `mpegts-source` in a graph. */
export type MpegtsSourceHandle = NodeHandle<Record<never, never>, { video: EncodedFrame; audio: EncodedFrame }>;

/**
 * Receives MPEG-TS by UDP.
 *
 * **Purpose.** Listens on a port, and gives the pictures and the sound of the first program that comes, without decoding
 * them. A network loses packets: those of the transport stream that did not come are counted, what they belonged to is
 * left out, pictures up to the next key frame, and the next frame is flagged as a discontinuity. Where nothing comes for
 * 4 s, the log says so, and the stream begins anew with what comes next; times go on rising. The first frame has the
 * time at which it came, the others follow by the stream's times. Packets that come while the links are full wait, up to
 * 4 MiB.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be missing. Frames for an output without a
 * link are dropped.
 *
 * **Config.** `port`, `hostname`, `group`, `groupInterface`. Figures: `port`, `received` frames, `lostFrames`, which could
 * not be used, `lostPackets` of the transport stream, and `connections`: how often a stream has begun.
 *
 * **Example.**
 * ```json
 * { "head": { "type": "mpegts-source", "config": { "port": 5000, "group": "239.0.0.1" } } }
 * ```
 */
export const mpegtsSource: NodeType<MpegtsSourceConfig, MpegtsSourceHandle> = defineNodeType<
  MpegtsSourceConfig,
  MpegtsSourceHandle
>({
  descriptor: {
    type: "mpegts-source",
    className: "MpegtsSource",
    source: "processors/live/mpegts_source.ts:47",
    description: "Receives MPEG-TS by UDP.",
    doc:
      'Receives MPEG-TS by UDP.\n\n**Purpose.** Listens on a port, and gives the pictures and the sound of the first program that comes, without decoding\nthem. A network loses packets: those of the transport stream that did not come are counted, what they belonged to is\nleft out, pictures up to the next key frame, and the next frame is flagged as a discontinuity. Where nothing comes for\n4 s, the log says so, and the stream begins anew with what comes next; times go on rising. The first frame has the\ntime at which it came, the others follow by the stream\'s times. Packets that come while the links are full wait, up to\n4 MiB.\n\n**Inputs.** None.\n\n**Outputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be missing. Frames for an output without a\nlink are dropped.\n\n**Config.** `port`, `hostname`, `group`, `groupInterface`. Figures: `port`, `received` frames, `lostFrames`, which could\nnot be used, `lostPackets` of the transport stream, and `connections`: how often a stream has begun.\n\n**Example.**\n```json\n{ "head": { "type": "mpegts-source", "config": { "port": 5000, "group": "239.0.0.1" } } }\n```',
    category: "live",
    tags: ["mpegts", "udp", "multicast", "network", "live", "receive", "demux", "h264", "hevc", "aac", "opus"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264", "hevc"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["aac", "mp3", "opus"] },
      burst: 1,
      doc: "Sound.",
    }],
    config: {
      type: "object",
      properties: {
        port: {
          type: "integer",
          description: "The port to listen on; 0: any that is free, which log and figures tell.",
          minimum: 0,
          maximum: 65535,
          default: 5000,
        },
        hostname: {
          type: "string",
          description:
            "The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. By default `127.0.0.1`, or the group.",
          minLength: 1,
          "x-reaches": "host",
        },
        group: {
          type: "string",
          description: "A multicast address whose packets are received, such as `239.0.0.1`.",
          minLength: 1,
          "x-reaches": "host",
        },
        groupInterface: {
          type: "string",
          description: "The address of this machine whose network has the group; by default the system chooses.",
          minLength: 1,
          "x-reaches": "host",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["port", "received", "lostFrames", "lostPackets", "connections"],
  },
  load: async () => {
    const MpegtsSource = processorClass(
      "mpegts-source",
      "processors/live/mpegts_source.ts",
      await import("./processors/live/mpegts_source.ts"),
      "MpegtsSource",
    );
    return () => {
      const processor = new MpegtsSource();
      return {
        processor,
        ports: new MpegtsSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.group !== undefined) processor.group = values.group as typeof processor.group;
          if (values.groupInterface !== undefined) {
            processor.groupInterface = values.groupInterface as typeof processor.groupInterface;
          }
        },
      };
    };
  },
});

/** The ports of `noise-gate`. */
export class NoiseGatePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `noise-gate`. */
export interface NoiseGateConfig {
  /**
   * Level that opens it, relative to full scale.
   *
   * A number from -120 to 0 dB; -50 by default; may change while the node runs.
   */
  readonly thresholdDb?: number;
  /**
   * How far below the threshold a level has to fall to close it.
   *
   * A number from 0 to 40 dB; 6 by default; may change while the node runs.
   */
  readonly hysteresisDb?: number;
  /**
   * By how much it turns down.
   *
   * A number from 0 to 120 dB; 80 by default; may change while the node runs.
   */
  readonly rangeDb?: number;
  /**
   * Time from closed to open.
   *
   * A number from 0 to 1000 ms; 1 by default; may change while the node runs.
   */
  readonly attackMs?: number;
  /**
   * Time that it stays open.
   *
   * A number from 0 to 10000 ms; 50 by default; may change while the node runs.
   */
  readonly holdMs?: number;
  /**
   * Time from open to closed.
   *
   * A number from 0 to 10000 ms; 100 by default; may change while the node runs.
   */
  readonly releaseMs?: number;
}

/** A `noise-gate` in a graph. */
export type NoiseGateHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Turns quiet passages down.
 *
 * **Purpose.** Opens as soon as the loudest channel reaches the threshold, and closes once it was below the threshold
 * less the hysteresis for the hold time. Opening and closing glide linearly, so that nothing clicks. One gain for all
 * channels. Live changes glide as opening and closing do. The figure `isOpen` is 1 while it is open. Samples that
 * are not finite count as silence; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times.
 *
 * **Config.** `thresholdDb`, `hysteresisDb`, `rangeDb`, `attackMs`, `holdMs`, `releaseMs`, all live.
 *
 * **Example.**
 * ```json
 * { "gate": { "type": "noise-gate", "config": { "thresholdDb": -45 } } }
 * ```
 */
export const noiseGate: NodeType<NoiseGateConfig, NoiseGateHandle> = defineNodeType<NoiseGateConfig, NoiseGateHandle>({
  descriptor: {
    type: "noise-gate",
    className: "NoiseGate",
    source: "processors/audio/noise_gate.ts:39",
    description: "Turns quiet passages down.",
    doc:
      'Turns quiet passages down.\n\n**Purpose.** Opens as soon as the loudest channel reaches the threshold, and closes once it was below the threshold\nless the hysteresis for the hold time. Opening and closing glide linearly, so that nothing clicks. One gain for all\nchannels. Live changes glide as opening and closing do. The figure `isOpen` is 1 while it is open. Samples that\nare not finite count as silence; the figure `notFinite` counts them.\n\n**Inputs.** `audioIn`: any rate and number of channels.\n\n**Outputs.** `audioOut`: the same, with the same times.\n\n**Config.** `thresholdDb`, `hysteresisDb`, `rangeDb`, `attackMs`, `holdMs`, `releaseMs`, all live.\n\n**Example.**\n```json\n{ "gate": { "type": "noise-gate", "config": { "thresholdDb": -45 } } }\n```',
    category: "audio",
    tags: ["audio", "dynamics", "noise", "silence", "mute"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        thresholdDb: {
          type: "number",
          description: "Level that opens it, relative to full scale.",
          minimum: -120,
          maximum: 0,
          "x-unit": "dB",
          default: -50,
          "x-live": true,
        },
        hysteresisDb: {
          type: "number",
          description: "How far below the threshold a level has to fall to close it.",
          minimum: 0,
          maximum: 40,
          "x-unit": "dB",
          default: 6,
          "x-live": true,
        },
        rangeDb: {
          type: "number",
          description: "By how much it turns down.",
          minimum: 0,
          maximum: 120,
          "x-unit": "dB",
          default: 80,
          "x-live": true,
        },
        attackMs: {
          type: "number",
          description: "Time from closed to open.",
          minimum: 0,
          maximum: 1000,
          "x-unit": "ms",
          default: 1,
          "x-live": true,
        },
        holdMs: {
          type: "number",
          description: "Time that it stays open.",
          minimum: 0,
          maximum: 10000,
          "x-unit": "ms",
          default: 50,
          "x-live": true,
        },
        releaseMs: {
          type: "number",
          description: "Time from open to closed.",
          minimum: 0,
          maximum: 10000,
          "x-unit": "ms",
          default: 100,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["isOpen", "notFinite"],
  },
  load: async () => {
    const NoiseGate = processorClass(
      "noise-gate",
      "processors/audio/noise_gate.ts",
      await import("./processors/audio/noise_gate.ts"),
      "NoiseGate",
    );
    return () => {
      const processor = new NoiseGate();
      return {
        processor,
        ports: new NoiseGatePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.thresholdDb !== undefined) {
            processor.thresholdDb = values.thresholdDb as typeof processor.thresholdDb;
          }
          if (values.hysteresisDb !== undefined) {
            processor.hysteresisDb = values.hysteresisDb as typeof processor.hysteresisDb;
          }
          if (values.rangeDb !== undefined) processor.rangeDb = values.rangeDb as typeof processor.rangeDb;
          if (values.attackMs !== undefined) processor.attackMs = values.attackMs as typeof processor.attackMs;
          if (values.holdMs !== undefined) processor.holdMs = values.holdMs as typeof processor.holdMs;
          if (values.releaseMs !== undefined) processor.releaseMs = values.releaseMs as typeof processor.releaseMs;
        },
      };
    };
  },
});

/** The ports of `normalize`. */
export class NormalizePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `normalize`. */
export interface NormalizeConfig {
  /**
   * Highest sample of the result, relative to full scale.
   *
   * A number from -60 to 0 dB; -1 by default; may change while the node runs.
   */
  readonly ceilingDb?: number;
  /**
   * Time after which 63 % of a reduction is gone.
   *
   * A number from 1 to 10000 ms; 100 by default; may change while the node runs.
   */
  readonly releaseMs?: number;
  /**
   * How far it looks ahead, rounded to samples.
   *
   * A number from 0.1 to 50 ms; 5 by default.
   */
  readonly lookaheadMs?: number;
  /**
   * The loudness of the result.
   *
   * A number from -70 to 0 LUFS; -16 by default; may change while the node runs.
   */
  readonly targetLufs?: number;
  /**
   * The integrated loudness of the whole input; by default that of what has come so far.
   *
   * A number from -70 to 30 LUFS; may change while the node runs.
   */
  readonly measuredLufs?: number;
  /**
   * The most by which what was not measured is made louder.
   *
   * A number from 0 to 60 dB; 30 by default; may change while the node runs.
   */
  readonly mostGainDb?: number;
}

/** A `normalize` in a graph. */
export type NormalizeHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Brings audio to a loudness.
 *
 * **Purpose.** Amplifies to a target in LUFS (EBU R128), with a limiter behind that keeps the wave between samples too
 * below the ceiling. With `measuredLufs`, the integrated loudness that a `loudness` node found before, one gain for the
 * whole stream: `sluice convert --loudness` does so, in two passes. Without it, the gain follows the integrated loudness
 * of what has come so far: it starts at 0 dB, and goes to the wanted gain within seconds, so that the beginning is not yet
 * at the target. Where the limiter works a lot, the result is quieter than the target. The figures: `gainDb`,
 * `reductionDb` of the newest block, `mostReductionDb` of all so far, and `integratedLufs` of the input, which is
 * `measuredLufs` if that is given. Samples that are not finite become silence; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, the limiter
 * begins anew, and what it holds is lost.
 *
 * **Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter, at their times.
 *
 * **Config.** `targetLufs`, `measuredLufs`, `mostGainDb`, `ceilingDb`, `releaseMs` (all live), `lookaheadMs`.
 *
 * **Example.**
 * ```json
 * { "even": { "type": "normalize", "config": { "targetLufs": -16 } } }
 * ```
 */
export const normalize: NodeType<NormalizeConfig, NormalizeHandle> = defineNodeType<NormalizeConfig, NormalizeHandle>({
  descriptor: {
    type: "normalize",
    className: "Normalize",
    source: "processors/audio/normalize.ts:52",
    description: "Brings audio to a loudness.",
    doc:
      'Brings audio to a loudness.\n\n**Purpose.** Amplifies to a target in LUFS (EBU R128), with a limiter behind that keeps the wave between samples too\nbelow the ceiling. With `measuredLufs`, the integrated loudness that a `loudness` node found before, one gain for the\nwhole stream: `sluice convert --loudness` does so, in two passes. Without it, the gain follows the integrated loudness\nof what has come so far: it starts at 0 dB, and goes to the wanted gain within seconds, so that the beginning is not yet\nat the target. Where the limiter works a lot, the result is quieter than the target. The figures: `gainDb`,\n`reductionDb` of the newest block, `mostReductionDb` of all so far, and `integratedLufs` of the input, which is\n`measuredLufs` if that is given. Samples that are not finite become silence; the figure `notFinite` counts them.\n\n**Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, the limiter\nbegins anew, and what it holds is lost.\n\n**Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter, at their times.\n\n**Config.** `targetLufs`, `measuredLufs`, `mostGainDb`, `ceilingDb`, `releaseMs` (all live), `lookaheadMs`.\n\n**Example.**\n```json\n{ "even": { "type": "normalize", "config": { "targetLufs": -16 } } }\n```',
    category: "audio",
    tags: ["audio", "loudness", "lufs", "r128", "normalise", "level", "volume", "dynamics"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 2,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        ceilingDb: {
          type: "number",
          description: "Highest sample of the result, relative to full scale.",
          minimum: -60,
          maximum: 0,
          "x-unit": "dB",
          default: -1,
          "x-live": true,
        },
        releaseMs: {
          type: "number",
          description: "Time after which 63 % of a reduction is gone.",
          minimum: 1,
          maximum: 10000,
          "x-unit": "ms",
          default: 100,
          "x-live": true,
        },
        lookaheadMs: {
          type: "number",
          description: "How far it looks ahead, rounded to samples.",
          minimum: 0.1,
          maximum: 50,
          "x-unit": "ms",
          default: 5,
        },
        targetLufs: {
          type: "number",
          description: "The loudness of the result.",
          minimum: -70,
          maximum: 0,
          "x-unit": "LUFS",
          default: -16,
          "x-live": true,
        },
        measuredLufs: {
          type: "number",
          description: "The integrated loudness of the whole input; by default that of what has come so far.",
          minimum: -70,
          maximum: 30,
          "x-unit": "LUFS",
          "x-live": true,
        },
        mostGainDb: {
          type: "number",
          description: "The most by which what was not measured is made louder.",
          minimum: 0,
          maximum: 60,
          "x-unit": "dB",
          default: 30,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["gainDb", "integratedLufs", "reductionDb", "mostReductionDb", "notFinite"],
  },
  load: async () => {
    const Normalize = processorClass(
      "normalize",
      "processors/audio/normalize.ts",
      await import("./processors/audio/normalize.ts"),
      "Normalize",
    );
    return () => {
      const processor = new Normalize();
      return {
        processor,
        ports: new NormalizePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.ceilingDb !== undefined) processor.ceilingDb = values.ceilingDb as typeof processor.ceilingDb;
          if (values.releaseMs !== undefined) processor.releaseMs = values.releaseMs as typeof processor.releaseMs;
          if (values.lookaheadMs !== undefined) {
            processor.lookaheadMs = values.lookaheadMs as typeof processor.lookaheadMs;
          }
          if (values.targetLufs !== undefined) processor.targetLufs = values.targetLufs as typeof processor.targetLufs;
          if (values.measuredLufs !== undefined) {
            processor.measuredLufs = values.measuredLufs as typeof processor.measuredLufs;
          }
          if (values.mostGainDb !== undefined) processor.mostGainDb = values.mostGainDb as typeof processor.mostGainDb;
        },
      };
    };
  },
});

/** The ports of `packet-align`. */
export class PacketAlignPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["reference", "other"] = ["reference", "other"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["aligned"] = ["aligned"];
  readonly #processor: {
    reference: StreamInput<PacketFrame>;
    other: StreamInput<PacketFrame>;
    aligned: StreamOutput<PacketFrame<AlignedFields<unknown, unknown>>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      reference: StreamInput<PacketFrame>;
      other: StreamInput<PacketFrame>;
      aligned: StreamOutput<PacketFrame<AlignedFields<unknown, unknown>>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly reference: StreamInput<PacketFrame>; readonly other: StreamInput<PacketFrame> } {
    return { reference: this.#processor.reference, other: this.#processor.other };
  }

  /** The outputs by name. */
  outputs(): { readonly aligned: StreamOutput<PacketFrame<AlignedFields<unknown, unknown>>> } {
    return { aligned: this.#processor.aligned };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("reference", this.#processor.reference);
    visitor.input("other", this.#processor.other);
    visitor.output("aligned", this.#processor.aligned);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.reference = wiring.input("reference") as StreamInput<PacketFrame>;
    this.#processor.other = wiring.input("other") as StreamInput<PacketFrame>;
    this.#processor.aligned = wiring.output("aligned") as StreamOutput<PacketFrame<AlignedFields<unknown, unknown>>>;
  }
}

/** The configuration of `packet-align`. */
export interface PacketAlignConfig {
  /**
   * The source of partners: the item nearest in time, or one interpolated between the two around it.
   *
   * One of "nearest", "interpolate"; "nearest" by default; may change while the node runs.
   */
  readonly match?: "nearest" | "interpolate";
  /**
   * How far apart in time partners may be.
   *
   * A number from 0 to 60000 ms; 50 by default; may change while the node runs.
   */
  readonly toleranceMs?: number;
  /**
   * How long to wait for a partner, by the times of the reference.
   *
   * A number from 0 to 60000 ms; 1000 by default; may change while the node runs.
   */
  readonly waitMs?: number;
  /**
   * For an item of the reference without a partner: leave it out, or pass it alone.
   *
   * One of "drop", "pass"; "drop" by default; may change while the node runs.
   */
  readonly missing?: "drop" | "pass";
}

/** A `packet-align` in a graph. */
export type PacketAlignHandle<A extends PacketFieldsOf<A> = Untyped, B extends PacketFieldsOf<B> = Untyped> =
  NodeHandle<{ reference: PacketFrame<A>; other: PacketFrame<B> }, { aligned: PacketFrame<AlignedFields<A, B>> }>;

/** The node type `packet-align`, which carries what its links do. */
export interface PacketAlignNodeType extends NodeType<PacketAlignConfig, PacketAlignHandle> {
  /** A node whose ports carry these types; without them, any. */
  <A extends PacketFieldsOf<A> = Untyped, B extends PacketFieldsOf<B> = Untyped>(
    config?: PacketAlignConfig,
  ): NodeSpec<PacketAlignHandle<A, B>>;
}

/**
 * Joins two streams of records by time.
 *
 * **Purpose.** Works as `data-align`, record by record; the records of a batch are assumed to be spread evenly over its
 * duration. Each batch of the reference makes one batch with the same records, less those that `missing` leaves out,
 * and the fields of both; an empty batch makes none. `f32` and `f64` are interpolated linearly; other numbers come from
 * the nearer record. A record without a partner has NaN, or 0 if the field cannot hold it, and NaN for `offsetNs`.
 *
 * **Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. No field of
 * one has the name of a field of the other.
 *
 * **Outputs.** `aligned`: batches of the reference with the fields of both, and `offsetNs`: the time of the partner
 * less that of the record.
 *
 * **Config.** `match`, `toleranceMs`, `waitMs`, `missing` (all live).
 *
 * **Example.**
 * ```json
 * { "join": { "type": "packet-align", "config": { "toleranceMs": 5, "waitMs": 200 } } }
 * ```
 */
export const packetAlign: PacketAlignNodeType = defineNodeType<
  PacketAlignConfig,
  PacketAlignHandle,
  PacketAlignNodeType
>({
  descriptor: {
    type: "packet-align",
    className: "PacketAlign",
    source: "processors/flow/packet_align.ts:69",
    description: "Joins two streams of records by time.",
    doc:
      'Joins two streams of records by time.\n\n**Purpose.** Works as `data-align`, record by record; the records of a batch are assumed to be spread evenly over its\nduration. Each batch of the reference makes one batch with the same records, less those that `missing` leaves out,\nand the fields of both; an empty batch makes none. `f32` and `f64` are interpolated linearly; other numbers come from\nthe nearer record. A record without a partner has NaN, or 0 if the field cannot hold it, and NaN for `offsetNs`.\n\n**Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. No field of\none has the name of a field of the other.\n\n**Outputs.** `aligned`: batches of the reference with the fields of both, and `offsetNs`: the time of the partner\nless that of the record.\n\n**Config.** `match`, `toleranceMs`, `waitMs`, `missing` (all live).\n\n**Example.**\n```json\n{ "join": { "type": "packet-align", "config": { "toleranceMs": 5, "waitMs": 200 } } }\n```',
    category: "flow",
    tags: ["packet", "sensor", "join", "align", "synchronize", "merge", "time", "interpolate"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "reference",
      direction: "input",
      kind: "packet",
      type: "PacketFrame<A>",
      schema: "unknown",
      generic: { argument: "A", parameters: ["A"] },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "other",
      direction: "input",
      kind: "packet",
      type: "PacketFrame<B>",
      schema: "unknown",
      generic: { argument: "B", parameters: ["B"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "aligned",
      direction: "output",
      kind: "packet",
      type: "PacketFrame<AlignedFields<A,B>>",
      schema: "unknown",
      generic: { argument: "AlignedFields<A,B>", parameters: ["A", "B"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        match: {
          enum: ["nearest", "interpolate"],
          description:
            "The source of partners: the item nearest in time, or one interpolated between the two around it.",
          default: "nearest",
          "x-live": true,
        },
        toleranceMs: {
          type: "number",
          description: "How far apart in time partners may be.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 50,
          "x-live": true,
        },
        waitMs: {
          type: "number",
          description: "How long to wait for a partner, by the times of the reference.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 1000,
          "x-live": true,
        },
        missing: {
          enum: ["drop", "pass"],
          description: "For an item of the reference without a partner: leave it out, or pass it alone.",
          default: "drop",
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const PacketAlign = processorClass(
      "packet-align",
      "processors/flow/packet_align.ts",
      await import("./processors/flow/packet_align.ts"),
      "PacketAlign",
    );
    return () => {
      const processor = new PacketAlign<Untyped, Untyped>();
      return {
        processor,
        ports: new PacketAlignPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.match !== undefined) processor.match = values.match as typeof processor.match;
          if (values.toleranceMs !== undefined) {
            processor.toleranceMs = values.toleranceMs as typeof processor.toleranceMs;
          }
          if (values.waitMs !== undefined) processor.waitMs = values.waitMs as typeof processor.waitMs;
          if (values.missing !== undefined) processor.missing = values.missing as typeof processor.missing;
        },
      };
    };
  },
});

/** The ports of `peak`. */
export class PeakPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["packetIn"] = ["packetIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["packetOut"] = ["packetOut"];
  readonly #processor: { packetIn: StreamInput<PacketFrame>; packetOut: StreamOutput<PacketFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { packetIn: StreamInput<PacketFrame>; packetOut: StreamOutput<PacketFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly packetIn: StreamInput<PacketFrame> } {
    return { packetIn: this.#processor.packetIn };
  }

  /** The outputs by name. */
  outputs(): { readonly packetOut: StreamOutput<PacketFrame> } {
    return { packetOut: this.#processor.packetOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("packetIn", this.#processor.packetIn);
    visitor.output("packetOut", this.#processor.packetOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.packetIn = wiring.input("packetIn") as StreamInput<PacketFrame>;
    this.#processor.packetOut = wiring.output("packetOut") as StreamOutput<PacketFrame>;
  }
}

/** The configuration of `peak`. */
export interface PeakConfig {
  /**
   * Lines of each channel.
   *
   * A whole number from 1 to 64; 1 by default; may change while the node runs.
   */
  readonly count?: number;
  /**
   * The lowest frequency that is looked at.
   *
   * A number of at least 0 Hz; 0 by default; may change while the node runs.
   */
  readonly fromHz?: number;
  /**
   * The highest frequency that is looked at; by default all.
   *
   * A number of at least 0 Hz; may change while the node runs.
   */
  readonly toHz?: number;
}

/** A `peak` in a graph. */
export type PeakHandle = NodeHandle<{ packetIn: PacketFrame }, { packetOut: PacketFrame }>;

/**
 * Finds the strongest lines of spectra.
 *
 * **Purpose.** Takes the spectra of an `fft`, and gives of each channel the `count` highest lines: a line is a record that
 * is higher than its neighbours. Frequency and height come from a parabola through the three, so that a tone between two
 * frequencies is found to a fraction of their distance. A batch comes for each spectrum, the highest line first.
 *
 * **Inputs.** `packetIn`: spectra, with a column `frequencyHz` and one of heights for each channel, of rising frequencies.
 *
 * **Outputs.** `packetOut`: for each channel a column of its name, with heights, and one with `Hz` behind its name. A
 * channel with fewer lines has NaN in the rest.
 *
 * **Config.** `count`, `fromHz`, `toHz`.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage ! fft size=2048 ! peak count=2 ! csv-sink path=lines.csv`
 */
export const peak: NodeType<PeakConfig, PeakHandle> = defineNodeType<PeakConfig, PeakHandle>({
  descriptor: {
    type: "peak",
    className: "Peak",
    source: "processors/data/peak.ts:38",
    description: "Finds the strongest lines of spectra.",
    doc:
      "Finds the strongest lines of spectra.\n\n**Purpose.** Takes the spectra of an `fft`, and gives of each channel the `count` highest lines: a line is a record that\nis higher than its neighbours. Frequency and height come from a parabola through the three, so that a tone between two\nfrequencies is found to a fraction of their distance. A batch comes for each spectrum, the highest line first.\n\n**Inputs.** `packetIn`: spectra, with a column `frequencyHz` and one of heights for each channel, of rising frequencies.\n\n**Outputs.** `packetOut`: for each channel a column of its name, with heights, and one with `Hz` behind its name. A\nchannel with fewer lines has NaN in the rest.\n\n**Config.** `count`, `fromHz`, `toHz`.\n\n**Example.** `acquisition durationSeconds=1 ! to-voltage ! fft size=2048 ! peak count=2 ! csv-sink path=lines.csv`",
    category: "data",
    tags: ["sensor", "spectrum", "frequency", "vibration", "line", "maximum", "tone"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "packetIn",
      direction: "input",
      kind: "packet",
      type: "PacketFrame",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "packetOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        count: {
          type: "integer",
          description: "Lines of each channel.",
          minimum: 1,
          maximum: 64,
          default: 1,
          "x-live": true,
        },
        fromHz: {
          type: "number",
          description: "The lowest frequency that is looked at.",
          minimum: 0,
          "x-unit": "Hz",
          default: 0,
          "x-live": true,
        },
        toHz: {
          type: "number",
          description: "The highest frequency that is looked at; by default all.",
          minimum: 0,
          "x-unit": "Hz",
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Peak = processorClass("peak", "processors/data/peak.ts", await import("./processors/data/peak.ts"), "Peak");
    return () => {
      const processor = new Peak();
      return {
        processor,
        ports: new PeakPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.count !== undefined) processor.count = values.count as typeof processor.count;
          if (values.fromHz !== undefined) processor.fromHz = values.fromHz as typeof processor.fromHz;
          if (values.toHz !== undefined) processor.toHz = values.toHz as typeof processor.toHz;
        },
      };
    };
  },
});

/** The ports of `pipe-sink`. */
export class PipeSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<VideoFrame>; audio: StreamInput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<VideoFrame>; audio: StreamInput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly video: StreamInput<VideoFrame>; readonly audio: StreamInput<AudioFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("video", this.#processor.video);
    visitor.input("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.input("video") as StreamInput<VideoFrame>;
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
  }
}

/** The configuration of `pipe-sink`. */
export interface PipeSinkConfig {
  /**
   * The program and its arguments, each by itself: no shell reads them. An example: `["ffmpeg", "-v", "error", "-i", "-", "-y", "a.mp4"]`. Without it and `path`, the standard output.
   *
   * A list of at most 256 values, each a string; [] by default.
   */
  readonly command?: readonly string[];
  /**
   * A file to record in place of a program's input; it is `NAME.partial` until it is complete.
   *
   * A string; "" by default.
   */
  readonly path?: string;
  /**
   * The form of the output: pictures, or samples in little-endian order, of which integers clamp at full scale.
   *
   * One of "y4m", "s16", "s24", "s32", "f32"; "y4m" by default.
   */
  readonly format?: "y4m" | "s16" | "s24" | "s32" | "f32";
  /**
   * For pictures: which levels they have, which the program is told: luma from 16 to 235, or from 0 to 255.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
}

/** A `pipe-sink` in a graph. */
export type PipeSinkHandle = NodeHandle<{ video: VideoFrame; audio: AudioFrame }, Record<never, never>>;

/**
 * Writes pictures or samples to a pipe, another program or a file.
 *
 * **Purpose.** Starts a program and writes to its standard input, or records a file, or writes to the standard output of
 * this one where neither is named: pictures as YUV4MPEG2, or interleaved samples. So everything that ffmpeg writes can be
 * had. Its end
 * of the stream follows that of the input, and the run ends when the program has. A program that has had enough, and ends
 * without a fault, ends the node and with it what nobody else reads. Times are not handed on: pictures are taken to
 * follow each other at their rate.
 *
 * **Inputs.** `video` with format `y4m`: pictures of pixel format `i420`. `audio` with the others. The format may not
 * change within a stream.
 *
 * **Outputs.** None.
 *
 * **Config.** `command`, `path`, `format`, `range`.
 *
 * **Example.**
 * ```json
 * { "film": { "type": "pipe-sink", "config": { "command": ["ffmpeg", "-v", "error", "-i", "-", "-y", "film.avi"] } } }
 * ```
 */
export const pipeSink: NodeType<PipeSinkConfig, PipeSinkHandle> = defineNodeType<PipeSinkConfig, PipeSinkHandle>({
  descriptor: {
    type: "pipe-sink",
    className: "PipeSink",
    source: "processors/media/pipe_sink.ts:48",
    description: "Writes pictures or samples to a pipe, another program or a file.",
    doc:
      'Writes pictures or samples to a pipe, another program or a file.\n\n**Purpose.** Starts a program and writes to its standard input, or records a file, or writes to the standard output of\nthis one where neither is named: pictures as YUV4MPEG2, or interleaved samples. So everything that ffmpeg writes can be\nhad. Its end\nof the stream follows that of the input, and the run ends when the program has. A program that has had enough, and ends\nwithout a fault, ends the node and with it what nobody else reads. Times are not handed on: pictures are taken to\nfollow each other at their rate.\n\n**Inputs.** `video` with format `y4m`: pictures of pixel format `i420`. `audio` with the others. The format may not\nchange within a stream.\n\n**Outputs.** None.\n\n**Config.** `command`, `path`, `format`, `range`.\n\n**Example.**\n```json\n{ "film": { "type": "pipe-sink", "config": { "command": ["ffmpeg", "-v", "error", "-i", "-", "-y", "film.avi"] } } }\n```',
    category: "media",
    tags: ["process", "stdout", "ffmpeg", "y4m", "raw", "video", "audio", "write"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    stdout: { command: [], path: "" },
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: "i420" },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "Samples.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        command: {
          type: "array",
          items: { type: "string", "x-reaches": "command" },
          description:
            'The program and its arguments, each by itself: no shell reads them. An example: `["ffmpeg", "-v", "error", "-i", "-", "-y", "a.mp4"]`. Without it and `path`, the standard output.',
          maxItems: 256,
          default: [],
        },
        path: {
          type: "string",
          description: "A file to record in place of a program's input; it is `NAME.partial` until it is complete.",
          "x-reaches": "path",
          default: "",
        },
        format: {
          enum: ["y4m", "s16", "s24", "s32", "f32"],
          description:
            "The form of the output: pictures, or samples in little-endian order, of which integers clamp at full scale.",
          default: "y4m",
        },
        range: {
          enum: ["limited", "full"],
          description:
            "For pictures: which levels they have, which the program is told: luma from 16 to 235, or from 0 to 255.",
          default: "limited",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const PipeSink = processorClass(
      "pipe-sink",
      "processors/media/pipe_sink.ts",
      await import("./processors/media/pipe_sink.ts"),
      "PipeSink",
    );
    return () => {
      const processor = new PipeSink();
      return {
        processor,
        ports: new PipeSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.command !== undefined) processor.command = values.command as typeof processor.command;
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.range !== undefined) processor.range = values.range as typeof processor.range;
        },
      };
    };
  },
});

/** The ports of `pipe-source`. */
export class PipeSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  readonly #processor: { video: StreamOutput<VideoFrame>; audio: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<VideoFrame>; audio: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly video: StreamOutput<VideoFrame>; readonly audio: StreamOutput<AudioFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("video", this.#processor.video);
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.output("video") as StreamOutput<VideoFrame>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `pipe-source`. */
export interface PipeSourceConfig {
  /**
   * The program and its arguments, each by itself: no shell reads them. An example: `["ffmpeg", "-v", "error", "-i", "a.mp4", "-f", "yuv4mpegpipe", "-"]`. Without it and `path`, the standard input.
   *
   * A list of at most 256 values, each a string; [] by default.
   */
  readonly command?: readonly string[];
  /**
   * A file or a named pipe to read in place of a program's output.
   *
   * A string; "" by default.
   */
  readonly path?: string;
  /**
   * The form of the input: pictures, or samples in little-endian order.
   *
   * One of "y4m", "s16", "s24", "s32", "f32"; "y4m" by default.
   */
  readonly format?: "y4m" | "s16" | "s24" | "s32" | "f32";
  /**
   * For samples: how many a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * For samples: number of channels.
   *
   * A whole number from 1 to 8; 2 by default.
   */
  readonly channels?: number;
  /**
   * For pictures whose stream tells no rate: how many a second; by default 25.
   *
   * A number of at most 1000 and above 0 Hz.
   */
  readonly frameRate?: number;
  /**
   * For pictures: which levels come out: luma from 16 to 235, or from 0 to 255. A stream that tells another range is converted.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
}

/** A `pipe-source` in a graph. */
export type PipeSourceHandle = NodeHandle<Record<never, never>, { video: VideoFrame; audio: AudioFrame }>;

/**
 * Reads pictures or samples from a pipe, another program or a file.
 *
 * **Purpose.** Starts a program and reads what it writes to its standard output, or reads a file or a named pipe, or the
 * standard input of this one where neither is named: pictures as YUV4MPEG2, or interleaved samples. So everything that
 * ffmpeg reads can be had.
 * The program is slowed down where the graph takes no more. It is ended with the graph; what it says last is shown if it
 * fails. Pictures that are cut off play up to the last whole one, which the log tells.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video` with format `y4m`: pictures of pixel format `i420`. `audio` with the others: blocks of 1,024
 * samples, the last one shorter; bytes that begin as another format does, such as YUV4MPEG2 or WAV, are refused.
 *
 * **Figures.** Of pictures that are cut off: `lostBytes`, how much of the last one is left out, and `lostParts`, 1.
 *
 * **Config.** `command`, `path`, `format`, `sampleRateHz`, `channels`, `frameRate`, `range`.
 *
 * **Example.**
 * ```json
 * { "film": { "type": "pipe-source", "config": {
 *   "command": ["ffmpeg", "-v", "error", "-i", "film.avi", "-f", "yuv4mpegpipe", "-pix_fmt", "yuv420p", "-"]
 * } } }
 * ```
 */
export const pipeSource: NodeType<PipeSourceConfig, PipeSourceHandle> = defineNodeType<
  PipeSourceConfig,
  PipeSourceHandle
>({
  descriptor: {
    type: "pipe-source",
    className: "PipeSource",
    source: "processors/media/pipe_source.ts:53",
    description: "Reads pictures or samples from a pipe, another program or a file.",
    doc:
      'Reads pictures or samples from a pipe, another program or a file.\n\n**Purpose.** Starts a program and reads what it writes to its standard output, or reads a file or a named pipe, or the\nstandard input of this one where neither is named: pictures as YUV4MPEG2, or interleaved samples. So everything that\nffmpeg reads can be had.\nThe program is slowed down where the graph takes no more. It is ended with the graph; what it says last is shown if it\nfails. Pictures that are cut off play up to the last whole one, which the log tells.\n\n**Inputs.** None.\n\n**Outputs.** `video` with format `y4m`: pictures of pixel format `i420`. `audio` with the others: blocks of 1,024\nsamples, the last one shorter; bytes that begin as another format does, such as YUV4MPEG2 or WAV, are refused.\n\n**Figures.** Of pictures that are cut off: `lostBytes`, how much of the last one is left out, and `lostParts`, 1.\n\n**Config.** `command`, `path`, `format`, `sampleRateHz`, `channels`, `frameRate`, `range`.\n\n**Example.**\n```json\n{ "film": { "type": "pipe-source", "config": {\n  "command": ["ffmpeg", "-v", "error", "-i", "film.avi", "-f", "yuv4mpegpipe", "-pix_fmt", "yuv420p", "-"]\n} } }\n```',
    category: "media",
    tags: ["process", "stdin", "ffmpeg", "y4m", "raw", "video", "audio", "read"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Samples.",
    }],
    config: {
      type: "object",
      properties: {
        command: {
          type: "array",
          items: { type: "string", "x-reaches": "command" },
          description:
            'The program and its arguments, each by itself: no shell reads them. An example: `["ffmpeg", "-v", "error", "-i", "a.mp4", "-f", "yuv4mpegpipe", "-"]`. Without it and `path`, the standard input.',
          maxItems: 256,
          default: [],
        },
        path: {
          type: "string",
          description: "A file or a named pipe to read in place of a program's output.",
          "x-reaches": "path",
          default: "",
        },
        format: {
          enum: ["y4m", "s16", "s24", "s32", "f32"],
          description: "The form of the input: pictures, or samples in little-endian order.",
          default: "y4m",
        },
        sampleRateHz: {
          type: "integer",
          description: "For samples: how many a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "For samples: number of channels.",
          minimum: 1,
          maximum: 8,
          default: 2,
        },
        frameRate: {
          type: "number",
          description: "For pictures whose stream tells no rate: how many a second; by default 25.",
          exclusiveMinimum: 0,
          maximum: 1000,
          "x-unit": "Hz",
        },
        range: {
          enum: ["limited", "full"],
          description:
            "For pictures: which levels come out: luma from 16 to 235, or from 0 to 255. A stream that tells another range is converted.",
          default: "limited",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const PipeSource = processorClass(
      "pipe-source",
      "processors/media/pipe_source.ts",
      await import("./processors/media/pipe_source.ts"),
      "PipeSource",
    );
    return () => {
      const processor = new PipeSource();
      return {
        processor,
        ports: new PipeSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.command !== undefined) processor.command = values.command as typeof processor.command;
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.frameRate !== undefined) processor.frameRate = values.frameRate as typeof processor.frameRate;
          if (values.range !== undefined) processor.range = values.range as typeof processor.range;
        },
      };
    };
  },
  portsOf: pipeSourcePorts,
});

/** The ports of `process`. */
export class ProcessPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn", "videoIn", "encodedIn", "dataIn"] = [
    "audioIn",
    "videoIn",
    "encodedIn",
    "dataIn",
  ];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut", "videoOut", "dataOut"] = ["audioOut", "videoOut", "dataOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>;
    videoIn: StreamInput<VideoFrame>;
    encodedIn: StreamInput<EncodedFrame>;
    dataIn: StreamInput<DataFrame<Uint8Array>>;
    audioOut: StreamOutput<AudioFrame>;
    videoOut: StreamOutput<VideoFrame>;
    dataOut: StreamOutput<DataFrame<Uint8Array>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>;
      videoIn: StreamInput<VideoFrame>;
      encodedIn: StreamInput<EncodedFrame>;
      dataIn: StreamInput<DataFrame<Uint8Array>>;
      audioOut: StreamOutput<AudioFrame>;
      videoOut: StreamOutput<VideoFrame>;
      dataOut: StreamOutput<DataFrame<Uint8Array>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly audioIn: StreamInput<AudioFrame>;
    readonly videoIn: StreamInput<VideoFrame>;
    readonly encodedIn: StreamInput<EncodedFrame>;
    readonly dataIn: StreamInput<DataFrame<Uint8Array>>;
  } {
    return {
      audioIn: this.#processor.audioIn,
      videoIn: this.#processor.videoIn,
      encodedIn: this.#processor.encodedIn,
      dataIn: this.#processor.dataIn,
    };
  }

  /** The outputs by name. */
  outputs(): {
    readonly audioOut: StreamOutput<AudioFrame>;
    readonly videoOut: StreamOutput<VideoFrame>;
    readonly dataOut: StreamOutput<DataFrame<Uint8Array>>;
  } {
    return { audioOut: this.#processor.audioOut, videoOut: this.#processor.videoOut, dataOut: this.#processor.dataOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.input("videoIn", this.#processor.videoIn);
    visitor.input("encodedIn", this.#processor.encodedIn);
    visitor.input("dataIn", this.#processor.dataIn);
    visitor.output("audioOut", this.#processor.audioOut);
    visitor.output("videoOut", this.#processor.videoOut);
    visitor.output("dataOut", this.#processor.dataOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.videoIn = wiring.input("videoIn") as StreamInput<VideoFrame>;
    this.#processor.encodedIn = wiring.input("encodedIn") as StreamInput<EncodedFrame>;
    this.#processor.dataIn = wiring.input("dataIn") as StreamInput<DataFrame<Uint8Array>>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
    this.#processor.videoOut = wiring.output("videoOut") as StreamOutput<VideoFrame>;
    this.#processor.dataOut = wiring.output("dataOut") as StreamOutput<DataFrame<Uint8Array>>;
  }
}

/** The configuration of `process`. */
export interface ProcessConfig {
  /**
   * The program and its arguments, each by itself: no shell reads them. An example: `["sh", "-c", "tee copy.raw"]`.
   *
   * A list of 1 to 256 values, each a string.
   */
  readonly command: readonly string[];
  /**
   * Samples on both sides, in little-endian order; integers clamp at full scale.
   *
   * One of "s16", "s24", "s32", "f32"; "s16" by default.
   */
  readonly audioFormat?: "s16" | "s24" | "s32" | "f32";
  /**
   * For samples of `audioOut`; by default those of `audioIn`, else 48000.
   *
   * A whole number from 1 to 768000 Hz.
   */
  readonly sampleRateHz?: number;
  /**
   * For samples of `audioOut`; by default those of `audioIn`, else 2.
   *
   * A whole number from 1 to 8.
   */
  readonly channels?: number;
  /**
   * Pictures on both sides: YUV4MPEG2 with pictures of `i420`, or their rows alone.
   *
   * One of "y4m", "raw"; "y4m" by default.
   */
  readonly videoFormat?: "y4m" | "raw";
  /**
   * For YUV4MPEG2: which levels the pictures of the graph have, on both sides: luma from 16 to 235, or from 0 to 255. The program is told, and what it says to be of another range is converted.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
  /**
   * For raw pictures of `videoOut`; by default those of `videoIn`, else `rgba8`.
   *
   * One of "rgba8", "bgra8", "nv12", "i420".
   */
  readonly pixelFormat?: "rgba8" | "bgra8" | "nv12" | "i420";
  /**
   * For raw pictures of `videoOut`; by default those of `videoIn`, else required.
   *
   * A whole number from 1 to 32768 pixels.
   */
  readonly width?: number;
  /**
   * For raw pictures of `videoOut`; by default those of `videoIn`, else required.
   *
   * A whole number from 1 to 32768 pixels.
   */
  readonly height?: number;
  /**
   * Of pictures that come out: of raw ones by default that of those that come in, else 30; of YUV4MPEG2 where its first line tells none, by default 25.
   *
   * A number of at most 1000 and above 0 Hz.
   */
  readonly frameRate?: number;
}

/** A `process` in a graph. */
export type ProcessHandle = NodeHandle<
  { audioIn: AudioFrame; videoIn: VideoFrame; encodedIn: EncodedFrame; dataIn: DataFrame<Uint8Array> },
  { audioOut: AudioFrame; videoOut: VideoFrame; dataOut: DataFrame<Uint8Array> }
>;

/**
 * Passes a stream through another program.
 *
 * **Purpose.** Starts a program, writes what comes in to its standard input, and makes frames of what it writes to its
 * standard output. Either direction may be left out: a node without a link to its inputs is a source, one without a link
 * from its outputs a sink. The program is slowed down where the graph takes no more, and slows the graph down where it
 * takes no more itself; both directions go on by themselves, however much the program keeps. Its end of the stream
 * follows that of the input. Its standard error goes to the node's log, line by line; an exit code other than 0 is the
 * node's failure. It is ended with the graph. Deno needs the permission to run it (`--allow-run`).
 *
 * **Inputs.** One of `audioIn`, as interleaved samples; `videoIn`, as YUV4MPEG2 or raw; `encodedIn`, the bytes of each
 * frame; `dataIn`, values that are bytes.
 *
 * **Outputs.** One of `audioOut`: blocks of 1,024 samples, the last one shorter; `videoOut`; `dataOut`: bytes as they
 * come, up to 8,192 in a value. Times go on from that of the first frame that came in, by rates. A program that takes
 * `encodedIn` and gives `audioOut` decodes: `sampleRateHz` and `channels` must say what it writes. So must `width` and
 * `height` of raw pictures where none come in. Bytes that begin as another format does, such as YUV4MPEG2 or WAV, are
 * refused as samples.
 *
 * **Config.** `command`, `audioFormat`, `sampleRateHz`, `channels`, `videoFormat`, `range`, `pixelFormat`, `width`,
 * `height`, `frameRate`.
 *
 * **Example.**
 * ```json
 * { "telephone": { "type": "process", "config": {
 *   "command": ["sox", "-t", "raw", "-r", "48000", "-e", "signed", "-b", "16", "-c", "2", "-", "-t", "raw", "-", "sinc", "0.3k-3.4k"]
 * } } }
 * ```
 */
export const process: NodeType<ProcessConfig, ProcessHandle> = defineNodeType<ProcessConfig, ProcessHandle>({
  descriptor: {
    type: "process",
    className: "Process",
    source: "processors/media/process.ts:70",
    description: "Passes a stream through another program.",
    doc:
      'Passes a stream through another program.\n\n**Purpose.** Starts a program, writes what comes in to its standard input, and makes frames of what it writes to its\nstandard output. Either direction may be left out: a node without a link to its inputs is a source, one without a link\nfrom its outputs a sink. The program is slowed down where the graph takes no more, and slows the graph down where it\ntakes no more itself; both directions go on by themselves, however much the program keeps. Its end of the stream\nfollows that of the input. Its standard error goes to the node\'s log, line by line; an exit code other than 0 is the\nnode\'s failure. It is ended with the graph. Deno needs the permission to run it (`--allow-run`).\n\n**Inputs.** One of `audioIn`, as interleaved samples; `videoIn`, as YUV4MPEG2 or raw; `encodedIn`, the bytes of each\nframe; `dataIn`, values that are bytes.\n\n**Outputs.** One of `audioOut`: blocks of 1,024 samples, the last one shorter; `videoOut`; `dataOut`: bytes as they\ncome, up to 8,192 in a value. Times go on from that of the first frame that came in, by rates. A program that takes\n`encodedIn` and gives `audioOut` decodes: `sampleRateHz` and `channels` must say what it writes. So must `width` and\n`height` of raw pictures where none come in. Bytes that begin as another format does, such as YUV4MPEG2 or WAV, are\nrefused as samples.\n\n**Config.** `command`, `audioFormat`, `sampleRateHz`, `channels`, `videoFormat`, `range`, `pixelFormat`, `width`,\n`height`, `frameRate`.\n\n**Example.**\n```json\n{ "telephone": { "type": "process", "config": {\n  "command": ["sox", "-t", "raw", "-r", "48000", "-e", "signed", "-b", "16", "-c", "2", "-", "-t", "raw", "-", "sinc", "0.3k-3.4k"]\n} } }\n```',
    category: "media",
    tags: ["child", "program", "pipe", "stdin", "stdout", "ffmpeg", "sox", "raw", "y4m"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "Samples.",
    }, {
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "encodedIn",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      burst: 1,
      doc: "Encoded frames.",
    }, {
      name: "dataIn",
      direction: "input",
      kind: "data",
      type: "DataFrame<Uint8Array>",
      schema: "Uint8Array",
      valueSchema: { "x-type": "Uint8Array" },
      optional: true,
      burst: 1,
      doc: "Bytes.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Samples.",
    }, {
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "dataOut",
      direction: "output",
      kind: "data",
      type: "DataFrame<Uint8Array>",
      schema: "Uint8Array",
      valueSchema: { "x-type": "Uint8Array" },
      optional: false,
      burst: 1,
      doc: "Bytes.",
    }],
    config: {
      type: "object",
      properties: {
        command: {
          type: "array",
          items: { type: "string", "x-reaches": "command" },
          description:
            'The program and its arguments, each by itself: no shell reads them. An example: `["sh", "-c", "tee copy.raw"]`.',
          minItems: 1,
          maxItems: 256,
        },
        audioFormat: {
          enum: ["s16", "s24", "s32", "f32"],
          description: "Samples on both sides, in little-endian order; integers clamp at full scale.",
          default: "s16",
        },
        sampleRateHz: {
          type: "integer",
          description: "For samples of `audioOut`; by default those of `audioIn`, else 48000.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
        },
        channels: {
          type: "integer",
          description: "For samples of `audioOut`; by default those of `audioIn`, else 2.",
          minimum: 1,
          maximum: 8,
        },
        videoFormat: {
          enum: ["y4m", "raw"],
          description: "Pictures on both sides: YUV4MPEG2 with pictures of `i420`, or their rows alone.",
          default: "y4m",
        },
        range: {
          enum: ["limited", "full"],
          description:
            "For YUV4MPEG2: which levels the pictures of the graph have, on both sides: luma from 16 to 235, or from 0 to 255. The program is told, and what it says to be of another range is converted.",
          default: "limited",
        },
        pixelFormat: {
          enum: ["rgba8", "bgra8", "nv12", "i420"],
          description: "For raw pictures of `videoOut`; by default those of `videoIn`, else `rgba8`.",
        },
        width: {
          type: "integer",
          description: "For raw pictures of `videoOut`; by default those of `videoIn`, else required.",
          minimum: 1,
          maximum: 32768,
          "x-unit": "pixels",
        },
        height: {
          type: "integer",
          description: "For raw pictures of `videoOut`; by default those of `videoIn`, else required.",
          minimum: 1,
          maximum: 32768,
          "x-unit": "pixels",
        },
        frameRate: {
          type: "number",
          description:
            "Of pictures that come out: of raw ones by default that of those that come in, else 30; of YUV4MPEG2 where its first line tells none, by default 25.",
          exclusiveMinimum: 0,
          maximum: 1000,
          "x-unit": "Hz",
        },
      },
      required: ["command"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Process = processorClass(
      "process",
      "processors/media/process.ts",
      await import("./processors/media/process.ts"),
      "Process",
    );
    return () => {
      const processor = new Process();
      return {
        processor,
        ports: new ProcessPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.command !== undefined) processor.command = values.command as typeof processor.command;
          if (values.audioFormat !== undefined) {
            processor.audioFormat = values.audioFormat as typeof processor.audioFormat;
          }
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.videoFormat !== undefined) {
            processor.videoFormat = values.videoFormat as typeof processor.videoFormat;
          }
          if (values.range !== undefined) processor.range = values.range as typeof processor.range;
          if (values.pixelFormat !== undefined) {
            processor.pixelFormat = values.pixelFormat as typeof processor.pixelFormat;
          }
          if (values.width !== undefined) processor.width = values.width as typeof processor.width;
          if (values.height !== undefined) processor.height = values.height as typeof processor.height;
          if (values.frameRate !== undefined) processor.frameRate = values.frameRate as typeof processor.frameRate;
        },
      };
    };
  },
  portsOf: processPorts,
});

/** The ports of `rebuffer`. */
export class RebufferPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: {
    frameIn: StreamInput<AudioFrame | PacketFrame>;
    frameOut: StreamOutput<AudioFrame | PacketFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: { frameIn: StreamInput<AudioFrame | PacketFrame>; frameOut: StreamOutput<AudioFrame | PacketFrame> },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<AudioFrame | PacketFrame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<AudioFrame | PacketFrame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<AudioFrame | PacketFrame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<AudioFrame | PacketFrame>;
  }
}

/** The configuration of `rebuffer`. */
export interface RebufferConfig {
  /**
   * Samples per channel in a block, or records in a batch.
   *
   * A whole number from 1 to 65536 samples; 1024 by default; may change while the node runs.
   */
  readonly size?: number;
  /**
   * Fill a block of audio that ends early with silence, instead of making it shorter.
   *
   * True or false; false by default.
   */
  readonly pad?: boolean;
}

/** A `rebuffer` in a graph. */
export type RebufferHandle<F extends AudioFrame | PacketFrame<Untyped> = Untyped> = NodeHandle<
  { frameIn: SinglePort<F> },
  { frameOut: SinglePort<F> }
>;

/** The node type `rebuffer`, which carries what its links do. */
export interface RebufferNodeType extends NodeType<RebufferConfig, RebufferHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends AudioFrame | PacketFrame<Untyped> = Untyped>(config?: RebufferConfig): NodeSpec<RebufferHandle<F>>;
}

/**
 * Makes blocks of audio, or batches of records, of one size.
 *
 * **Purpose.** Joins and splits what comes, and passes on every sample, or record, once and in order, for nodes that need a fixed size. A block starts at
 * the time of its first sample, and a batch at that of its first record; the records of an input batch are assumed to be
 * spread evenly over its duration. None spans a gap in the stream or a change of format or fields: the current one then
 * ends early, as at the end of the stream. The first one after a gap is flagged as a discontinuity. A new `size` applies
 * from the next one on.
 *
 * **Inputs.** `frameIn`: audio or packets of any size; links tell which.
 *
 * **Outputs.** `frameOut`: blocks of `size` samples or batches of `size` records; one that ends early is shorter, or, of
 * audio and with `pad`, filled with silence.
 *
 * **Config.** `size` (live), `pad`.
 *
 * **Example.**
 * ```json
 * { "ten-ms": { "type": "rebuffer", "config": { "size": 480, "pad": true } } }
 * ```
 */
export const rebuffer: RebufferNodeType = defineNodeType<RebufferConfig, RebufferHandle, RebufferNodeType>({
  descriptor: {
    type: "rebuffer",
    className: "Rebuffer",
    source: "processors/flow/rebuffer.ts:40",
    description: "Makes blocks of audio, or batches of records, of one size.",
    doc:
      'Makes blocks of audio, or batches of records, of one size.\n\n**Purpose.** Joins and splits what comes, and passes on every sample, or record, once and in order, for nodes that need a fixed size. A block starts at\nthe time of its first sample, and a batch at that of its first record; the records of an input batch are assumed to be\nspread evenly over its duration. None spans a gap in the stream or a change of format or fields: the current one then\nends early, as at the end of the stream. The first one after a gap is flagged as a discontinuity. A new `size` applies\nfrom the next one on.\n\n**Inputs.** `frameIn`: audio or packets of any size; links tell which.\n\n**Outputs.** `frameOut`: blocks of `size` samples or batches of `size` records; one that ends early is shorter, or, of\naudio and with `pad`, filled with silence.\n\n**Config.** `size` (live), `pad`.\n\n**Example.**\n```json\n{ "ten-ms": { "type": "rebuffer", "config": { "size": 480, "pad": true } } }\n```',
    category: "flow",
    tags: ["block", "batch", "chunk", "reblock", "buffer", "frame size"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame | PacketFrame",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "packet"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame | PacketFrame",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "packet"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        size: {
          type: "integer",
          description: "Samples per channel in a block, or records in a batch.",
          minimum: 1,
          maximum: 65536,
          "x-unit": "samples",
          default: 1024,
          "x-live": true,
        },
        pad: {
          type: "boolean",
          description: "Fill a block of audio that ends early with silence, instead of making it shorter.",
          default: false,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Rebuffer = processorClass(
      "rebuffer",
      "processors/flow/rebuffer.ts",
      await import("./processors/flow/rebuffer.ts"),
      "Rebuffer",
    );
    return () => {
      const processor = new Rebuffer<Untyped>();
      return {
        processor,
        ports: new RebufferPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.size !== undefined) processor.size = values.size as typeof processor.size;
          if (values.pad !== undefined) processor.pad = values.pad as typeof processor.pad;
        },
      };
    };
  },
});

/** The ports of `resampler`. */
export class ResamplerPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `resampler`. */
export interface ResamplerConfig {
  /**
   * Samples a second in the output.
   *
   * A whole number from 1000 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
}

/** A `resampler` in a graph. */
export type ResamplerHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Converts the sample rate.
 *
 * **Purpose.** Converts by the exact ratio of the two rates, with a windowed sinc of 64 taps or more: flat to 0.85 of
 * the lower half rate, aliases about 100 dB down. Nothing is shifted in time, and N samples become ceil(N × output rate
 * / input rate). Blocks that have the wanted rate pass untouched. After a gap in the stream the filter starts again.
 * Samples that are not finite become silence where it converts; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: any rate, which may change, and any number of channels.
 *
 * **Outputs.** `audioOut`: the wanted rate.
 *
 * **Config.** `sampleRateHz`.
 *
 * **Example.**
 * ```json
 * { "to48k": { "type": "resampler", "config": { "sampleRateHz": 48000 } } }
 * ```
 */
export const resampler: NodeType<ResamplerConfig, ResamplerHandle> = defineNodeType<ResamplerConfig, ResamplerHandle>({
  descriptor: {
    type: "resampler",
    className: "Resampler",
    source: "processors/audio/resampler.ts:47",
    description: "Converts the sample rate.",
    doc:
      'Converts the sample rate.\n\n**Purpose.** Converts by the exact ratio of the two rates, with a windowed sinc of 64 taps or more: flat to 0.85 of\nthe lower half rate, aliases about 100 dB down. Nothing is shifted in time, and N samples become ceil(N × output rate\n/ input rate). Blocks that have the wanted rate pass untouched. After a gap in the stream the filter starts again.\nSamples that are not finite become silence where it converts; the figure `notFinite` counts them.\n\n**Inputs.** `audioIn`: any rate, which may change, and any number of channels.\n\n**Outputs.** `audioOut`: the wanted rate.\n\n**Config.** `sampleRateHz`.\n\n**Example.**\n```json\n{ "to48k": { "type": "resampler", "config": { "sampleRateHz": 48000 } } }\n```',
    category: "audio",
    tags: ["audio", "sample rate", "convert", "src"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: ["sampleRateHz"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        sampleRateHz: {
          type: "integer",
          description: "Samples a second in the output.",
          minimum: 1000,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["notFinite"],
  },
  load: async () => {
    const Resampler = processorClass(
      "resampler",
      "processors/audio/resampler.ts",
      await import("./processors/audio/resampler.ts"),
      "Resampler",
    );
    return () => {
      const processor = new Resampler();
      return {
        processor,
        ports: new ResamplerPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
        },
      };
    };
  },
});

/** The ports of `reverb`. */
export class ReverbPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `reverb`. */
export interface ReverbConfig {
  /**
   * How long the room sounds.
   *
   * A number from 0 to 1; 0.5 by default; may change while the node runs.
   */
  readonly roomSize?: number;
  /**
   * How much faster high frequencies die away.
   *
   * A number from 0 to 1; 0.5 by default; may change while the node runs.
   */
  readonly damping?: number;
  /**
   * How much of the room is in the output.
   *
   * A number from 0 to 1; 0.33 by default; may change while the node runs.
   */
  readonly wet?: number;
  /**
   * How much of the input is in the output.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly dry?: number;
  /**
   * Longest tail.
   *
   * A number from 0 to 60 s; 10 by default.
   */
  readonly maxTailSeconds?: number;
}

/** A `reverb` in a graph. */
export type ReverbHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Puts audio into a room.
 *
 * **Purpose.** Adds reverberation. The room gets the average of all channels and answers slightly differently on each.
 * The tail follows the end of the stream until it is 60 dB quieter: 0.3 s (room size 0) to 12.7 s (1), at most
 * `maxTailSeconds`. Live changes glide over one block. Samples that are not finite stay out of the room; the figure
 * `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream.
 *
 * **Outputs.** `audioOut`: the blocks that came in, each with its times, then the tail in blocks of 1,024 samples.
 *
 * **Config.** `roomSize`, `damping`, `wet`, `dry` (all live), `maxTailSeconds`.
 *
 * **Example.**
 * ```json
 * { "hall": { "type": "reverb", "config": { "roomSize": 0.8, "wet": 0.4 } } }
 * ```
 */
export const reverb: NodeType<ReverbConfig, ReverbHandle> = defineNodeType<ReverbConfig, ReverbHandle>({
  descriptor: {
    type: "reverb",
    className: "Reverb",
    source: "processors/audio/reverb.ts:55",
    description: "Puts audio into a room.",
    doc:
      'Puts audio into a room.\n\n**Purpose.** Adds reverberation. The room gets the average of all channels and answers slightly differently on each.\nThe tail follows the end of the stream until it is 60 dB quieter: 0.3 s (room size 0) to 12.7 s (1), at most\n`maxTailSeconds`. Live changes glide over one block. Samples that are not finite stay out of the room; the figure\n`notFinite` counts them.\n\n**Inputs.** `audioIn`: the rate and number of channels may not change within a stream.\n\n**Outputs.** `audioOut`: the blocks that came in, each with its times, then the tail in blocks of 1,024 samples.\n\n**Config.** `roomSize`, `damping`, `wet`, `dry` (all live), `maxTailSeconds`.\n\n**Example.**\n```json\n{ "hall": { "type": "reverb", "config": { "roomSize": 0.8, "wet": 0.4 } } }\n```',
    category: "audio",
    tags: ["audio", "effect", "room", "hall", "echo"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        roomSize: {
          type: "number",
          description: "How long the room sounds.",
          minimum: 0,
          maximum: 1,
          default: 0.5,
          "x-live": true,
        },
        damping: {
          type: "number",
          description: "How much faster high frequencies die away.",
          minimum: 0,
          maximum: 1,
          default: 0.5,
          "x-live": true,
        },
        wet: {
          type: "number",
          description: "How much of the room is in the output.",
          minimum: 0,
          maximum: 1,
          default: 0.33,
          "x-live": true,
        },
        dry: {
          type: "number",
          description: "How much of the input is in the output.",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
        },
        maxTailSeconds: {
          type: "number",
          description: "Longest tail.",
          minimum: 0,
          maximum: 60,
          "x-unit": "s",
          default: 10,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["notFinite"],
  },
  load: async () => {
    const Reverb = processorClass(
      "reverb",
      "processors/audio/reverb.ts",
      await import("./processors/audio/reverb.ts"),
      "Reverb",
    );
    return () => {
      const processor = new Reverb();
      return {
        processor,
        ports: new ReverbPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.roomSize !== undefined) processor.roomSize = values.roomSize as typeof processor.roomSize;
          if (values.damping !== undefined) processor.damping = values.damping as typeof processor.damping;
          if (values.wet !== undefined) processor.wet = values.wet as typeof processor.wet;
          if (values.dry !== undefined) processor.dry = values.dry as typeof processor.dry;
          if (values.maxTailSeconds !== undefined) {
            processor.maxTailSeconds = values.maxTailSeconds as typeof processor.maxTailSeconds;
          }
        },
      };
    };
  },
});

/** The ports of `rtmp-sink`. */
export class RtmpSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<EncodedFrame>; audio: StreamInput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<EncodedFrame>; audio: StreamInput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly video: StreamInput<EncodedFrame>; readonly audio: StreamInput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("video", this.#processor.video);
    visitor.input("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.input("video") as StreamInput<EncodedFrame>;
    this.#processor.audio = wiring.input("audio") as StreamInput<EncodedFrame>;
  }
}

/** The configuration of `rtmp-sink`. */
export interface RtmpSinkConfig {
  /**
   * Where to publish, with the key of the stream: best `${env:NAME}`.
   *
   * A string matching /^rtmps?://[^/?#]+/.+/.
   */
  readonly url: string;
}

/** A `rtmp-sink` in a graph. */
export type RtmpSinkHandle = NodeHandle<{ video: EncodedFrame; audio: EncodedFrame }, Record<never, never>>;

/**
 * Publishes by RTMP, as servers of live platforms take it.
 *
 * **Purpose.** Sends pictures and sound as they are to an address, which ends with the key of the stream. It begins with a
 * key frame. In a live graph it connects again whenever the connection ends or the server is not there, and what comes
 * meanwhile is lost; an offline graph fails. While the server takes less than comes, frames stay on the links, whose policy
 * says what is lost. It starts `ffmpeg`, which has to be on the `PATH` (`--allow-run=ffmpeg`) and copies what it is
 * given; other users of the machine may see its command line, and the key in it.
 *
 * **Inputs.** `video`: H.264. `audio`: AAC or MP3. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `url`. Figures: `sent` and `lost` frames, and `connections` so far.
 *
 * **Example.**
 * ```json
 * { "show": { "type": "rtmp-sink", "config": { "url": "rtmp://live.example.com/app/${env:STREAM_KEY}" } } }
 * ```
 */
export const rtmpSink: NodeType<RtmpSinkConfig, RtmpSinkHandle> = defineNodeType<RtmpSinkConfig, RtmpSinkHandle>({
  descriptor: {
    type: "rtmp-sink",
    className: "RtmpSink",
    source: "processors/live/rtmp_sink.ts:37",
    description: "Publishes by RTMP, as servers of live platforms take it.",
    doc:
      'Publishes by RTMP, as servers of live platforms take it.\n\n**Purpose.** Sends pictures and sound as they are to an address, which ends with the key of the stream. It begins with a\nkey frame. In a live graph it connects again whenever the connection ends or the server is not there, and what comes\nmeanwhile is lost; an offline graph fails. While the server takes less than comes, frames stay on the links, whose policy\nsays what is lost. It starts `ffmpeg`, which has to be on the `PATH` (`--allow-run=ffmpeg`) and copies what it is\ngiven; other users of the machine may see its command line, and the key in it.\n\n**Inputs.** `video`: H.264. `audio`: AAC or MP3. Either may be left without a link.\n\n**Outputs.** None.\n\n**Config.** `url`. Figures: `sent` and `lost` frames, and `connections` so far.\n\n**Example.**\n```json\n{ "show": { "type": "rtmp-sink", "config": { "url": "rtmp://live.example.com/app/${env:STREAM_KEY}" } } }\n```',
    category: "live",
    tags: ["rtmp", "rtmps", "network", "live", "send", "publish", "stream", "ffmpeg", "h264", "aac"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["h264"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["aac", "mp3"] },
      burst: 1,
      doc: "Sound.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        url: {
          type: "string",
          description: "Where to publish, with the key of the stream: best `${env:NAME}`.",
          pattern: "^rtmps?://[^/?#]+/.+",
          "x-reaches": "url",
        },
      },
      required: ["url"],
      additionalProperties: false,
    },
    figures: ["sent", "lost", "connections"],
  },
  load: async () => {
    const RtmpSink = processorClass(
      "rtmp-sink",
      "processors/live/rtmp_sink.ts",
      await import("./processors/live/rtmp_sink.ts"),
      "RtmpSink",
    );
    return () => {
      const processor = new RtmpSink();
      return {
        processor,
        ports: new RtmpSinkPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.url !== undefined) processor.url = values.url as typeof processor.url;
        },
      };
    };
  },
});

/** The ports of `rtmp-source`. */
export class RtmpSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  readonly #processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly video: StreamOutput<EncodedFrame>; readonly audio: StreamOutput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("video", this.#processor.video);
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.output("video") as StreamOutput<EncodedFrame>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `rtmp-source`. */
export interface RtmpSourceConfig {
  /**
   * The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it.
   *
   * A string matching /^[\w.:-]+$/; "127.0.0.1" by default.
   */
  readonly hostname?: string;
  /**
   * The port to listen on.
   *
   * A whole number from 1 to 65535; 1935 by default.
   */
  readonly port?: number;
  /**
   * The first part of the path that is published to.
   *
   * A string matching /^[\w.~-]+$/; "live" by default.
   */
  readonly app?: string;
  /**
   * The second part, which publishers have to know: best `${env:NAME}`.
   *
   * A string matching /^[\w.~=-]+$/.
   */
  readonly key: string;
}

/** A `rtmp-source` in a graph. */
export type RtmpSourceHandle = NodeHandle<Record<never, never>, { video: EncodedFrame; audio: EncodedFrame }>;

/**
 * Receives what is published by RTMP, as OBS and ffmpeg do it.
 *
 * **Purpose.** Listens on a port, where one publisher at a time sends to `rtmp://HOST:PORT/APP/KEY`, and gives its pictures
 * and sound as they come, without decoding them. Another key is refused, and nothing of a caller is taken before it
 * has published with the key. When the publisher ends, or nothing comes of it for 4 s, the next one is taken; the first frames
 * behind that are flagged as a discontinuity, and times go on rising. The first frame has the time at which it came, the
 * others follow by the publisher's times. It listens itself (`--allow-net`), and starts `ffmpeg`, which has to be on the
 * `PATH` (`--allow-run=ffmpeg`) and copies what a publisher sends. In an offline graph the stream ends with its first publisher.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: H.264. `audio`: AAC or MP3. Either may be missing. Frames for an output without a link are dropped.
 *
 * **Config.** `hostname`, `port`, `app`, `key`. Figures: `received` frames, `lostFrames`, which could not be used, and
 * `connections` so far.
 *
 * **Example.**
 * ```json
 * { "camera": { "type": "rtmp-source", "config": { "hostname": "0.0.0.0", "key": "${env:RTMP_KEY}" } } }
 * ```
 */
export const rtmpSource: NodeType<RtmpSourceConfig, RtmpSourceHandle> = defineNodeType<
  RtmpSourceConfig,
  RtmpSourceHandle
>({
  descriptor: {
    type: "rtmp-source",
    className: "RtmpSource",
    source: "processors/live/rtmp_source.ts:43",
    description: "Receives what is published by RTMP, as OBS and ffmpeg do it.",
    doc:
      'Receives what is published by RTMP, as OBS and ffmpeg do it.\n\n**Purpose.** Listens on a port, where one publisher at a time sends to `rtmp://HOST:PORT/APP/KEY`, and gives its pictures\nand sound as they come, without decoding them. Another key is refused, and nothing of a caller is taken before it\nhas published with the key. When the publisher ends, or nothing comes of it for 4 s, the next one is taken; the first frames\nbehind that are flagged as a discontinuity, and times go on rising. The first frame has the time at which it came, the\nothers follow by the publisher\'s times. It listens itself (`--allow-net`), and starts `ffmpeg`, which has to be on the\n`PATH` (`--allow-run=ffmpeg`) and copies what a publisher sends. In an offline graph the stream ends with its first publisher.\n\n**Inputs.** None.\n\n**Outputs.** `video`: H.264. `audio`: AAC or MP3. Either may be missing. Frames for an output without a link are dropped.\n\n**Config.** `hostname`, `port`, `app`, `key`. Figures: `received` frames, `lostFrames`, which could not be used, and\n`connections` so far.\n\n**Example.**\n```json\n{ "camera": { "type": "rtmp-source", "config": { "hostname": "0.0.0.0", "key": "${env:RTMP_KEY}" } } }\n```',
    category: "live",
    tags: ["rtmp", "network", "live", "receive", "listen", "obs", "ffmpeg", "h264", "aac"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["aac", "mp3"] },
      burst: 1,
      doc: "Sound.",
    }],
    config: {
      type: "object",
      properties: {
        hostname: {
          type: "string",
          description: "The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it.",
          pattern: "^[\\w.:-]+$",
          "x-reaches": "host",
          default: "127.0.0.1",
        },
        port: {
          type: "integer",
          description: "The port to listen on.",
          minimum: 1,
          maximum: 65535,
          default: 1935,
        },
        app: {
          type: "string",
          description: "The first part of the path that is published to.",
          pattern: "^[\\w.~-]+$",
          default: "live",
        },
        key: {
          type: "string",
          description: "The second part, which publishers have to know: best `${env:NAME}`.",
          pattern: "^[\\w.~=-]+$",
        },
      },
      required: ["key"],
      additionalProperties: false,
    },
    figures: ["received", "lostFrames", "lostPackets", "connections"],
  },
  load: async () => {
    const RtmpSource = processorClass(
      "rtmp-source",
      "processors/live/rtmp_source.ts",
      await import("./processors/live/rtmp_source.ts"),
      "RtmpSource",
    );
    return () => {
      const processor = new RtmpSource();
      return {
        processor,
        ports: new RtmpSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.app !== undefined) processor.app = values.app as typeof processor.app;
          if (values.key !== undefined) processor.key = values.key as typeof processor.key;
        },
      };
    };
  },
});

/** The ports of `spectrum`. */
export class SpectrumPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audio"] = ["audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["spectrum"] = ["spectrum"];
  readonly #processor: { audio: StreamInput<AudioFrame>; spectrum: StreamOutput<DataFrame<SpectrumReading>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamInput<AudioFrame>; spectrum: StreamOutput<DataFrame<SpectrumReading>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audio: StreamInput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): { readonly spectrum: StreamOutput<DataFrame<SpectrumReading>> } {
    return { spectrum: this.#processor.spectrum };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audio", this.#processor.audio);
    visitor.output("spectrum", this.#processor.spectrum);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
    this.#processor.spectrum = wiring.output("spectrum") as StreamOutput<DataFrame<SpectrumReading>>;
  }
}

/** The configuration of `spectrum`. */
export interface SpectrumConfig {
  /**
   * Samples of a window: a power of two.
   *
   * A whole number from 16 to 65536 samples; 2048 by default.
   */
  readonly size?: number;
  /**
   * Share of a window that the next one repeats.
   *
   * A number from 0 to 0.95; 0.5 by default.
   */
  readonly overlap?: number;
  /**
   * Window: `hann` for most, `flat-top` for levels, `blackman` for weak tones beside strong ones.
   *
   * One of "hann", "blackman", "flat-top", "rectangular"; "hann" by default.
   */
  readonly window?: "hann" | "blackman" | "flat-top" | "rectangular";
  /**
   * Channel to measure, from 0; -1 for the average of all.
   *
   * A whole number from -1 to 63; -1 by default.
   */
  readonly channel?: number;
}

/** A `spectrum` in a graph. */
export type SpectrumHandle = NodeHandle<{ audio: AudioFrame }, { spectrum: DataFrame<SpectrumReading> }>;

/**
 * Measures the frequencies in audio.
 *
 * **Purpose.** Takes overlapping windows of `size` samples, weights them, and gives the magnitude of each frequency in
 * decibels of full scale: a sine at full scale on a bin reads 0 dB. No window spans a gap in the stream; a remainder
 * shorter than a window is not measured. Its figures are `peakHz` and `peakDb`, the strongest frequency of the newest
 * reading.
 *
 * **Inputs.** `audio`: any rate and number of channels.
 *
 * **Outputs.** `spectrum`: readings, one for every `size` × (1 - `overlap`) samples.
 *
 * **Config.** `size`, `overlap`, `window`, `channel`.
 *
 * **Example.**
 * ```json
 * { "analyser": { "type": "spectrum", "config": { "size": 4096, "window": "blackman" } } }
 * ```
 */
export const spectrum: NodeType<SpectrumConfig, SpectrumHandle> = defineNodeType<SpectrumConfig, SpectrumHandle>({
  descriptor: {
    type: "spectrum",
    className: "Spectrum",
    source: "processors/audio/spectrum.ts:47",
    description: "Measures the frequencies in audio.",
    doc:
      'Measures the frequencies in audio.\n\n**Purpose.** Takes overlapping windows of `size` samples, weights them, and gives the magnitude of each frequency in\ndecibels of full scale: a sine at full scale on a bin reads 0 dB. No window spans a gap in the stream; a remainder\nshorter than a window is not measured. Its figures are `peakHz` and `peakDb`, the strongest frequency of the newest\nreading.\n\n**Inputs.** `audio`: any rate and number of channels.\n\n**Outputs.** `spectrum`: readings, one for every `size` × (1 - `overlap`) samples.\n\n**Config.** `size`, `overlap`, `window`, `channel`.\n\n**Example.**\n```json\n{ "analyser": { "type": "spectrum", "config": { "size": 4096, "window": "blackman" } } }\n```',
    category: "audio",
    tags: ["audio", "fft", "frequency", "analyser", "analyzer"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "spectrum",
      direction: "output",
      kind: "data",
      type: "DataFrame<SpectrumReading>",
      schema: "SpectrumReading",
      valueSchema: {
        description: "The spectrum of one window of audio.",
        type: "object",
        properties: {
          ptsNs: {
            type: "number",
            description: "When the window begins: media time, nanoseconds.",
          },
          durationNs: { type: "number", description: "Its length, nanoseconds." },
          binHz: {
            type: "number",
            description: "Distance between bins, in hertz: bin k stands for k × `binHz`.",
          },
          magnitudesDb: {
            "x-type": "Float32Array",
            description: "Decibels of full scale of each bin, from 0 Hz to half the sample rate: size / 2 + 1 values.",
          },
          peakBin: { type: "number", description: "The bin with the greatest magnitude." },
          peakDb: { type: "number", description: "Its magnitude, in decibels of full scale." },
          peakHz: {
            type: "number",
            description: "The frequency of the peak, from a parabola through its bin and its two neighbours, in hertz.",
          },
        },
        required: ["ptsNs", "durationNs", "binHz", "magnitudesDb", "peakBin", "peakDb", "peakHz"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        size: {
          type: "integer",
          description: "Samples of a window: a power of two.",
          minimum: 16,
          maximum: 65536,
          "x-unit": "samples",
          default: 2048,
        },
        overlap: {
          type: "number",
          description: "Share of a window that the next one repeats.",
          minimum: 0,
          maximum: 0.95,
          default: 0.5,
        },
        window: {
          enum: ["hann", "blackman", "flat-top", "rectangular"],
          description: "Window: `hann` for most, `flat-top` for levels, `blackman` for weak tones beside strong ones.",
          default: "hann",
        },
        channel: {
          type: "integer",
          description: "Channel to measure, from 0; -1 for the average of all.",
          minimum: -1,
          maximum: 63,
          default: -1,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Spectrum = processorClass(
      "spectrum",
      "processors/audio/spectrum.ts",
      await import("./processors/audio/spectrum.ts"),
      "Spectrum",
    );
    return () => {
      const processor = new Spectrum();
      return {
        processor,
        ports: new SpectrumPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.size !== undefined) processor.size = values.size as typeof processor.size;
          if (values.overlap !== undefined) processor.overlap = values.overlap as typeof processor.overlap;
          if (values.window !== undefined) processor.window = values.window as typeof processor.window;
          if (values.channel !== undefined) processor.channel = values.channel as typeof processor.channel;
        },
      };
    };
  },
});

/** The ports of `srt-sink`. */
export class SrtSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { video: StreamInput<EncodedFrame>; audio: StreamInput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamInput<EncodedFrame>; audio: StreamInput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly video: StreamInput<EncodedFrame>; readonly audio: StreamInput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("video", this.#processor.video);
    visitor.input("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.input("video") as StreamInput<EncodedFrame>;
    this.#processor.audio = wiring.input("audio") as StreamInput<EncodedFrame>;
  }
}

/** The configuration of `srt-sink`. */
export interface SrtSinkConfig {
  /**
   * Whether it calls the other side, or waits for its call.
   *
   * One of "caller", "listener"; "caller" by default.
   */
  readonly mode?: "caller" | "listener";
  /**
   * The host to call; of a listener, the address of this machine to listen on: `0.0.0.0` for everybody who reaches it.
   *
   * A string matching /^[\w.:-]+$/; "127.0.0.1" by default.
   */
  readonly hostname?: string;
  /**
   * The port to call, or to listen on.
   *
   * A whole number from 1 to 65535; 9710 by default.
   */
  readonly port?: number;
  /**
   * For how long packets wait for those that are sent again; the larger of both sides' values holds.
   *
   * A whole number from 0 to 60000 ms; 120 by default.
   */
  readonly latencyMs?: number;
  /**
   * What both sides know, 10 to 79 bytes: best `${env:NAME}`. Without, nothing is encrypted.
   *
   * A string; "" by default.
   */
  readonly passphrase?: string;
  /**
   * What a caller tells the other side of the stream that it sends.
   *
   * A string of at most 512 characters; "" by default.
   */
  readonly streamId?: string;
}

/** A `srt-sink` in a graph. */
export type SrtSinkHandle = NodeHandle<{ video: EncodedFrame; audio: EncodedFrame }, Record<never, never>>;

/**
 * Sends MPEG-TS by SRT.
 *
 * **Purpose.** Calls an address, or listens on a port for one caller at a time, and sends pictures and sound as they are.
 * It begins with a key frame. SRT sends packets again that were lost on the way, as long as `latencyMs` allows. In a live
 * graph it connects again whenever the connection ends or the other side does not answer, and what comes meanwhile is
 * lost; an offline graph waits for its connection, and fails with it. While the network takes less than comes, frames stay
 * on the links, whose policy says what is lost. It starts `ffmpeg`, which has to be on the `PATH`
 * (`--allow-run=ffmpeg`), and hands on the bytes; other users of the machine may see its command line, and the passphrase
 * in it.
 *
 * **Inputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `mode`, `hostname`, `port`, `latencyMs`, `passphrase`, `streamId`. Figures: `sent` and `lost` frames, and
 * `connections` so far.
 *
 * **Example.**
 * ```json
 * { "studio": { "type": "srt-sink", "config": {
 *   "hostname": "192.0.2.7", "latencyMs": 200, "passphrase": "${env:SRT_PASSPHRASE}"
 * } } }
 * ```
 */
export const srtSink: NodeType<SrtSinkConfig, SrtSinkHandle> = defineNodeType<SrtSinkConfig, SrtSinkHandle>({
  descriptor: {
    type: "srt-sink",
    className: "SrtSink",
    source: "processors/live/srt_sink.ts:46",
    description: "Sends MPEG-TS by SRT.",
    doc:
      'Sends MPEG-TS by SRT.\n\n**Purpose.** Calls an address, or listens on a port for one caller at a time, and sends pictures and sound as they are.\nIt begins with a key frame. SRT sends packets again that were lost on the way, as long as `latencyMs` allows. In a live\ngraph it connects again whenever the connection ends or the other side does not answer, and what comes meanwhile is\nlost; an offline graph waits for its connection, and fails with it. While the network takes less than comes, frames stay\non the links, whose policy says what is lost. It starts `ffmpeg`, which has to be on the `PATH`\n(`--allow-run=ffmpeg`), and hands on the bytes; other users of the machine may see its command line, and the passphrase\nin it.\n\n**Inputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be left without a link.\n\n**Outputs.** None.\n\n**Config.** `mode`, `hostname`, `port`, `latencyMs`, `passphrase`, `streamId`. Figures: `sent` and `lost` frames, and\n`connections` so far.\n\n**Example.**\n```json\n{ "studio": { "type": "srt-sink", "config": {\n  "hostname": "192.0.2.7", "latencyMs": 200, "passphrase": "${env:SRT_PASSPHRASE}"\n} } }\n```',
    category: "live",
    tags: ["srt", "network", "live", "send", "mpegts", "ffmpeg", "h264", "hevc", "aac", "opus"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["h264", "hevc"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["aac", "mp3", "opus"] },
      burst: 1,
      doc: "Sound.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        mode: {
          enum: ["caller", "listener"],
          description: "Whether it calls the other side, or waits for its call.",
          default: "caller",
        },
        hostname: {
          type: "string",
          description:
            "The host to call; of a listener, the address of this machine to listen on: `0.0.0.0` for everybody who reaches it.",
          pattern: "^[\\w.:-]+$",
          "x-reaches": "host",
          default: "127.0.0.1",
        },
        port: {
          type: "integer",
          description: "The port to call, or to listen on.",
          minimum: 1,
          maximum: 65535,
          default: 9710,
        },
        latencyMs: {
          type: "integer",
          description:
            "For how long packets wait for those that are sent again; the larger of both sides' values holds.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 120,
        },
        passphrase: {
          type: "string",
          description: "What both sides know, 10 to 79 bytes: best `${env:NAME}`. Without, nothing is encrypted.",
          default: "",
        },
        streamId: {
          type: "string",
          description: "What a caller tells the other side of the stream that it sends.",
          maxLength: 512,
          default: "",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["sent", "lost", "connections"],
  },
  load: async () => {
    const SrtSink = processorClass(
      "srt-sink",
      "processors/live/srt_sink.ts",
      await import("./processors/live/srt_sink.ts"),
      "SrtSink",
    );
    return () => {
      const processor = new SrtSink();
      return {
        processor,
        ports: new SrtSinkPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.mode !== undefined) processor.mode = values.mode as typeof processor.mode;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.latencyMs !== undefined) processor.latencyMs = values.latencyMs as typeof processor.latencyMs;
          if (values.passphrase !== undefined) processor.passphrase = values.passphrase as typeof processor.passphrase;
          if (values.streamId !== undefined) processor.streamId = values.streamId as typeof processor.streamId;
        },
      };
    };
  },
});

/** The ports of `srt-source`. */
export class SrtSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["video", "audio"] = ["video", "audio"];
  readonly #processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { video: StreamOutput<EncodedFrame>; audio: StreamOutput<EncodedFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly video: StreamOutput<EncodedFrame>; readonly audio: StreamOutput<EncodedFrame> } {
    return { video: this.#processor.video, audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("video", this.#processor.video);
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.video = wiring.output("video") as StreamOutput<EncodedFrame>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `srt-source`. */
export interface SrtSourceConfig {
  /**
   * Whether it calls the other side, or waits for its call.
   *
   * One of "caller", "listener"; "caller" by default.
   */
  readonly mode?: "caller" | "listener";
  /**
   * The host to call; of a listener, the address of this machine to listen on: `0.0.0.0` for everybody who reaches it.
   *
   * A string matching /^[\w.:-]+$/; "127.0.0.1" by default.
   */
  readonly hostname?: string;
  /**
   * The port to call, or to listen on.
   *
   * A whole number from 1 to 65535; 9710 by default.
   */
  readonly port?: number;
  /**
   * For how long packets wait for those that are sent again; the larger of both sides' values holds.
   *
   * A whole number from 0 to 60000 ms; 120 by default.
   */
  readonly latencyMs?: number;
  /**
   * What both sides know, 10 to 79 bytes: best `${env:NAME}`. Without, nothing is encrypted.
   *
   * A string; "" by default.
   */
  readonly passphrase?: string;
  /**
   * What a caller tells the other side of the stream that it wants.
   *
   * A string of at most 512 characters; "" by default.
   */
  readonly streamId?: string;
}

/** A `srt-source` in a graph. */
export type SrtSourceHandle = NodeHandle<Record<never, never>, { video: EncodedFrame; audio: EncodedFrame }>;

/**
 * Receives MPEG-TS by SRT.
 *
 * **Purpose.** Calls an address, or listens on a port where one caller at a time sends, and gives the pictures and the
 * sound of the first program as they come, without decoding them. SRT has packets sent again that were lost on the way, as
 * long as `latencyMs` allows; what is lost all the same is counted. When the other side ends, does not answer, or nothing
 * comes of it for 4 s, it connects again; the first frames behind that are flagged as a discontinuity, and times go on rising. The
 * first frame has the time at which it came, the others follow by the stream's times. It starts `ffmpeg`, which has to be
 * on the `PATH` (`--allow-run=ffmpeg`), and hands on the bytes. In an offline graph the stream ends with its connection.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be missing. Frames for an output without a
 * link are dropped.
 *
 * **Config.** `mode`, `hostname`, `port`, `latencyMs`, `passphrase`, `streamId`. Figures: `received` frames,
 * `lostFrames`, which could not be used, `lostPackets` of the transport stream, and `connections` so far.
 *
 * **Example.**
 * ```json
 * { "stage": { "type": "srt-source", "config": {
 *   "mode": "listener", "hostname": "0.0.0.0", "passphrase": "${env:SRT_PASSPHRASE}"
 * } } }
 * ```
 */
export const srtSource: NodeType<SrtSourceConfig, SrtSourceHandle> = defineNodeType<SrtSourceConfig, SrtSourceHandle>({
  descriptor: {
    type: "srt-source",
    className: "SrtSource",
    source: "processors/live/srt_source.ts:45",
    description: "Receives MPEG-TS by SRT.",
    doc:
      'Receives MPEG-TS by SRT.\n\n**Purpose.** Calls an address, or listens on a port where one caller at a time sends, and gives the pictures and the\nsound of the first program as they come, without decoding them. SRT has packets sent again that were lost on the way, as\nlong as `latencyMs` allows; what is lost all the same is counted. When the other side ends, does not answer, or nothing\ncomes of it for 4 s, it connects again; the first frames behind that are flagged as a discontinuity, and times go on rising. The\nfirst frame has the time at which it came, the others follow by the stream\'s times. It starts `ffmpeg`, which has to be\non the `PATH` (`--allow-run=ffmpeg`), and hands on the bytes. In an offline graph the stream ends with its connection.\n\n**Inputs.** None.\n\n**Outputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be missing. Frames for an output without a\nlink are dropped.\n\n**Config.** `mode`, `hostname`, `port`, `latencyMs`, `passphrase`, `streamId`. Figures: `received` frames,\n`lostFrames`, which could not be used, `lostPackets` of the transport stream, and `connections` so far.\n\n**Example.**\n```json\n{ "stage": { "type": "srt-source", "config": {\n  "mode": "listener", "hostname": "0.0.0.0", "passphrase": "${env:SRT_PASSPHRASE}"\n} } }\n```',
    category: "live",
    tags: ["srt", "network", "live", "receive", "mpegts", "ffmpeg", "h264", "hevc", "aac", "opus"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264", "hevc"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["aac", "mp3", "opus"] },
      burst: 1,
      doc: "Sound.",
    }],
    config: {
      type: "object",
      properties: {
        mode: {
          enum: ["caller", "listener"],
          description: "Whether it calls the other side, or waits for its call.",
          default: "caller",
        },
        hostname: {
          type: "string",
          description:
            "The host to call; of a listener, the address of this machine to listen on: `0.0.0.0` for everybody who reaches it.",
          pattern: "^[\\w.:-]+$",
          "x-reaches": "host",
          default: "127.0.0.1",
        },
        port: {
          type: "integer",
          description: "The port to call, or to listen on.",
          minimum: 1,
          maximum: 65535,
          default: 9710,
        },
        latencyMs: {
          type: "integer",
          description:
            "For how long packets wait for those that are sent again; the larger of both sides' values holds.",
          minimum: 0,
          maximum: 60000,
          "x-unit": "ms",
          default: 120,
        },
        passphrase: {
          type: "string",
          description: "What both sides know, 10 to 79 bytes: best `${env:NAME}`. Without, nothing is encrypted.",
          default: "",
        },
        streamId: {
          type: "string",
          description: "What a caller tells the other side of the stream that it wants.",
          maxLength: 512,
          default: "",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["received", "lostFrames", "lostPackets", "connections"],
  },
  load: async () => {
    const SrtSource = processorClass(
      "srt-source",
      "processors/live/srt_source.ts",
      await import("./processors/live/srt_source.ts"),
      "SrtSource",
    );
    return () => {
      const processor = new SrtSource();
      return {
        processor,
        ports: new SrtSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.mode !== undefined) processor.mode = values.mode as typeof processor.mode;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.latencyMs !== undefined) processor.latencyMs = values.latencyMs as typeof processor.latencyMs;
          if (values.passphrase !== undefined) processor.passphrase = values.passphrase as typeof processor.passphrase;
          if (values.streamId !== undefined) processor.streamId = values.streamId as typeof processor.streamId;
        },
      };
    };
  },
});

/** The ports of `switch`. */
export class SwitchPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<Frame>[]; frameOut: StreamOutput<Frame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<Frame>[]; frameOut: StreamOutput<Frame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: readonly StreamInput<Frame>[] } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<Frame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.frameIn) visitor.input(port.name, port);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.inputs("frameIn") as StreamInput<Frame>[];
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<Frame>;
  }
}

/** The configuration of `switch`. */
export interface SwitchConfig {
  /**
   * Number of the input whose frames pass.
   *
   * A whole number from 0 to 7; 0 by default; may change while the node runs.
   */
  readonly active?: number;
}

/** A `switch` in a graph. */
export type SwitchHandle<F extends Frame = Untyped> = NodeHandle<
  { frameIn: PortArray<F, 8> },
  { frameOut: SinglePort<F> }
>;

/** The node type `switch`, which carries what its links do. */
export interface SwitchNodeType extends NodeType<SwitchConfig, SwitchHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends Frame = Untyped>(config?: SwitchConfig): NodeSpec<SwitchHandle<F>>;
}

/**
 * Hands on one of up to eight streams.
 *
 * **Purpose.** Drops the frames of the other inputs as they arrive, so that no writer waits, and a change takes effect
 * with the next frame; with encoded frames it takes effect with the next key frame, and nothing passes until then. The
 * first frame from another input is flagged as a discontinuity.
 *
 * **Inputs.** `frameIn_0` to `frameIn_7`: frames of one kind, which links tell.
 *
 * **Outputs.** `frameOut`: the frames of the active input, untouched.
 *
 * **Config.** `active` (live).
 *
 * **Example.**
 * ```json
 * { "pick": { "type": "switch", "config": { "active": 1 } } }
 * ```
 */
export const switchNode: SwitchNodeType = defineNodeType<SwitchConfig, SwitchHandle, SwitchNodeType>({
  descriptor: {
    type: "switch",
    className: "Switch",
    source: "processors/flow/switch.ts:31",
    description: "Hands on one of up to eight streams.",
    doc:
      'Hands on one of up to eight streams.\n\n**Purpose.** Drops the frames of the other inputs as they arrive, so that no writer waits, and a change takes effect\nwith the next frame; with encoded frames it takes effect with the next key frame, and nothing passes until then. The\nfirst frame from another input is flagged as a discontinuity.\n\n**Inputs.** `frameIn_0` to `frameIn_7`: frames of one kind, which links tell.\n\n**Outputs.** `frameOut`: the frames of the active input, untouched.\n\n**Config.** `active` (live).\n\n**Example.**\n```json\n{ "pick": { "type": "switch", "config": { "active": 1 } } }\n```',
    category: "flow",
    tags: ["select", "choose"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      array: 8,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        active: {
          type: "integer",
          description: "Number of the input whose frames pass.",
          minimum: 0,
          maximum: 7,
          default: 0,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Switch = processorClass(
      "switch",
      "processors/flow/switch.ts",
      await import("./processors/flow/switch.ts"),
      "Switch",
    );
    return () => {
      const processor = new Switch<Untyped>();
      return {
        processor,
        ports: new SwitchPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.active !== undefined) processor.active = values.active as typeof processor.active;
        },
      };
    };
  },
});

/** The ports of `throttle`. */
export class ThrottlePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<Frame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<Frame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<Frame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<Frame>;
  }
}

/** The configuration of `throttle`. */
export interface ThrottleConfig {
  /**
   * Frames a second at most.
   *
   * A number of at most 1000000 and above 0 Hz; 10 by default; may change while the node runs.
   */
  readonly ratePerSecond?: number;
}

/** A `throttle` in a graph. */
export type ThrottleHandle<F extends Frame = Untyped> = NodeHandle<
  { frameIn: SinglePort<F> },
  { frameOut: SinglePort<F> }
>;

/** The node type `throttle`, which carries what its links do. */
export interface ThrottleNodeType extends NodeType<ThrottleConfig, ThrottleHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends Frame = Untyped>(config?: ThrottleConfig): NodeSpec<ThrottleHandle<F>>;
}

/**
 * Lets at most so many frames a second pass.
 *
 * **Purpose.** Drops frames that come too early: in a live graph by the clock, in an offline one by their times. The
 * counts of the links tell how many. The first frame of sound, or encoded one, after a gap is flagged as a
 * discontinuity; encoded frames up to the next key frame cannot be decoded after a dropped one and are dropped too.
 *
 * **Inputs.** `frameIn`: frames of any kind, which its links tell.
 *
 * **Outputs.** `frameOut`: the frames that pass, untouched.
 *
 * **Config.** `ratePerSecond` (live).
 *
 * **Example.**
 * ```json
 * { "preview": { "type": "throttle", "config": { "ratePerSecond": 5 } } }
 * ```
 */
export const throttle: ThrottleNodeType = defineNodeType<ThrottleConfig, ThrottleHandle, ThrottleNodeType>({
  descriptor: {
    type: "throttle",
    className: "Throttle",
    source: "processors/flow/throttle.ts:41",
    description: "Lets at most so many frames a second pass.",
    doc:
      'Lets at most so many frames a second pass.\n\n**Purpose.** Drops frames that come too early: in a live graph by the clock, in an offline one by their times. The\ncounts of the links tell how many. The first frame of sound, or encoded one, after a gap is flagged as a\ndiscontinuity; encoded frames up to the next key frame cannot be decoded after a dropped one and are dropped too.\n\n**Inputs.** `frameIn`: frames of any kind, which its links tell.\n\n**Outputs.** `frameOut`: the frames that pass, untouched.\n\n**Config.** `ratePerSecond` (live).\n\n**Example.**\n```json\n{ "preview": { "type": "throttle", "config": { "ratePerSecond": 5 } } }\n```',
    category: "flow",
    tags: ["rate", "limit", "drop"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "codec"],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        ratePerSecond: {
          type: "number",
          description: "Frames a second at most.",
          exclusiveMinimum: 0,
          maximum: 1000000,
          "x-unit": "Hz",
          default: 10,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Throttle = processorClass(
      "throttle",
      "processors/flow/throttle.ts",
      await import("./processors/flow/throttle.ts"),
      "Throttle",
    );
    return () => {
      const processor = new Throttle<Untyped>();
      return {
        processor,
        ports: new ThrottlePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.ratePerSecond !== undefined) {
            processor.ratePerSecond = values.ratePerSecond as typeof processor.ratePerSecond;
          }
        },
      };
    };
  },
});

/** The ports of `tone-source`. */
export class ToneSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audio"] = ["audio"];
  readonly #processor: { audio: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly audio: StreamOutput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `tone-source`. */
export interface ToneSourceConfig {
  /**
   * Frequency.
   *
   * A number from 0 to 96000 Hz; 440 by default; may change while the node runs.
   */
  readonly frequencyHz?: number;
  /**
   * Peak, where 1 is full scale.
   *
   * A number from 0 to 1; 0.5 by default; may change while the node runs.
   */
  readonly amplitude?: number;
  /**
   * Shape of the wave.
   *
   * One of "sine", "square", "saw", "triangle"; "sine" by default; may change while the node runs.
   */
  readonly waveform?: "sine" | "square" | "saw" | "triangle";
  /**
   * Samples a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Number of channels.
   *
   * A whole number from 1 to 64; 1 by default.
   */
  readonly channels?: number;
  /**
   * Samples per channel in a block.
   *
   * A whole number from 1 to 16384 samples; 1024 by default.
   */
  readonly blockSize?: number;
  /**
   * How long the tone lasts, rounded to whole samples; without it, for ever.
   *
   * A number of at least 0 s.
   */
  readonly durationSeconds?: number;
}

/** A `tone-source` in a graph. */
export type ToneSourceHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/**
 * Makes a test tone.
 *
 * **Purpose.** A sine, square, sawtooth or triangle wave, the same on every channel, for ever or for a given time. Live
 * changes of frequency keep the phase; those of amplitude glide over one block. Square and sawtooth are not
 * band-limited. In a live graph blocks come at the pace of the clock, offline as fast as the graph takes them: an
 * offline graph needs `durationSeconds`, or another node that ends the run.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the tone ends.
 *
 * **Config.** `frequencyHz`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`,
 * `durationSeconds`.
 *
 * **Example.**
 * ```json
 * { "tone": { "type": "tone-source", "config": { "frequencyHz": 1000, "amplitude": 0.1, "durationSeconds": 5 } } }
 * ```
 */
export const toneSource: NodeType<ToneSourceConfig, ToneSourceHandle> = defineNodeType<
  ToneSourceConfig,
  ToneSourceHandle
>({
  descriptor: {
    type: "tone-source",
    className: "ToneSource",
    source: "processors/audio/tone_source.ts:35",
    description: "Makes a test tone.",
    doc:
      'Makes a test tone.\n\n**Purpose.** A sine, square, sawtooth or triangle wave, the same on every channel, for ever or for a given time. Live\nchanges of frequency keep the phase; those of amplitude glide over one block. Square and sawtooth are not\nband-limited. In a live graph blocks come at the pace of the clock, offline as fast as the graph takes them: an\noffline graph needs `durationSeconds`, or another node that ends the run.\n\n**Inputs.** None.\n\n**Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the tone ends.\n\n**Config.** `frequencyHz`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`,\n`durationSeconds`.\n\n**Example.**\n```json\n{ "tone": { "type": "tone-source", "config": { "frequencyHz": 1000, "amplitude": 0.1, "durationSeconds": 5 } } }\n```',
    category: "audio",
    tags: ["audio", "generator", "sine", "test", "oscillator"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        frequencyHz: {
          type: "number",
          description: "Frequency.",
          minimum: 0,
          maximum: 96000,
          "x-unit": "Hz",
          default: 440,
          "x-live": true,
        },
        amplitude: {
          type: "number",
          description: "Peak, where 1 is full scale.",
          minimum: 0,
          maximum: 1,
          default: 0.5,
          "x-live": true,
        },
        waveform: {
          enum: ["sine", "square", "saw", "triangle"],
          description: "Shape of the wave.",
          default: "sine",
          "x-live": true,
        },
        sampleRateHz: {
          type: "integer",
          description: "Samples a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "Number of channels.",
          minimum: 1,
          maximum: 64,
          default: 1,
        },
        blockSize: {
          type: "integer",
          description: "Samples per channel in a block.",
          minimum: 1,
          maximum: 16384,
          "x-unit": "samples",
          default: 1024,
        },
        durationSeconds: {
          type: "number",
          description: "How long the tone lasts, rounded to whole samples; without it, for ever.",
          minimum: 0,
          "x-unit": "s",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const ToneSource = processorClass(
      "tone-source",
      "processors/audio/tone_source.ts",
      await import("./processors/audio/tone_source.ts"),
      "ToneSource",
    );
    return () => {
      const processor = new ToneSource();
      return {
        processor,
        ports: new ToneSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.frequencyHz !== undefined) {
            processor.frequencyHz = values.frequencyHz as typeof processor.frequencyHz;
          }
          if (values.amplitude !== undefined) processor.amplitude = values.amplitude as typeof processor.amplitude;
          if (values.waveform !== undefined) processor.waveform = values.waveform as typeof processor.waveform;
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.blockSize !== undefined) processor.blockSize = values.blockSize as typeof processor.blockSize;
          if (values.durationSeconds !== undefined) {
            processor.durationSeconds = values.durationSeconds as typeof processor.durationSeconds;
          }
        },
      };
    };
  },
});

/** The ports of `trim`. */
export class TrimPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: {
    frameIn: StreamInput<AudioFrame | VideoFrame>;
    frameOut: StreamOutput<AudioFrame | VideoFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: { frameIn: StreamInput<AudioFrame | VideoFrame>; frameOut: StreamOutput<AudioFrame | VideoFrame> },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<AudioFrame | VideoFrame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<AudioFrame | VideoFrame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<AudioFrame | VideoFrame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<AudioFrame | VideoFrame>;
  }
}

/** The configuration of `trim`. */
export interface TrimConfig {
  /**
   * The time of the first sample that passes, or from which on pictures do.
   *
   * A number in s; 0 by default.
   */
  readonly startSeconds?: number;
  /**
   * The time from which on nothing passes any more; by default all does.
   *
   * A number in s.
   */
  readonly endSeconds?: number;
}

/** A `trim` in a graph. */
export type TrimHandle<F extends AudioFrame | VideoFrame = Untyped> = NodeHandle<
  { frameIn: SinglePort<F> },
  { frameOut: SinglePort<F> }
>;

/** The node type `trim`, which carries what its links do. */
export interface TrimNodeType extends NodeType<TrimConfig, TrimHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends AudioFrame | VideoFrame = Untyped>(config?: TrimConfig): NodeSpec<TrimHandle<F>>;
}

/**
 * Leaves out the sound or the pictures before and after two times.
 *
 * **Purpose.** Lets pass what lies from `startSeconds` on and before `endSeconds`: sound to the sample, so that blocks
 * that lie across one of them are cut; pictures by the times at which they are shown. Times stay as they are. So what a
 * source reads before the place that it was told to go to, which has times before 0, is left out. It ends with the first
 * block or picture that is not wholly before `endSeconds`, and with it what nobody else reads: an endless source, too.
 *
 * **Inputs.** `frameIn`: audio or video, which its links tell.
 *
 * **Outputs.** `frameOut`: the same frames, and parts of blocks that are cut.
 *
 * **Config.** `startSeconds`, `endSeconds`.
 *
 * **Example.**
 * ```json
 * { "minute": { "type": "trim", "config": { "startSeconds": 60, "endSeconds": 120 } } }
 * ```
 */
export const trim: TrimNodeType = defineNodeType<TrimConfig, TrimHandle, TrimNodeType>({
  descriptor: {
    type: "trim",
    className: "Trim",
    source: "processors/flow/trim.ts:41",
    description: "Leaves out the sound or the pictures before and after two times.",
    doc:
      'Leaves out the sound or the pictures before and after two times.\n\n**Purpose.** Lets pass what lies from `startSeconds` on and before `endSeconds`: sound to the sample, so that blocks\nthat lie across one of them are cut; pictures by the times at which they are shown. Times stay as they are. So what a\nsource reads before the place that it was told to go to, which has times before 0, is left out. It ends with the first\nblock or picture that is not wholly before `endSeconds`, and with it what nobody else reads: an endless source, too.\n\n**Inputs.** `frameIn`: audio or video, which its links tell.\n\n**Outputs.** `frameOut`: the same frames, and parts of blocks that are cut.\n\n**Config.** `startSeconds`, `endSeconds`.\n\n**Example.**\n```json\n{ "minute": { "type": "trim", "config": { "startSeconds": 60, "endSeconds": 120 } } }\n```',
    category: "flow",
    tags: ["cut", "from", "to"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate", "codec"],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame | VideoFrame",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "video"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame | VideoFrame",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "video"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        startSeconds: {
          type: "number",
          description: "The time of the first sample that passes, or from which on pictures do.",
          "x-unit": "s",
          default: 0,
        },
        endSeconds: {
          type: "number",
          description: "The time from which on nothing passes any more; by default all does.",
          "x-unit": "s",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Trim = processorClass("trim", "processors/flow/trim.ts", await import("./processors/flow/trim.ts"), "Trim");
    return () => {
      const processor = new Trim<Untyped>();
      return {
        processor,
        ports: new TrimPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.startSeconds !== undefined) {
            processor.startSeconds = values.startSeconds as typeof processor.startSeconds;
          }
          if (values.endSeconds !== undefined) processor.endSeconds = values.endSeconds as typeof processor.endSeconds;
        },
      };
    };
  },
});

/** The ports of `udp-sink`. */
export class UdpSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audio", "packet", "data"] = ["audio", "packet", "data"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: {
    audio: StreamInput<AudioFrame>;
    packet: StreamInput<PacketFrame>;
    data: StreamInput<DataFrame<unknown>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audio: StreamInput<AudioFrame>;
      packet: StreamInput<PacketFrame>;
      data: StreamInput<DataFrame<unknown>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly audio: StreamInput<AudioFrame>;
    readonly packet: StreamInput<PacketFrame>;
    readonly data: StreamInput<DataFrame<unknown>>;
  } {
    return { audio: this.#processor.audio, packet: this.#processor.packet, data: this.#processor.data };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audio", this.#processor.audio);
    visitor.input("packet", this.#processor.packet);
    visitor.input("data", this.#processor.data);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
    this.#processor.packet = wiring.input("packet") as StreamInput<PacketFrame>;
    this.#processor.data = wiring.input("data") as StreamInput<DataFrame<unknown>>;
  }
}

/** The configuration of `udp-sink`. */
export interface UdpSinkConfig {
  /**
   * The port to send to.
   *
   * A whole number from 1 to 65535; 9002 by default.
   */
  readonly port?: number;
  /**
   * The host to send to, or a multicast address.
   *
   * A non-empty string; "127.0.0.1" by default.
   */
  readonly hostname?: string;
  /**
   * `plain`: samples interleaved in little-endian order, strings and bytes as they are, anything else as JSON. `items`: as transports write them, with times.
   *
   * One of "plain", "items"; "plain" by default.
   */
  readonly format?: "plain" | "items";
  /**
   * Samples, with format `plain`; integers clamp at full scale.
   *
   * One of "s16", "s24", "s32", "f32"; "s16" by default.
   */
  readonly audioFormat?: "s16" | "s24" | "s32" | "f32";
  /**
   * The longest packet. Above 1,472, most networks cut packets into pieces.
   *
   * A whole number from 512 to 65507 bytes; 1472 by default.
   */
  readonly maxPacketBytes?: number;
  /**
   * Over how many networks packets to a multicast address go.
   *
   * A whole number from 0 to 255; 1 by default.
   */
  readonly ttl?: number;
}

/** A `udp-sink` in a graph. */
export type UdpSinkHandle<T extends PacketFieldsOf<T> = Untyped> = NodeHandle<
  { audio: AudioFrame; packet: PacketFrame<T>; data: DataFrame<unknown> },
  Record<never, never>
>;

/** The node type `udp-sink`, which carries what its links do. */
export interface UdpSinkNodeType extends NodeType<UdpSinkConfig, UdpSinkHandle> {
  /** A node whose ports carry these types; without them, any. */
  <T extends PacketFieldsOf<T> = Untyped>(config?: UdpSinkConfig): NodeSpec<UdpSinkHandle<T>>;
}

/**
 * Sends packets by UDP.
 *
 * **Purpose.** Sends samples, records and values to an address, each packet of at most `maxPacketBytes`: blocks are cut
 * between samples, and a value or a batch that does not fit is left out, counted, and said. The receipt of
 * packets is not known. An offline graph sends as fast as it runs, which may be faster than anybody reads.
 *
 * **Inputs.** `audio`: blocks. `packet`: records of any fields. `data`: any values. Each may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `port`, `hostname`, `format`, `audioFormat`, `maxPacketBytes`, `ttl`. Figures: `sent` packets; `refused`
 * frames, which were too large or have no JSON; `failed` packets, which the system did not take.
 *
 * **Example.**
 * ```json
 * { "intercom": { "type": "udp-sink", "config": { "hostname": "192.0.2.7", "port": 5004 } } }
 * ```
 */
export const udpSink: UdpSinkNodeType = defineNodeType<UdpSinkConfig, UdpSinkHandle, UdpSinkNodeType>({
  descriptor: {
    type: "udp-sink",
    className: "UdpSink",
    source: "processors/network/udp_sink.ts:41",
    description: "Sends packets by UDP.",
    doc:
      'Sends packets by UDP.\n\n**Purpose.** Sends samples, records and values to an address, each packet of at most `maxPacketBytes`: blocks are cut\nbetween samples, and a value or a batch that does not fit is left out, counted, and said. The receipt of\npackets is not known. An offline graph sends as fast as it runs, which may be faster than anybody reads.\n\n**Inputs.** `audio`: blocks. `packet`: records of any fields. `data`: any values. Each may be left without a link.\n\n**Outputs.** None.\n\n**Config.** `port`, `hostname`, `format`, `audioFormat`, `maxPacketBytes`, `ttl`. Figures: `sent` packets; `refused`\nframes, which were too large or have no JSON; `failed` packets, which the system did not take.\n\n**Example.**\n```json\n{ "intercom": { "type": "udp-sink", "config": { "hostname": "192.0.2.7", "port": 5004 } } }\n```',
    category: "network",
    tags: ["udp", "network", "datagram", "multicast", "send", "live", "json", "pcm"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "",
    }, {
      name: "packet",
      direction: "input",
      kind: "packet",
      type: "PacketFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: true,
      burst: 1,
      doc: "",
    }, {
      name: "data",
      direction: "input",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        port: {
          type: "integer",
          description: "The port to send to.",
          minimum: 1,
          maximum: 65535,
          default: 9002,
        },
        hostname: {
          type: "string",
          description: "The host to send to, or a multicast address.",
          minLength: 1,
          "x-reaches": "host",
          default: "127.0.0.1",
        },
        format: {
          enum: ["plain", "items"],
          description:
            "`plain`: samples interleaved in little-endian order, strings and bytes as they are, anything else as JSON. `items`: as transports write them, with times.",
          default: "plain",
        },
        audioFormat: {
          enum: ["s16", "s24", "s32", "f32"],
          description: "Samples, with format `plain`; integers clamp at full scale.",
          default: "s16",
        },
        maxPacketBytes: {
          type: "integer",
          description: "The longest packet. Above 1,472, most networks cut packets into pieces.",
          minimum: 512,
          maximum: 65507,
          "x-unit": "bytes",
          default: 1472,
        },
        ttl: {
          type: "integer",
          description: "Over how many networks packets to a multicast address go.",
          minimum: 0,
          maximum: 255,
          default: 1,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["sent", "refused", "failed"],
  },
  load: async () => {
    const UdpSink = processorClass(
      "udp-sink",
      "processors/network/udp_sink.ts",
      await import("./processors/network/udp_sink.ts"),
      "UdpSink",
    );
    return () => {
      const processor = new UdpSink<Untyped>();
      return {
        processor,
        ports: new UdpSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.audioFormat !== undefined) {
            processor.audioFormat = values.audioFormat as typeof processor.audioFormat;
          }
          if (values.maxPacketBytes !== undefined) {
            processor.maxPacketBytes = values.maxPacketBytes as typeof processor.maxPacketBytes;
          }
          if (values.ttl !== undefined) processor.ttl = values.ttl as typeof processor.ttl;
        },
      };
    };
  },
});

/** The ports of `udp-source`. */
export class UdpSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["data", "audio", "encoded"] = ["data", "audio", "encoded"];
  readonly #processor: {
    data: StreamOutput<DataFrame<unknown>>;
    audio: StreamOutput<AudioFrame>;
    encoded: StreamOutput<EncodedFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      data: StreamOutput<DataFrame<unknown>>;
      audio: StreamOutput<AudioFrame>;
      encoded: StreamOutput<EncodedFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): {
    readonly data: StreamOutput<DataFrame<unknown>>;
    readonly audio: StreamOutput<AudioFrame>;
    readonly encoded: StreamOutput<EncodedFrame>;
  } {
    return { data: this.#processor.data, audio: this.#processor.audio, encoded: this.#processor.encoded };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("data", this.#processor.data);
    visitor.output("audio", this.#processor.audio);
    visitor.output("encoded", this.#processor.encoded);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.data = wiring.output("data") as StreamOutput<DataFrame<unknown>>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
    this.#processor.encoded = wiring.output("encoded") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `udp-source`. */
export interface UdpSourceConfig {
  /**
   * The port to listen on; 0: any that is free, which log and figures tell.
   *
   * A whole number from 0 to 65535; 9002 by default.
   */
  readonly port?: number;
  /**
   * The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. By default `127.0.0.1`, or the group.
   *
   * A non-empty string.
   */
  readonly hostname?: string;
  /**
   * A multicast address whose packets are received, such as `239.0.0.1`.
   *
   * A non-empty string.
   */
  readonly group?: string;
  /**
   * The address of this machine whose network has the group; by default the system chooses.
   *
   * A non-empty string.
   */
  readonly groupInterface?: string;
  /**
   * The form of packets: values, each of its lines a value (`lines`, `ndjson`), samples in little-endian order, interleaved, or `items` as transports write them.
   *
   * One of "bytes", "text", "lines", "json", "ndjson", "s16", "s24", "s32", "f32", "items"; "bytes" by default.
   */
  readonly format?: "bytes" | "text" | "lines" | "json" | "ndjson" | "s16" | "s24" | "s32" | "f32" | "items";
  /**
   * For samples: how many a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * For samples: number of channels.
   *
   * A whole number from 1 to 8; 2 by default.
   */
  readonly channels?: number;
  /**
   * How much may wait for the links before packets are lost.
   *
   * A whole number from 0 to 1073741824 bytes; 1048576 by default.
   */
  readonly maxWaitingBytes?: number;
}

/** A `udp-source` in a graph. */
export type UdpSourceHandle = NodeHandle<
  Record<never, never>,
  { data: DataFrame<unknown>; audio: AudioFrame; encoded: EncodedFrame }
>;

/**
 * Receives packets by UDP.
 *
 * **Purpose.** Listens on a port, and makes values, samples or frames of the packets that come, from whomever they come.
 * A network loses packets, and tells nobody. Packets that come while the links are full wait; where more than
 * `maxWaitingBytes` wait, the oldest is lost and counted, and the next frame is flagged as a discontinuity. A packet that
 * is not of the format is left out and counted, in an offline graph, too. The stream ends with the graph.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `data`: a value for each packet, or for each line of it. `audio`: blocks of up to 1,024 samples, with a
 * format of samples. `items` are written to the output of their kind, also `encoded`; a batch of records is a value, an
 * object with an array for each field. Frames for an output without a link are dropped.
 *
 * **Config.** `port`, `hostname`, `group`, `groupInterface`, `format`, `sampleRateHz`, `channels`, `maxWaitingBytes`.
 * Figures: `port`, `received`, `refused` and `lost` packets.
 *
 * **Example.**
 * ```json
 * { "intercom": { "type": "udp-source", "config": { "port": 5004, "format": "s16", "channels": 1 } } }
 * ```
 */
export const udpSource: NodeType<UdpSourceConfig, UdpSourceHandle> = defineNodeType<UdpSourceConfig, UdpSourceHandle>({
  descriptor: {
    type: "udp-source",
    className: "UdpSource",
    source: "processors/network/udp_source.ts:50",
    description: "Receives packets by UDP.",
    doc:
      'Receives packets by UDP.\n\n**Purpose.** Listens on a port, and makes values, samples or frames of the packets that come, from whomever they come.\nA network loses packets, and tells nobody. Packets that come while the links are full wait; where more than\n`maxWaitingBytes` wait, the oldest is lost and counted, and the next frame is flagged as a discontinuity. A packet that\nis not of the format is left out and counted, in an offline graph, too. The stream ends with the graph.\n\n**Inputs.** None.\n\n**Outputs.** `data`: a value for each packet, or for each line of it. `audio`: blocks of up to 1,024 samples, with a\nformat of samples. `items` are written to the output of their kind, also `encoded`; a batch of records is a value, an\nobject with an array for each field. Frames for an output without a link are dropped.\n\n**Config.** `port`, `hostname`, `group`, `groupInterface`, `format`, `sampleRateHz`, `channels`, `maxWaitingBytes`.\nFigures: `port`, `received`, `refused` and `lost` packets.\n\n**Example.**\n```json\n{ "intercom": { "type": "udp-source", "config": { "port": 5004, "format": "s16", "channels": 1 } } }\n```',
    category: "network",
    tags: ["udp", "network", "datagram", "multicast", "receive", "live", "json", "pcm"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "data",
      direction: "output",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "Values.",
    }, {
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Samples.",
    }, {
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      burst: 1,
      doc: "Encoded frames, of items.",
    }],
    config: {
      type: "object",
      properties: {
        port: {
          type: "integer",
          description: "The port to listen on; 0: any that is free, which log and figures tell.",
          minimum: 0,
          maximum: 65535,
          default: 9002,
        },
        hostname: {
          type: "string",
          description:
            "The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it. By default `127.0.0.1`, or the group.",
          minLength: 1,
          "x-reaches": "host",
        },
        group: {
          type: "string",
          description: "A multicast address whose packets are received, such as `239.0.0.1`.",
          minLength: 1,
          "x-reaches": "host",
        },
        groupInterface: {
          type: "string",
          description: "The address of this machine whose network has the group; by default the system chooses.",
          minLength: 1,
          "x-reaches": "host",
        },
        format: {
          enum: ["bytes", "text", "lines", "json", "ndjson", "s16", "s24", "s32", "f32", "items"],
          description:
            "The form of packets: values, each of its lines a value (`lines`, `ndjson`), samples in little-endian order, interleaved, or `items` as transports write them.",
          default: "bytes",
        },
        sampleRateHz: {
          type: "integer",
          description: "For samples: how many a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "For samples: number of channels.",
          minimum: 1,
          maximum: 8,
          default: 2,
        },
        maxWaitingBytes: {
          type: "integer",
          description: "How much may wait for the links before packets are lost.",
          minimum: 0,
          maximum: 1073741824,
          "x-unit": "bytes",
          default: 1048576,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["port", "received", "refused", "lost"],
  },
  load: async () => {
    const UdpSource = processorClass(
      "udp-source",
      "processors/network/udp_source.ts",
      await import("./processors/network/udp_source.ts"),
      "UdpSource",
    );
    return () => {
      const processor = new UdpSource();
      return {
        processor,
        ports: new UdpSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.group !== undefined) processor.group = values.group as typeof processor.group;
          if (values.groupInterface !== undefined) {
            processor.groupInterface = values.groupInterface as typeof processor.groupInterface;
          }
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.maxWaitingBytes !== undefined) {
            processor.maxWaitingBytes = values.maxWaitingBytes as typeof processor.maxWaitingBytes;
          }
        },
      };
    };
  },
  portsOf: udpSourcePorts,
});

/** The ports of `valve`. */
export class ValvePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<Frame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<Frame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<Frame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<Frame>;
  }
}

/** The configuration of `valve`. */
export interface ValveConfig {
  /**
   * True: frames pass.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly open?: boolean;
}

/** A `valve` in a graph. */
export type ValveHandle<F extends Frame = Untyped> = NodeHandle<
  { frameIn: SinglePort<F> },
  { frameOut: SinglePort<F> }
>;

/** The node type `valve`, which carries what its links do. */
export interface ValveNodeType extends NodeType<ValveConfig, ValveHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends Frame = Untyped>(config?: ValveConfig): NodeSpec<ValveHandle<F>>;
}

/**
 * Lets frames pass, or drops them.
 *
 * **Purpose.** What comes while it is closed is dropped at once, so nothing before it waits; the first frame after
 * that is flagged as a discontinuity, and of encoded frames it is a key frame. The node's own figures tell how much:
 * frames in less frames out.
 *
 * **Inputs.** `frameIn`: frames of any kind, which its links tell.
 *
 * **Outputs.** `frameOut`: the same frames, untouched.
 *
 * **Config.** `open` (live).
 *
 * **Example.**
 * ```json
 * { "mute": { "type": "valve", "config": { "open": false } } }
 * ```
 */
export const valve: ValveNodeType = defineNodeType<ValveConfig, ValveHandle, ValveNodeType>({
  descriptor: {
    type: "valve",
    className: "Valve",
    source: "processors/flow/valve.ts:34",
    description: "Lets frames pass, or drops them.",
    doc:
      'Lets frames pass, or drops them.\n\n**Purpose.** What comes while it is closed is dropped at once, so nothing before it waits; the first frame after\nthat is flagged as a discontinuity, and of encoded frames it is a key frame. The node\'s own figures tell how much:\nframes in less frames out.\n\n**Inputs.** `frameIn`: frames of any kind, which its links tell.\n\n**Outputs.** `frameOut`: the same frames, untouched.\n\n**Config.** `open` (live).\n\n**Example.**\n```json\n{ "mute": { "type": "valve", "config": { "open": false } } }\n```',
    category: "flow",
    tags: ["gate", "mute", "drop"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate", "codec"],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        open: {
          type: "boolean",
          description: "True: frames pass.",
          default: true,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Valve = processorClass(
      "valve",
      "processors/flow/valve.ts",
      await import("./processors/flow/valve.ts"),
      "Valve",
    );
    return () => {
      const processor = new Valve<Untyped>();
      return {
        processor,
        ports: new ValvePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.open !== undefined) processor.open = values.open as typeof processor.open;
        },
      };
    };
  },
});

/** The ports of `voice-activity`. */
export class VoiceActivityPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["voice", "audioOut"] = ["voice", "audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>;
    voice: StreamOutput<DataFrame<VoiceReading>>;
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>;
      voice: StreamOutput<DataFrame<VoiceReading>>;
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly voice: StreamOutput<DataFrame<VoiceReading>>; readonly audioOut: StreamOutput<AudioFrame> } {
    return { voice: this.#processor.voice, audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("voice", this.#processor.voice);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.voice = wiring.output("voice") as StreamOutput<DataFrame<VoiceReading>>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `voice-activity`. */
export interface VoiceActivityConfig {
  /**
   * How far above the noise voice is.
   *
   * A number from 1 to 40 dB; 9 by default; may change while the node runs.
   */
  readonly marginDb?: number;
  /**
   * Sound below this level is never voice, relative to full scale.
   *
   * A number from -120 to 0 dB; -60 by default; may change while the node runs.
   */
  readonly minimumDb?: number;
  /**
   * Time for which a level has to be that of voice.
   *
   * A number from 0 to 1000 ms; 40 by default; may change while the node runs.
   */
  readonly onsetMs?: number;
  /**
   * Time for which voice goes on in a pause.
   *
   * A number from 0 to 10000 ms; 300 by default; may change while the node runs.
   */
  readonly hangMs?: number;
}

/** A `voice-activity` in a graph. */
export type VoiceActivityHandle = NodeHandle<
  { audioIn: AudioFrame },
  { voice: DataFrame<VoiceReading>; audioOut: AudioFrame }
>;

/**
 * Tells whether somebody speaks.
 *
 * **Purpose.** Compares the level of the first channel in the band of speech, 200 to 3,400 Hz, with that of the noise,
 * which it learns from the quietest moments of the last seconds. Speech begins once the level was above the noise by the
 * margin for the onset time, and ends once it was not for the hang time. Anything loud in that band counts as voice: it
 * knows levels, no words. Blocks pass through untouched and without a copy. A change is also an event `voice`; the
 * figures are `isVoice`, `levelDb`, `noiseDb`, and as `notFinite` the number of samples that are no finite numbers.
 *
 * **Inputs.** `audioIn`: any rate from 8 kHz on and number of channels.
 *
 * **Outputs.** `voice`: a reading at the start, and at each change. `audioOut`: the blocks that came in.
 *
 * **Config.** `marginDb`, `minimumDb`, `onsetMs`, `hangMs`, all live.
 *
 * **Example.**
 * ```json
 * { "speaks": { "type": "voice-activity", "config": { "marginDb": 8 } } }
 * ```
 */
export const voiceActivity: NodeType<VoiceActivityConfig, VoiceActivityHandle> = defineNodeType<
  VoiceActivityConfig,
  VoiceActivityHandle
>({
  descriptor: {
    type: "voice-activity",
    className: "VoiceActivity",
    source: "processors/audio/voice_activity.ts:53",
    description: "Tells whether somebody speaks.",
    doc:
      'Tells whether somebody speaks.\n\n**Purpose.** Compares the level of the first channel in the band of speech, 200 to 3,400 Hz, with that of the noise,\nwhich it learns from the quietest moments of the last seconds. Speech begins once the level was above the noise by the\nmargin for the onset time, and ends once it was not for the hang time. Anything loud in that band counts as voice: it\nknows levels, no words. Blocks pass through untouched and without a copy. A change is also an event `voice`; the\nfigures are `isVoice`, `levelDb`, `noiseDb`, and as `notFinite` the number of samples that are no finite numbers.\n\n**Inputs.** `audioIn`: any rate from 8 kHz on and number of channels.\n\n**Outputs.** `voice`: a reading at the start, and at each change. `audioOut`: the blocks that came in.\n\n**Config.** `marginDb`, `minimumDb`, `onsetMs`, `hangMs`, all live.\n\n**Example.**\n```json\n{ "speaks": { "type": "voice-activity", "config": { "marginDb": 8 } } }\n```',
    category: "audio",
    tags: ["audio", "speech", "vad", "detect", "silence"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    keeps: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "voice",
      direction: "output",
      kind: "data",
      type: "DataFrame<VoiceReading>",
      schema: "VoiceReading",
      valueSchema: {
        description: "That somebody began or ceased to speak.",
        type: "object",
        properties: {
          ptsNs: { type: "number", description: "Since when: media time, nanoseconds." },
          isVoice: { type: "boolean", description: "True while somebody speaks." },
          levelDb: {
            type: "number",
            description: "Level in the band of speech, relative to full scale.",
            "x-unit": "dB",
          },
          noiseDb: { type: "number", description: "Level of the noise behind it.", "x-unit": "dB" },
        },
        required: ["ptsNs", "isVoice", "levelDb", "noiseDb"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        marginDb: {
          type: "number",
          description: "How far above the noise voice is.",
          minimum: 1,
          maximum: 40,
          "x-unit": "dB",
          default: 9,
          "x-live": true,
        },
        minimumDb: {
          type: "number",
          description: "Sound below this level is never voice, relative to full scale.",
          minimum: -120,
          maximum: 0,
          "x-unit": "dB",
          default: -60,
          "x-live": true,
        },
        onsetMs: {
          type: "number",
          description: "Time for which a level has to be that of voice.",
          minimum: 0,
          maximum: 1000,
          "x-unit": "ms",
          default: 40,
          "x-live": true,
        },
        hangMs: {
          type: "number",
          description: "Time for which voice goes on in a pause.",
          minimum: 0,
          maximum: 10000,
          "x-unit": "ms",
          default: 300,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["isVoice", "levelDb", "noiseDb", "notFinite"],
  },
  load: async () => {
    const VoiceActivity = processorClass(
      "voice-activity",
      "processors/audio/voice_activity.ts",
      await import("./processors/audio/voice_activity.ts"),
      "VoiceActivity",
    );
    return () => {
      const processor = new VoiceActivity();
      return {
        processor,
        ports: new VoiceActivityPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.marginDb !== undefined) processor.marginDb = values.marginDb as typeof processor.marginDb;
          if (values.minimumDb !== undefined) processor.minimumDb = values.minimumDb as typeof processor.minimumDb;
          if (values.onsetMs !== undefined) processor.onsetMs = values.onsetMs as typeof processor.onsetMs;
          if (values.hangMs !== undefined) processor.hangMs = values.hangMs as typeof processor.hangMs;
        },
      };
    };
  },
});

/** The ports of `wav-sink`. */
export class WavSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audio"] = ["audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { audio: StreamInput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamInput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audio: StreamInput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
  }
}

/** The configuration of `wav-sink`. */
export interface WavSinkConfig {
  /**
   * File to write; a relative path starts at the working directory. The directory must exist. `-` is standard output.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The format of samples in the file: unsigned or signed integers, or floats, of so many bits. `auto` is `f32`, which loses nothing.
   *
   * One of "auto", "u8", "s16", "s24", "s32", "f32", "f64"; "auto" by default.
   */
  readonly format?: "auto" | "u8" | "s16" | "s24" | "s32" | "f32" | "f64";
  /**
   * True: a second run of the process replaces the recording of the first, instead of writing a file beside it.
   *
   * True or false; false by default.
   */
  readonly overwrite?: boolean;
}

/** A `wav-sink` in a graph. */
export type WavSinkHandle = NodeHandle<{ audio: AudioFrame }, Record<never, never>>;

/**
 * Writes a WAV file.
 *
 * **Purpose.** Records audio as `NAME.partial`, a WAV file that is readable at any moment, and renames it to `NAME`
 * when the stream has ended. An aborted run leaves the recording in `NAME.partial`, and an older `NAME` unchanged; the
 * next run moves that `NAME.partial` to `NAME.partial.1`. A path that another node writes or reads is refused at setup.
 * Files of more than 4 GiB become RF64. With `path` `-` it writes to standard output, with a header whose sizes are unknown.
 * Its figure is `bytes`, written so far.
 *
 * **Inputs.** `audio`: 1 to 8 channels; the format may not change within a stream.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `format`, `overwrite`. Integer formats clamp to full scale; the log says at the end how many samples were
 * clamped. A stream without a frame makes an empty file if its format was announced, otherwise no file.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "wav-sink", "config": { "path": "out/demo.wav", "format": "s16" } } }
 * ```
 */
export const wavSink: NodeType<WavSinkConfig, WavSinkHandle> = defineNodeType<WavSinkConfig, WavSinkHandle>({
  descriptor: {
    type: "wav-sink",
    className: "WavSink",
    source: "processors/file/wav_sink.ts:44",
    description: "Writes a WAV file.",
    doc:
      'Writes a WAV file.\n\n**Purpose.** Records audio as `NAME.partial`, a WAV file that is readable at any moment, and renames it to `NAME`\nwhen the stream has ended. An aborted run leaves the recording in `NAME.partial`, and an older `NAME` unchanged; the\nnext run moves that `NAME.partial` to `NAME.partial.1`. A path that another node writes or reads is refused at setup.\nFiles of more than 4 GiB become RF64. With `path` `-` it writes to standard output, with a header whose sizes are unknown.\nIts figure is `bytes`, written so far.\n\n**Inputs.** `audio`: 1 to 8 channels; the format may not change within a stream.\n\n**Outputs.** None.\n\n**Config.** `path`, `format`, `overwrite`. Integer formats clamp to full scale; the log says at the end how many samples were\nclamped. A stream without a frame makes an empty file if its format was announced, otherwise no file.\n\n**Example.**\n```json\n{ "out": { "type": "wav-sink", "config": { "path": "out/demo.wav", "format": "s16" } } }\n```',
    category: "file",
    tags: ["wav", "file", "stdout", "audio", "write", "record"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    records: true,
    stdout: { path: "-" },
    isAsync: false,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description:
            "File to write; a relative path starts at the working directory. The directory must exist. `-` is standard output.",
          minLength: 1,
          "x-reaches": "path",
        },
        format: {
          enum: ["auto", "u8", "s16", "s24", "s32", "f32", "f64"],
          description:
            "The format of samples in the file: unsigned or signed integers, or floats, of so many bits. `auto` is `f32`, which loses nothing.",
          default: "auto",
        },
        overwrite: {
          type: "boolean",
          description:
            "True: a second run of the process replaces the recording of the first, instead of writing a file beside it.",
          default: false,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const WavSink = processorClass(
      "wav-sink",
      "processors/file/wav_sink.ts",
      await import("./processors/file/wav_sink.ts"),
      "WavSink",
    );
    return () => {
      const processor = new WavSink();
      return {
        processor,
        ports: new WavSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.overwrite !== undefined) processor.overwrite = values.overwrite as typeof processor.overwrite;
        },
      };
    };
  },
});

/** The ports of `wav-source`. */
export class WavSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audio"] = ["audio"];
  readonly #processor: { audio: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly audio: StreamOutput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `wav-source`. */
export interface WavSourceConfig {
  /**
   * File to read; a relative path starts at the working directory.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * Samples per channel in a block; by default 1024, and in an offline graph as many powers of two more as make 8192 over all channels, if a slot of the pool holds them.
   *
   * A whole number from 1 to 16384 samples.
   */
  readonly blockSize?: number;
}

/** A `wav-source` in a graph. */
export type WavSourceHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/**
 * Reads a WAV file.
 *
 * **Purpose.** Plays RIFF/WAVE, RIFX and RF64 files into the graph: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats,
 * 1 to 8 channels, extensible headers. The file is read in pieces of some 256 KiB, never as a whole. In a live graph
 * blocks come at the pace of the media, offline as fast as the graph takes them. A file with wrong sizes, such as a
 * stream's, or cut off, plays to its end, and the log says what is wrong. A header without a format of samples is refused
 * at setup with the byte of the fault, and so is a file that a `wav-sink` writes.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of one size, the last one shorter. Integers of n bits are divided by 2^(n-1);
 * 32-bit integers and 64-bit floats are rounded to 32-bit float.
 *
 * **Config.** `path`, `blockSize`.
 *
 * **Example.**
 * ```json
 * { "speech": { "type": "wav-source", "config": { "path": "speech.wav" } } }
 * ```
 */
export const wavSource: NodeType<WavSourceConfig, WavSourceHandle> = defineNodeType<WavSourceConfig, WavSourceHandle>({
  descriptor: {
    type: "wav-source",
    className: "WavSource",
    source: "processors/file/wav_source.ts:49",
    description: "Reads a WAV file.",
    doc:
      'Reads a WAV file.\n\n**Purpose.** Plays RIFF/WAVE, RIFX and RF64 files into the graph: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats,\n1 to 8 channels, extensible headers. The file is read in pieces of some 256 KiB, never as a whole. In a live graph\nblocks come at the pace of the media, offline as fast as the graph takes them. A file with wrong sizes, such as a\nstream\'s, or cut off, plays to its end, and the log says what is wrong. A header without a format of samples is refused\nat setup with the byte of the fault, and so is a file that a `wav-sink` writes.\n\n**Inputs.** None.\n\n**Outputs.** `audio`: blocks of one size, the last one shorter. Integers of n bits are divided by 2^(n-1);\n32-bit integers and 64-bit floats are rounded to 32-bit float.\n\n**Config.** `path`, `blockSize`.\n\n**Example.**\n```json\n{ "speech": { "type": "wav-source", "config": { "path": "speech.wav" } } }\n```',
    category: "file",
    tags: ["wav", "file", "audio", "read", "play"],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File to read; a relative path starts at the working directory.",
          minLength: 1,
          "x-reaches": "path",
        },
        blockSize: {
          type: "integer",
          description:
            "Samples per channel in a block; by default 1024, and in an offline graph as many powers of two more as make 8192 over all channels, if a slot of the pool holds them.",
          minimum: 1,
          maximum: 16384,
          "x-unit": "samples",
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const WavSource = processorClass(
      "wav-source",
      "processors/file/wav_source.ts",
      await import("./processors/file/wav_source.ts"),
      "WavSource",
    );
    return () => {
      const processor = new WavSource();
      return {
        processor,
        ports: new WavSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.blockSize !== undefined) processor.blockSize = values.blockSize as typeof processor.blockSize;
        },
      };
    };
  },
  portsOf: wavSourcePorts,
});

/** The ports of `websocket-sink`. */
export class WebsocketSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["packet", "data"] = ["packet", "data"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { packet: StreamInput<PacketFrame>; data: StreamInput<DataFrame<unknown>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { packet: StreamInput<PacketFrame>; data: StreamInput<DataFrame<unknown>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly packet: StreamInput<PacketFrame>; readonly data: StreamInput<DataFrame<unknown>> } {
    return { packet: this.#processor.packet, data: this.#processor.data };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("packet", this.#processor.packet);
    visitor.input("data", this.#processor.data);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.packet = wiring.input("packet") as StreamInput<PacketFrame>;
    this.#processor.data = wiring.input("data") as StreamInput<DataFrame<unknown>>;
  }
}

/** The configuration of `websocket-sink`. */
export interface WebsocketSinkConfig {
  /**
   * The port to listen on; 0: any that is free, which log and figures tell.
   *
   * A whole number from 0 to 65535; 9001 by default.
   */
  readonly port?: number;
  /**
   * The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it.
   *
   * A non-empty string; "127.0.0.1" by default.
   */
  readonly hostname?: string;
  /**
   * Origins whose pages may connect, such as `https://example.com`, beside those of this machine's own names.
   *
   * A list, each a string; [] by default.
   */
  readonly origins?: readonly string[];
  /**
   * Batches: `json`, or `binary` with the columns as they lie in memory. Values are JSON.
   *
   * One of "json", "binary"; "json" by default; may change while the node runs.
   */
  readonly format?: "json" | "binary";
  /**
   * Further clients are refused.
   *
   * A whole number from 1 to 10000; 32 by default.
   */
  readonly maxClients?: number;
  /**
   * A client for which so much waits is left out until it has taken some.
   *
   * A whole number from 0 to 1073741824 bytes; 1048576 by default.
   */
  readonly maxWaitingBytes?: number;
}

/** A `websocket-sink` in a graph. */
export type WebsocketSinkHandle<T extends PacketFieldsOf<T> = Untyped> = NodeHandle<
  { packet: PacketFrame<T>; data: DataFrame<unknown> },
  Record<never, never>
>;

/** The node type `websocket-sink`, which carries what its links do. */
export interface WebsocketSinkNodeType extends NodeType<WebsocketSinkConfig, WebsocketSinkHandle> {
  /** A node whose ports carry these types; without them, any. */
  <T extends PacketFieldsOf<T> = Untyped>(config?: WebsocketSinkConfig): NodeSpec<WebsocketSinkHandle<T>>;
}

/**
 * Sends records and values to whoever connects by WebSocket.
 *
 * **Purpose.** Opens a WebSocket server, and sends each batch and each value as a message to every client: a page, a
 * script, another program. A client gets what comes after it has connected. One that takes messages too slowly is sent
 * fewer; neither the graph nor other clients wait for it. Pages of other sites are refused unless `origins` names them.
 *
 * **Inputs.** `packet`: records of any fields. `data`: any values. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `port`, `hostname`, `origins`, `format` (live), `maxClients`, `maxWaitingBytes`. Figures: `port`, `clients`,
 * `sent` and `skipped` messages.
 *
 * **Example.**
 * ```json
 * { "live": { "type": "websocket-sink", "config": { "port": 9001, "format": "binary" } } }
 * ```
 */
export const websocketSink: WebsocketSinkNodeType = defineNodeType<
  WebsocketSinkConfig,
  WebsocketSinkHandle,
  WebsocketSinkNodeType
>({
  descriptor: {
    type: "websocket-sink",
    className: "WebsocketSink",
    source: "processors/data/websocket_sink.ts:35",
    description: "Sends records and values to whoever connects by WebSocket.",
    doc:
      'Sends records and values to whoever connects by WebSocket.\n\n**Purpose.** Opens a WebSocket server, and sends each batch and each value as a message to every client: a page, a\nscript, another program. A client gets what comes after it has connected. One that takes messages too slowly is sent\nfewer; neither the graph nor other clients wait for it. Pages of other sites are refused unless `origins` names them.\n\n**Inputs.** `packet`: records of any fields. `data`: any values. Either may be left without a link.\n\n**Outputs.** None.\n\n**Config.** `port`, `hostname`, `origins`, `format` (live), `maxClients`, `maxWaitingBytes`. Figures: `port`, `clients`,\n`sent` and `skipped` messages.\n\n**Example.**\n```json\n{ "live": { "type": "websocket-sink", "config": { "port": 9001, "format": "binary" } } }\n```',
    category: "data",
    tags: ["websocket", "network", "packet", "sensor", "data", "page", "live"],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    usesEventLoop: true,
    isAsync: false,
    inputs: [{
      name: "packet",
      direction: "input",
      kind: "packet",
      type: "PacketFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: true,
      burst: 1,
      doc: "",
    }, {
      name: "data",
      direction: "input",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        port: {
          type: "integer",
          description: "The port to listen on; 0: any that is free, which log and figures tell.",
          minimum: 0,
          maximum: 65535,
          default: 9001,
        },
        hostname: {
          type: "string",
          description: "The address to listen on; `0.0.0.0`: all of this machine, for everybody who reaches it.",
          minLength: 1,
          "x-reaches": "host",
          default: "127.0.0.1",
        },
        origins: {
          type: "array",
          items: { type: "string" },
          description:
            "Origins whose pages may connect, such as `https://example.com`, beside those of this machine's own names.",
          default: [],
        },
        format: {
          enum: ["json", "binary"],
          description: "Batches: `json`, or `binary` with the columns as they lie in memory. Values are JSON.",
          default: "json",
          "x-live": true,
        },
        maxClients: {
          type: "integer",
          description: "Further clients are refused.",
          minimum: 1,
          maximum: 10000,
          default: 32,
        },
        maxWaitingBytes: {
          type: "integer",
          description: "A client for which so much waits is left out until it has taken some.",
          minimum: 0,
          maximum: 1073741824,
          "x-unit": "bytes",
          default: 1048576,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const WebsocketSink = processorClass(
      "websocket-sink",
      "processors/data/websocket_sink.ts",
      await import("./processors/data/websocket_sink.ts"),
      "WebsocketSink",
    );
    return () => {
      const processor = new WebsocketSink<Untyped>();
      return {
        processor,
        ports: new WebsocketSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.port !== undefined) processor.port = values.port as typeof processor.port;
          if (values.hostname !== undefined) processor.hostname = values.hostname as typeof processor.hostname;
          if (values.origins !== undefined) processor.origins = values.origins as typeof processor.origins;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.maxClients !== undefined) processor.maxClients = values.maxClients as typeof processor.maxClients;
          if (values.maxWaitingBytes !== undefined) {
            processor.maxWaitingBytes = values.maxWaitingBytes as typeof processor.maxWaitingBytes;
          }
        },
      };
    };
  },
});

/** The ports of `websocket-source`. */
export class WebsocketSourcePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["data", "audio", "video", "encoded"] = ["data", "audio", "video", "encoded"];
  readonly #processor: {
    data: StreamOutput<DataFrame<unknown>>;
    audio: StreamOutput<AudioFrame>;
    video: StreamOutput<VideoFrame>;
    encoded: StreamOutput<EncodedFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      data: StreamOutput<DataFrame<unknown>>;
      audio: StreamOutput<AudioFrame>;
      video: StreamOutput<VideoFrame>;
      encoded: StreamOutput<EncodedFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): {
    readonly data: StreamOutput<DataFrame<unknown>>;
    readonly audio: StreamOutput<AudioFrame>;
    readonly video: StreamOutput<VideoFrame>;
    readonly encoded: StreamOutput<EncodedFrame>;
  } {
    return {
      data: this.#processor.data,
      audio: this.#processor.audio,
      video: this.#processor.video,
      encoded: this.#processor.encoded,
    };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("data", this.#processor.data);
    visitor.output("audio", this.#processor.audio);
    visitor.output("video", this.#processor.video);
    visitor.output("encoded", this.#processor.encoded);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.data = wiring.output("data") as StreamOutput<DataFrame<unknown>>;
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
    this.#processor.video = wiring.output("video") as StreamOutput<VideoFrame>;
    this.#processor.encoded = wiring.output("encoded") as StreamOutput<EncodedFrame>;
  }
}

/** The configuration of `websocket-source`. */
export interface WebsocketSourceConfig {
  /**
   * The address to connect to: `ws://…`, or `wss://…` with encryption.
   *
   * A string matching /^wss?://[^/?#]+/.
   */
  readonly url: string;
  /**
   * Sent along with the request, such as `"Authorization": "Bearer ${env:TOKEN}"`.
   *
   * An object; {} by default.
   */
  readonly headers?: { readonly [key: string]: string };
  /**
   * Texts that are sent once it is connected, such as what to subscribe to.
   *
   * A list of at most 64 values, each a string; [] by default.
   */
  readonly greetings?: readonly string[];
  /**
   * The form of messages. `auto`: text is a string, anything else bytes; samples in little-endian order, interleaved; `items`: as transports write them.
   *
   * One of "auto", "text", "lines", "json", "ndjson", "bytes", "s16", "s24", "s32", "f32", "items"; "auto" by default.
   */
  readonly format?: "auto" | "text" | "lines" | "json" | "ndjson" | "bytes" | "s16" | "s24" | "s32" | "f32" | "items";
  /**
   * For samples: how many a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * For samples: number of channels.
   *
   * A whole number from 1 to 8; 2 by default.
   */
  readonly channels?: number;
  /**
   * The longest message.
   *
   * A whole number from 1 to 1073741824 bytes; 16777216 by default.
   */
  readonly maxBytes?: number;
  /**
   * How long the server may take to accept.
   *
   * A number of at most 3600 and above 0 s; 10 by default.
   */
  readonly timeoutSeconds?: number;
  /**
   * A connection on which nothing comes for so long, not even the answer to a ping, is lost.
   *
   * A number from 0.01 to 86400 s; 30 by default.
   */
  readonly silenceSeconds?: number;
  /**
   * How often in a row it tries to connect again; by default without end in a live graph, never in an offline one.
   *
   * A whole number of at least 0.
   */
  readonly retries?: number;
  /**
   * The pause before it tries again; it doubles with each try in a row, up to 30 s.
   *
   * A number from 0.001 to 30 s; 0.5 by default.
   */
  readonly retrySeconds?: number;
}

/** A `websocket-source` in a graph. */
export type WebsocketSourceHandle = NodeHandle<
  Record<never, never>,
  { data: DataFrame<unknown>; audio: AudioFrame; video: VideoFrame; encoded: EncodedFrame }
>;

/**
 * Receives messages by WebSocket.
 *
 * **Purpose.** Connects to a WebSocket server, and makes values, samples or frames of the messages that come. In a live
 * graph it connects again whenever the connection ends, with growing pauses, and the first frame after that is flagged as
 * a discontinuity. A message that is not as it should be is left out there, counted, and said; an offline graph fails.
 * Nothing is read while the links are full, so that the server is held back.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `data`: a value for each message. `audio`: blocks of up to 1,024 samples, with a format of samples.
 * `items` are written to the output of their kind, also `video` and `encoded`; a batch of records is a value, an object
 * with an array for each field. Frames for an output without a link are dropped.
 *
 * **Config.** `url`, `headers`, `greetings`, `format`, `sampleRateHz`, `channels`, `maxBytes`, `timeoutSeconds`,
 * `silenceSeconds`, `retries`, `retrySeconds`. Figures: `received` and `refused` messages, `connections`.
 *
 * **Example.**
 * ```json
 * { "prices": { "type": "websocket-source", "config": {
 *   "url": "wss://example.com/feed", "format": "json", "headers": { "Authorization": "Bearer ${env:FEED_TOKEN}" }
 * } } }
 * ```
 */
export const websocketSource: NodeType<WebsocketSourceConfig, WebsocketSourceHandle> = defineNodeType<
  WebsocketSourceConfig,
  WebsocketSourceHandle
>({
  descriptor: {
    type: "websocket-source",
    className: "WebsocketSource",
    source: "processors/network/websocket_source.ts:47",
    description: "Receives messages by WebSocket.",
    doc:
      'Receives messages by WebSocket.\n\n**Purpose.** Connects to a WebSocket server, and makes values, samples or frames of the messages that come. In a live\ngraph it connects again whenever the connection ends, with growing pauses, and the first frame after that is flagged as\na discontinuity. A message that is not as it should be is left out there, counted, and said; an offline graph fails.\nNothing is read while the links are full, so that the server is held back.\n\n**Inputs.** None.\n\n**Outputs.** `data`: a value for each message. `audio`: blocks of up to 1,024 samples, with a format of samples.\n`items` are written to the output of their kind, also `video` and `encoded`; a batch of records is a value, an object\nwith an array for each field. Frames for an output without a link are dropped.\n\n**Config.** `url`, `headers`, `greetings`, `format`, `sampleRateHz`, `channels`, `maxBytes`, `timeoutSeconds`,\n`silenceSeconds`, `retries`, `retrySeconds`. Figures: `received` and `refused` messages, `connections`.\n\n**Example.**\n```json\n{ "prices": { "type": "websocket-source", "config": {\n  "url": "wss://example.com/feed", "format": "json", "headers": { "Authorization": "Bearer ${env:FEED_TOKEN}" }\n} } }\n```',
    category: "network",
    tags: ["websocket", "network", "client", "receive", "live", "json", "pcm"],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [],
    outputs: [{
      name: "data",
      direction: "output",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "Values.",
    }, {
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Samples.",
    }, {
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures, of items.",
    }, {
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      burst: 1,
      doc: "Encoded frames, of items.",
    }],
    config: {
      type: "object",
      properties: {
        url: {
          type: "string",
          description: "The address to connect to: `ws://…`, or `wss://…` with encryption.",
          pattern: "^wss?://[^/?#]+",
          "x-reaches": "url",
        },
        headers: {
          type: "object",
          additionalProperties: { type: "string" },
          description: 'Sent along with the request, such as `"Authorization": "Bearer ${env:TOKEN}"`.',
          default: {},
        },
        greetings: {
          type: "array",
          items: { type: "string" },
          description: "Texts that are sent once it is connected, such as what to subscribe to.",
          maxItems: 64,
          default: [],
        },
        format: {
          enum: ["auto", "text", "lines", "json", "ndjson", "bytes", "s16", "s24", "s32", "f32", "items"],
          description:
            "The form of messages. `auto`: text is a string, anything else bytes; samples in little-endian order, interleaved; `items`: as transports write them.",
          default: "auto",
        },
        sampleRateHz: {
          type: "integer",
          description: "For samples: how many a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "For samples: number of channels.",
          minimum: 1,
          maximum: 8,
          default: 2,
        },
        maxBytes: {
          type: "integer",
          description: "The longest message.",
          minimum: 1,
          maximum: 1073741824,
          "x-unit": "bytes",
          default: 16777216,
        },
        timeoutSeconds: {
          type: "number",
          description: "How long the server may take to accept.",
          exclusiveMinimum: 0,
          maximum: 3600,
          "x-unit": "s",
          default: 10,
        },
        silenceSeconds: {
          type: "number",
          description: "A connection on which nothing comes for so long, not even the answer to a ping, is lost.",
          minimum: 0.01,
          maximum: 86400,
          "x-unit": "s",
          default: 30,
        },
        retries: {
          type: "integer",
          description:
            "How often in a row it tries to connect again; by default without end in a live graph, never in an offline one.",
          minimum: 0,
        },
        retrySeconds: {
          type: "number",
          description: "The pause before it tries again; it doubles with each try in a row, up to 30 s.",
          minimum: 0.001,
          maximum: 30,
          "x-unit": "s",
          default: 0.5,
        },
      },
      required: ["url"],
      additionalProperties: false,
    },
    figures: ["received", "refused", "connections"],
  },
  load: async () => {
    const WebsocketSource = processorClass(
      "websocket-source",
      "processors/network/websocket_source.ts",
      await import("./processors/network/websocket_source.ts"),
      "WebsocketSource",
    );
    return () => {
      const processor = new WebsocketSource();
      return {
        processor,
        ports: new WebsocketSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.url !== undefined) processor.url = values.url as typeof processor.url;
          if (values.headers !== undefined) processor.headers = values.headers as typeof processor.headers;
          if (values.greetings !== undefined) processor.greetings = values.greetings as typeof processor.greetings;
          if (values.format !== undefined) processor.format = values.format as typeof processor.format;
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as typeof processor.sampleRateHz;
          }
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.maxBytes !== undefined) processor.maxBytes = values.maxBytes as typeof processor.maxBytes;
          if (values.timeoutSeconds !== undefined) {
            processor.timeoutSeconds = values.timeoutSeconds as typeof processor.timeoutSeconds;
          }
          if (values.silenceSeconds !== undefined) {
            processor.silenceSeconds = values.silenceSeconds as typeof processor.silenceSeconds;
          }
          if (values.retries !== undefined) processor.retries = values.retries as typeof processor.retries;
          if (values.retrySeconds !== undefined) {
            processor.retrySeconds = values.retrySeconds as typeof processor.retrySeconds;
          }
        },
      };
    };
  },
  portsOf: websocketSourcePorts,
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly aacDecode: typeof package1.nodes.aacDecode;
  readonly acquisition: typeof package1.nodes.acquisition;
  readonly audioDecode: typeof package1.nodes.audioDecode;
  readonly biquad: typeof package1.nodes.biquad;
  readonly blend: typeof package1.nodes.blend;
  readonly blur: typeof package1.nodes.blur;
  readonly camera: typeof package1.nodes.camera;
  readonly chromaKey: typeof package1.nodes.chromaKey;
  readonly clap: typeof package1.nodes.clap;
  readonly compositor: typeof package1.nodes.compositor;
  readonly convert: typeof package1.nodes.convert;
  readonly display: typeof package1.nodes.display;
  readonly downsample: typeof package1.nodes.downsample;
  readonly fft: typeof package1.nodes.fft;
  readonly flacDecode: typeof package1.nodes.flacDecode;
  readonly flacEncode: typeof package1.nodes.flacEncode;
  readonly frameRate: typeof package1.nodes.frameRate;
  readonly gpuConvert: typeof package1.nodes.gpuConvert;
  readonly gpuScale: typeof package1.nodes.gpuScale;
  readonly h264Decode: typeof package1.nodes.h264Decode;
  readonly h264Encode: typeof package1.nodes.h264Encode;
  readonly jpegDecode: typeof package1.nodes.jpegDecode;
  readonly jpegEncode: typeof package1.nodes.jpegEncode;
  readonly microphone: typeof package1.nodes.microphone;
  readonly mp3Decode: typeof package1.nodes.mp3Decode;
  readonly opusDecode: typeof package1.nodes.opusDecode;
  readonly opusEncode: typeof package1.nodes.opusEncode;
  readonly overlay: typeof package1.nodes.overlay;
  readonly patternSource: typeof package1.nodes.patternSource;
  readonly rtspSource: typeof package1.nodes.rtspSource;
  readonly scale: typeof package1.nodes.scale;
  readonly screen: typeof package1.nodes.screen;
  readonly shader: typeof package1.nodes.shader;
  readonly speaker: typeof package1.nodes.speaker;
  readonly toVoltage: typeof package1.nodes.toVoltage;
  readonly trigger: typeof package1.nodes.trigger;
  readonly webrtcSink: typeof package1.nodes.webrtcSink;
  readonly webrtcSource: typeof package1.nodes.webrtcSource;
  readonly arrowSink: typeof arrowSink;
  readonly channelMapper: typeof channelMapper;
  readonly chordSource: typeof chordSource;
  readonly compressor: typeof compressor;
  readonly concat: typeof concat;
  readonly consoleSink: typeof consoleSink;
  readonly csvSink: typeof csvSink;
  readonly dataAlign: typeof dataAlign;
  readonly delay: typeof delay;
  readonly dynamicMixer: typeof dynamicMixer;
  readonly echo: typeof echo;
  readonly equaliser: typeof equaliser;
  readonly fade: typeof fade;
  readonly ffmpegSink: typeof ffmpegSink;
  readonly ffmpegSource: typeof ffmpegSource;
  readonly gain: typeof gain;
  readonly hlsSink: typeof hlsSink;
  readonly hlsSource: typeof hlsSource;
  readonly httpSource: typeof httpSource;
  readonly imageSink: typeof imageSink;
  readonly imageSource: typeof imageSource;
  readonly levelMeter: typeof levelMeter;
  readonly limiter: typeof limiter;
  readonly loudness: typeof loudness;
  readonly mediaSink: typeof mediaSink;
  readonly mediaSource: typeof mediaSource;
  readonly mixer: typeof mixer;
  readonly mpegtsSink: typeof mpegtsSink;
  readonly mpegtsSource: typeof mpegtsSource;
  readonly noiseGate: typeof noiseGate;
  readonly normalize: typeof normalize;
  readonly packetAlign: typeof packetAlign;
  readonly peak: typeof peak;
  readonly pipeSink: typeof pipeSink;
  readonly pipeSource: typeof pipeSource;
  readonly process: typeof process;
  readonly rebuffer: typeof rebuffer;
  readonly resampler: typeof resampler;
  readonly reverb: typeof reverb;
  readonly rtmpSink: typeof rtmpSink;
  readonly rtmpSource: typeof rtmpSource;
  readonly spectrum: typeof spectrum;
  readonly srtSink: typeof srtSink;
  readonly srtSource: typeof srtSource;
  readonly switch: typeof switchNode;
  readonly throttle: typeof throttle;
  readonly toneSource: typeof toneSource;
  readonly trim: typeof trim;
  readonly udpSink: typeof udpSink;
  readonly udpSource: typeof udpSource;
  readonly valve: typeof valve;
  readonly voiceActivity: typeof voiceActivity;
  readonly wavSink: typeof wavSink;
  readonly wavSource: typeof wavSource;
  readonly websocketSink: typeof websocketSink;
  readonly websocketSource: typeof websocketSource;
} = {
  ...package1.nodes,
  arrowSink,
  channelMapper,
  chordSource,
  compressor,
  concat,
  consoleSink,
  csvSink,
  dataAlign,
  delay,
  dynamicMixer,
  echo,
  equaliser,
  fade,
  ffmpegSink,
  ffmpegSource,
  gain,
  hlsSink,
  hlsSource,
  httpSource,
  imageSink,
  imageSource,
  levelMeter,
  limiter,
  loudness,
  mediaSink,
  mediaSource,
  mixer,
  mpegtsSink,
  mpegtsSource,
  noiseGate,
  normalize,
  packetAlign,
  peak,
  pipeSink,
  pipeSource,
  process,
  rebuffer,
  resampler,
  reverb,
  rtmpSink,
  rtmpSource,
  spectrum,
  srtSink,
  srtSource,
  switch: switchNode,
  throttle,
  toneSource,
  trim,
  udpSink,
  udpSource,
  valve,
  voiceActivity,
  wavSink,
  wavSource,
  websocketSink,
  websocketSource,
};

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@sluice/sluice",
  url: import.meta.url,
  nodes: [
    arrowSink,
    channelMapper,
    chordSource,
    compressor,
    concat,
    consoleSink,
    csvSink,
    dataAlign,
    delay,
    dynamicMixer,
    echo,
    equaliser,
    fade,
    ffmpegSink,
    ffmpegSource,
    gain,
    hlsSink,
    hlsSource,
    httpSource,
    imageSink,
    imageSource,
    levelMeter,
    limiter,
    loudness,
    mediaSink,
    mediaSource,
    mixer,
    mpegtsSink,
    mpegtsSource,
    noiseGate,
    normalize,
    packetAlign,
    peak,
    pipeSink,
    pipeSource,
    process,
    rebuffer,
    resampler,
    reverb,
    rtmpSink,
    rtmpSource,
    spectrum,
    srtSink,
    srtSource,
    switchNode,
    throttle,
    toneSource,
    trim,
    udpSink,
    udpSource,
    valve,
    voiceActivity,
    wavSink,
    wavSource,
    websocketSink,
    websocketSource,
  ],
  packages: [package1.nodePackage],
  sources: {
    "core/frames/format.ts": "1511d547d4cafad4",
    "core/frames/packet_frame.ts": "241b46ab9a98a7ba",
    "processors/audio/biquad_design.ts": "ff59427112f09760",
    "processors/audio/channel_mapper.ts": "0d9f3116f108bd1f",
    "processors/audio/chord_source.ts": "acf57c050f19cc8d",
    "processors/audio/compressor.ts": "bf3f7d83e6f2c901",
    "processors/audio/dynamic_mixer.ts": "176232ee7cdb801d",
    "processors/audio/echo.ts": "d3939a56722202e8",
    "processors/audio/equaliser.ts": "3b55150e4166e032",
    "processors/audio/fade.ts": "45b49beff9995685",
    "processors/audio/gain.ts": "ed8cae3876ba3828",
    "processors/audio/level_meter.ts": "84dfec30d18a874c",
    "processors/audio/level_reading.ts": "059cb2a569831427",
    "processors/audio/limiter.ts": "5c1e841317dde339",
    "processors/audio/loudness.ts": "a027b688ba7f81a7",
    "processors/audio/loudness_reading.ts": "b1d1598f80a71c69",
    "processors/audio/mixer.ts": "2a4b6ab7407761a9",
    "processors/audio/noise_gate.ts": "2bad40fa4f5f1d70",
    "processors/audio/normalize.ts": "2cf67eaef4f4e0f2",
    "processors/audio/resampler.ts": "eb97b49940cc9691",
    "processors/audio/reverb.ts": "86c53b9ddc4d5143",
    "processors/audio/spectrum.ts": "6f9d62d7db80ccab",
    "processors/audio/spectrum_reading.ts": "d95cc84c2b9efa8d",
    "processors/audio/stream_limiter.ts": "981f97f14b0ba5e3",
    "processors/audio/stream_mixer.ts": "4c8e932e483cf366",
    "processors/audio/tone_source.ts": "c3ecb3464bd534ae",
    "processors/audio/voice_activity.ts": "98ed3ce063ec3f1b",
    "processors/data/console_sink.ts": "e142365d54c3fc40",
    "processors/data/peak.ts": "706be2b6ccfa8986",
    "processors/data/websocket_sink.ts": "711238ced68ac113",
    "processors/file/arrow_sink.ts": "7098803a06ad9d22",
    "processors/file/csv_sink.ts": "bbf44e552f874d05",
    "processors/file/wav_sink.ts": "2c160d92ff3ff346",
    "processors/file/wav_source.ts": "4ae96764139019c7",
    "processors/flow/align.ts": "62cb338238be3db4",
    "processors/flow/concat.ts": "937f111699aefc92",
    "processors/flow/cross_fade.ts": "4dba1bbadb7e5420",
    "processors/flow/data_align.ts": "80e03011ecb912d3",
    "processors/flow/delay.ts": "c5ba96c8b0588fc9",
    "processors/flow/packet_align.ts": "150f180cfd8324ff",
    "processors/flow/rebuffer.ts": "7669d90a549e99bb",
    "processors/flow/switch.ts": "a720b50ff3058941",
    "processors/flow/throttle.ts": "db0452655bd85b8c",
    "processors/flow/trim.ts": "6ab78f3fcd671259",
    "processors/flow/valve.ts": "c90e2e5ebb5eba00",
    "processors/live/hls_sink.ts": "df681029985d5f29",
    "processors/live/hls_source.ts": "db1575ea9da91995",
    "processors/live/mpegts_sink.ts": "e7462ae4344342b3",
    "processors/live/mpegts_source.ts": "be16815bfbd42a6f",
    "processors/live/rtmp_sink.ts": "8827eaca72952077",
    "processors/live/rtmp_source.ts": "02c76ffbc6f583de",
    "processors/live/srt_sink.ts": "2e92499b7ed6ae0a",
    "processors/live/srt_source.ts": "63d937de98ffb04f",
    "processors/media/containers.ts": "a70c8c28c838c27d",
    "processors/media/ffmpeg_sink.ts": "6d1b689a1b0784df",
    "processors/media/ffmpeg_source.ts": "99baa6e3455a7254",
    "processors/media/image_sink.ts": "2ef1fbe15dcbfa4a",
    "processors/media/image_source.ts": "605f74896a10c0fb",
    "processors/media/media_sink.ts": "6d4dfec5d4b50c25",
    "processors/media/media_source.ts": "c984ef52aba23fd1",
    "processors/media/pipe_sink.ts": "5dfb19679840ba19",
    "processors/media/pipe_source.ts": "a2aad20c1db89659",
    "processors/media/process.ts": "19ec85ed2ccd937f",
    "processors/network/http_source.ts": "9760ebda134acb59",
    "processors/network/udp_sink.ts": "7163b2abb46424f7",
    "processors/network/udp_source.ts": "e705c9932713189c",
    "processors/network/websocket_source.ts": "116e708c48c9f851",
    "sluice.json": "927583c0aa3fa7ff",
    "stages.gen.ts": "bf753aa38cf95b42",
  },
});
