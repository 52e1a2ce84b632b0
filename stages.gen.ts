// Made by "deno task codegen" from what the libraries of crates/plugins say.
// Do not edit: change a stage, build it and run the command again.
// deno-fmt-ignore-file

/**
 * The stages of the plugins that come with Sluice: video, codecs, sensors and devices.
 *
 * ```ts
 * import { Runtime } from "@sluice/sluice";
 * import { jpegEncode, patternSource } from "@sluice/sluice/stages";
 *
 * await using runtime = new Runtime({ mode: "offline" });
 * const pattern = runtime.add(patternSource({ durationSeconds: 1 }));
 * const encoder = runtime.add(jpegEncode({ quality: 90 }));
 * runtime.connect(pattern.outputs.video, encoder.inputs.video);
 * ```
 *
 * Importing this module opens no library: that is done where a graph with one of them starts.
 *
 * @module
 */
import { definePackage, shippedStage } from "./generated.ts";
import type {
  AudioFrame,
  DataFrame,
  EncodedFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PacketFrame,
  Untyped,
  VideoFrame,
} from "./generated.ts";

/** The configuration of `aac-decode`. */
export interface AacDecodeConfig {
  /**
   * For packets that cannot be decoded: silence takes their place, or the node fails.
   *
   * One of "conceal", "fail"; "conceal" by default.
   */
  readonly damaged?: "conceal" | "fail";
}

/** A `aac-decode` in a graph. */
export type AacDecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { audio: AudioFrame }>;

/**
 * Decodes AAC-LC, mono or stereo.
 *
 * Audio comes at the rate of the stream. Sound before the time 0, as the delay of an encoder is, only warms the decoder up and is left out; a last packet that lasts less than its samples do ends with its duration. In place of a damaged packet, which is counted, comes silence of the same length. A packet of another rate or number of channels counts as damaged; with the second such packet in a row the stream becomes that.
 *
 * The profiles Main, SSR and LTP, HE-AAC that the header of the file tells, and more than two channels are refused; the error names ffmpeg, as command of a `process` or `pipe-source`. HE-AAC that no header tells is decoded without its upper half: at half the rate, and mono where it has parametric stereo.
 *
 * **Example.** `media-source path=talk.mp4 ! aac-decode ! wav-sink path=talk.wav`
 */
export const aacDecode: NodeType<AacDecodeConfig, AacDecodeHandle> = shippedStage<AacDecodeConfig, AacDecodeHandle>({
  plugin: "codecs",
  descriptor: {
    type: "aac-decode",
    className: "AacDecode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes AAC-LC, mono or stereo.",
    doc:
      "Decodes AAC-LC, mono or stereo.\n\nAudio comes at the rate of the stream. Sound before the time 0, as the delay of an encoder is, only warms the decoder up and is left out; a last packet that lasts less than its samples do ends with its duration. In place of a damaged packet, which is counted, comes silence of the same length. A packet of another rate or number of channels counts as damaged; with the second such packet in a row the stream becomes that.\n\nThe profiles Main, SSR and LTP, HE-AAC that the header of the file tells, and more than two channels are refused; the error names ffmpeg, as command of a `process` or `pipe-source`. HE-AAC that no header tells is decoded without its upper half: at half the rate, and mono where it has parametric stereo.\n\n**Example.** `media-source path=talk.mp4 ! aac-decode ! wav-sink path=talk.wav`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["aac"] },
      burst: 1,
      doc: "AAC, an access unit with its ADTS header a frame.",
    }],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio at the rate of the stream.",
    }],
    config: {
      type: "object",
      properties: {
        damaged: {
          type: "string",
          enum: ["conceal", "fail"],
          default: "conceal",
          description: "For packets that cannot be decoded: silence takes their place, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["packets", "damaged"],
  },
});

/** The configuration of `acquisition`. */
export interface AcquisitionConfig {
  /**
   * Where counts come from.
   *
   * One of "simulated", "file", "socket"; "simulated" by default.
   */
  readonly source?: "simulated" | "file" | "socket";
  /**
   * The file: whole records after each other, a number for each channel.
   *
   * A string; "" by default.
   */
  readonly path?: string;
  /**
   * Numbers in the file, or of the socket: integers of 16 or 32 bits, the low byte first.
   *
   * One of "s16le", "s32le"; "s16le" by default.
   */
  readonly fileFormat?: "s16le" | "s32le";
  /**
   * The socket to connect to, HOST:PORT or unix:PATH, which sends what would be in the file.
   *
   * A string; "" by default.
   */
  readonly address?: string;
  /**
   * True: it connects to the socket again whenever the other side ends.
   *
   * True or false; true by default.
   */
  readonly reconnect?: boolean;
  /**
   * Number of channels: the columns ch0, ch1 and so on.
   *
   * A whole number from 1 to 64; 8 by default.
   */
  readonly channels?: number;
  /**
   * Records a second.
   *
   * A number from 0.001 to 100000000 Hz; 10000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Records in a batch.
   *
   * A whole number from 1 to 65536 records; 256 by default; may change while the node runs.
   */
  readonly batchSize?: number;
  /**
   * How long it lasts; 0 for ever, or to the end of the file.
   *
   * A number of at least 0 s; 0 by default.
   */
  readonly durationSeconds?: number;
  /**
   * Resolution of the simulated converter.
   *
   * A whole number from 2 to 32; 16 by default.
   */
  readonly bits?: number;
  /**
   * The simulated converter takes so much, up and down.
   *
   * A number of at most 1000000 and above 0 V; 10 by default.
   */
  readonly fullScaleVolts?: number;
  /**
   * Peak of the sine.
   *
   * A number from 0 to 1000000 V; 1 by default.
   */
  readonly amplitudeVolts?: number;
  /**
   * Added to the sine.
   *
   * A number from -1000000 to 1000000 V; 0 by default.
   */
  readonly offsetVolts?: number;
  /**
   * Standard deviation of the noise, which is nearly normally distributed.
   *
   * A number from 0 to 1000000 V; 0 by default.
   */
  readonly noiseVolts?: number;
  /**
   * Frequency of the sine in the first channel.
   *
   * A number from 0 to 50000000 Hz; 50 by default.
   */
  readonly frequencyHz?: number;
  /**
   * How much higher the frequency is with each further channel.
   *
   * A number from 0 to 50000000 Hz; 0 by default.
   */
  readonly frequencyStepHz?: number;
  /**
   * How likely a batch is lost.
   *
   * A number from 0 to 1; 0 by default; may change while the node runs.
   */
  readonly dropOutProbability?: number;
  /**
   * The seed of noise and drop-outs.
   *
   * A whole number from 0 to 9007199254740991; 1 by default.
   */
  readonly seed?: number;
}

/** A `acquisition` in a graph. */
export type AcquisitionHandle = NodeHandle<Record<never, never>, { packet: PacketFrame<Untyped> }>;

/**
 * Gives the counts of an analogue-to-digital converter.
 *
 * They are simulated, or come from a file or over a socket. In a live graph batches come when their last record would have been taken, offline as fast as the graph takes them. The simulated converter is given a sine in each channel (`frequencyHz`, and `frequencyStepHz` more with each channel), with noise; equal configurations make equal counts. `dropOutProbability` loses batches, as devices do: the figures `dropOuts` and `lostRecords` count them, times go on, and the batch behind a lost one is flagged as a discontinuity. A live batch size for which a slot has no room is refused.
 *
 * With `source=socket` it connects to `address` and takes what would stand in the file. The other side sets the pace: a batch goes out once its records have come. Where the graph is slower, a megabyte or two batches wait, and then the sender does. A connection that ends, or cannot be made, is made anew after 0.1 s, then after twice as long up to 5 s, for ever; the first failure is logged, and the figure `connects` counts connections. A device that loses its power or its cable does not say that it has gone: over TCP, on Linux, a connection counts as ended once nothing came and the other side's system has not answered for 25 s. With `reconnect=false` the stage ends with its connection. A record that is not whole is dropped; no batch has records of two connections, and the first batch of a new one is flagged as a discontinuity. Times begin at 0 and go on record by record; in a live graph the first batch behind a gap has the time at which it came. A stage that is replaced connects anew.
 *
 * **Example.** `acquisition channels=4 durationSeconds=1 ! to-voltage ! csv-sink path=volts.csv`
 */
export const acquisition: NodeType<AcquisitionConfig, AcquisitionHandle> = shippedStage<
  AcquisitionConfig,
  AcquisitionHandle
>({
  plugin: "sensors",
  descriptor: {
    type: "acquisition",
    className: "Acquisition",
    source: "crates/plugins/sensors/plugin.toml",
    description: "Gives the counts of an analogue-to-digital converter.",
    doc:
      "Gives the counts of an analogue-to-digital converter.\n\nThey are simulated, or come from a file or over a socket. In a live graph batches come when their last record would have been taken, offline as fast as the graph takes them. The simulated converter is given a sine in each channel (`frequencyHz`, and `frequencyStepHz` more with each channel), with noise; equal configurations make equal counts. `dropOutProbability` loses batches, as devices do: the figures `dropOuts` and `lostRecords` count them, times go on, and the batch behind a lost one is flagged as a discontinuity. A live batch size for which a slot has no room is refused.\n\nWith `source=socket` it connects to `address` and takes what would stand in the file. The other side sets the pace: a batch goes out once its records have come. Where the graph is slower, a megabyte or two batches wait, and then the sender does. A connection that ends, or cannot be made, is made anew after 0.1 s, then after twice as long up to 5 s, for ever; the first failure is logged, and the figure `connects` counts connections. A device that loses its power or its cable does not say that it has gone: over TCP, on Linux, a connection counts as ended once nothing came and the other side's system has not answered for 25 s. With `reconnect=false` the stage ends with its connection. A record that is not whole is dropped; no batch has records of two connections, and the first batch of a new one is flagged as a discontinuity. Times begin at 0 and go on record by record; in a live graph the first batch behind a gap has the time at which it came. A stage that is replaced connects anew.\n\n**Example.** `acquisition channels=4 durationSeconds=1 ! to-voltage ! csv-sink path=volts.csv`",
    category: "sensor",
    tags: ["native", "sensors"],
    mode: "loop",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "packet",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Counts: an i32 column a channel, ch0, ch1 and so on.",
    }],
    config: {
      type: "object",
      properties: {
        source: {
          type: "string",
          enum: ["simulated", "file", "socket"],
          default: "simulated",
          description: "Where counts come from.",
        },
        path: {
          type: "string",
          default: "",
          "x-reaches": "path",
          description: "The file: whole records after each other, a number for each channel.",
        },
        fileFormat: {
          type: "string",
          enum: ["s16le", "s32le"],
          default: "s16le",
          description: "Numbers in the file, or of the socket: integers of 16 or 32 bits, the low byte first.",
        },
        address: {
          type: "string",
          default: "",
          "x-reaches": "host",
          description: "The socket to connect to, HOST:PORT or unix:PATH, which sends what would be in the file.",
        },
        reconnect: {
          type: "boolean",
          default: true,
          description: "True: it connects to the socket again whenever the other side ends.",
        },
        channels: {
          type: "integer",
          minimum: 1,
          maximum: 64,
          default: 8,
          description: "Number of channels: the columns ch0, ch1 and so on.",
        },
        sampleRateHz: {
          type: "number",
          minimum: 0.001,
          maximum: 100000000,
          default: 10000,
          "x-unit": "Hz",
          description: "Records a second.",
        },
        batchSize: {
          type: "integer",
          minimum: 1,
          maximum: 65536,
          default: 256,
          "x-live": true,
          "x-unit": "records",
          description: "Records in a batch.",
        },
        durationSeconds: {
          type: "number",
          minimum: 0,
          default: 0,
          "x-unit": "s",
          description: "How long it lasts; 0 for ever, or to the end of the file.",
        },
        bits: {
          type: "integer",
          minimum: 2,
          maximum: 32,
          default: 16,
          description: "Resolution of the simulated converter.",
        },
        fullScaleVolts: {
          type: "number",
          exclusiveMinimum: 0,
          maximum: 1000000,
          default: 10,
          "x-unit": "V",
          description: "The simulated converter takes so much, up and down.",
        },
        amplitudeVolts: {
          type: "number",
          minimum: 0,
          maximum: 1000000,
          default: 1,
          "x-unit": "V",
          description: "Peak of the sine.",
        },
        offsetVolts: {
          type: "number",
          minimum: -1000000,
          maximum: 1000000,
          default: 0,
          "x-unit": "V",
          description: "Added to the sine.",
        },
        noiseVolts: {
          type: "number",
          minimum: 0,
          maximum: 1000000,
          default: 0,
          "x-unit": "V",
          description: "Standard deviation of the noise, which is nearly normally distributed.",
        },
        frequencyHz: {
          type: "number",
          minimum: 0,
          maximum: 50000000,
          default: 50,
          "x-unit": "Hz",
          description: "Frequency of the sine in the first channel.",
        },
        frequencyStepHz: {
          type: "number",
          minimum: 0,
          maximum: 50000000,
          default: 0,
          "x-unit": "Hz",
          description: "How much higher the frequency is with each further channel.",
        },
        dropOutProbability: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 0,
          "x-live": true,
          description: "How likely a batch is lost.",
        },
        seed: {
          type: "integer",
          minimum: 0,
          maximum: 9007199254740991,
          default: 1,
          description: "The seed of noise and drop-outs.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["batches", "dropOuts", "lostRecords", "connects"],
  },
});

/** The configuration of `audio-decode`. */
export interface AudioDecodeConfig {
  /**
   * For Opus: samples at the start that are left out of a stream that begins after the time 0 and does not tell.
   *
   * A whole number from 0 to 48000 samples; 312 by default.
   */
  readonly preSkip?: number;
  /**
   * For packets that cannot be decoded: others take their place, or the node fails.
   *
   * One of "conceal", "fail"; "conceal" by default.
   */
  readonly damaged?: "conceal" | "fail";
}

/** A `audio-decode` in a graph. */
export type AudioDecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { audio: AudioFrame }>;

/**
 * Decodes AAC, MP3, FLAC or Opus, whichever comes.
 *
 * It does what `aac-decode`, `mp3-decode`, `flac-decode` and `opus-decode` do. The first packet says which it is; packets of another codec count as damaged.
 *
 * **Example.** `media-source path=song.mkv ! audio-decode ! wav-sink path=song.wav`
 */
export const audioDecode: NodeType<AudioDecodeConfig, AudioDecodeHandle> = shippedStage<
  AudioDecodeConfig,
  AudioDecodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "audio-decode",
    className: "AudioDecode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes AAC, MP3, FLAC or Opus, whichever comes.",
    doc:
      "Decodes AAC, MP3, FLAC or Opus, whichever comes.\n\nIt does what `aac-decode`, `mp3-decode`, `flac-decode` and `opus-decode` do. The first packet says which it is; packets of another codec count as damaged.\n\n**Example.** `media-source path=song.mkv ! audio-decode ! wav-sink path=song.wav`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["opus", "aac", "flac", "mp3"] },
      burst: 1,
      doc: "A packet a frame, all of one codec.",
    }],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio at the rate of the stream.",
    }],
    config: {
      type: "object",
      properties: {
        preSkip: {
          type: "integer",
          minimum: 0,
          maximum: 48000,
          default: 312,
          "x-unit": "samples",
          description:
            "For Opus: samples at the start that are left out of a stream that begins after the time 0 and does not tell.",
        },
        damaged: {
          type: "string",
          enum: ["conceal", "fail"],
          default: "conceal",
          description: "For packets that cannot be decoded: others take their place, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["packets", "damaged"],
  },
});

/** The configuration of `biquad`. */
export interface BiquadConfig {
  /**
   * The frequencies that pass.
   *
   * One of "low-pass", "high-pass", "band-pass", "notch"; "low-pass" by default.
   */
  readonly filter?: "low-pass" | "high-pass" | "band-pass" | "notch";
  /**
   * Where a low or high pass is 3 dB down, or the middle of a band; below half the rate.
   *
   * A number of at most 50000000 and above 0 Hz; 1000 by default; may change while the node runs.
   */
  readonly frequencyHz?: number;
  /**
   * Order of a low or high pass, twice the number of sections of all.
   *
   * A whole number from 2 to 16, a multiple of 2; 2 by default.
   */
  readonly order?: number;
  /**
   * Band pass and notch: the frequency divided by the width of the band.
   *
   * A number of at most 1000 and above 0; 1 by default; may change while the node runs.
   */
  readonly q?: number;
}

/** A `biquad` in a graph. */
export type BiquadHandle = NodeHandle<{ packetIn: PacketFrame<Untyped> }, { packetOut: PacketFrame<Untyped> }>;

/**
 * Filters each channel: low and high pass, band pass, notch.
 *
 * The filters are sections of second order, of Butterworth for low and high pass, and are computed in 64 bits; the coefficients follow from the rate of the batches that come. A change of frequency or q keeps the state. After a gap it begins anew, as at the start. A sample that is not finite stays as it is, the figure `notFinite` counts it, and its channel begins anew behind it.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage ! biquad filter=high-pass frequencyHz=20 order=4 ! csv-sink path=volts.csv`
 */
export const biquad: NodeType<BiquadConfig, BiquadHandle> = shippedStage<BiquadConfig, BiquadHandle>({
  plugin: "sensors",
  descriptor: {
    type: "biquad",
    className: "Biquad",
    source: "crates/plugins/sensors/plugin.toml",
    description: "Filters each channel: low and high pass, band pass, notch.",
    doc:
      "Filters each channel: low and high pass, band pass, notch.\n\nThe filters are sections of second order, of Butterworth for low and high pass, and are computed in 64 bits; the coefficients follow from the rate of the batches that come. A change of frequency or q keeps the state. After a gap it begins anew, as at the start. A sample that is not finite stays as it is, the figure `notFinite` counts it, and its channel begins anew behind it.\n\n**Example.** `acquisition durationSeconds=1 ! to-voltage ! biquad filter=high-pass frequencyHz=20 order=4 ! csv-sink path=volts.csv`",
    category: "sensor",
    tags: ["native", "sensors"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "packetIn",
      direction: "input",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Samples: f32 columns.",
    }],
    outputs: [{
      name: "packetOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "The same, filtered.",
    }],
    config: {
      type: "object",
      properties: {
        filter: {
          type: "string",
          enum: ["low-pass", "high-pass", "band-pass", "notch"],
          default: "low-pass",
          description: "The frequencies that pass.",
        },
        frequencyHz: {
          type: "number",
          exclusiveMinimum: 0,
          maximum: 50000000,
          default: 1000,
          "x-unit": "Hz",
          "x-live": true,
          description: "Where a low or high pass is 3 dB down, or the middle of a band; below half the rate.",
        },
        order: {
          type: "integer",
          minimum: 2,
          maximum: 16,
          multipleOf: 2,
          default: 2,
          description: "Order of a low or high pass, twice the number of sections of all.",
        },
        q: {
          type: "number",
          exclusiveMinimum: 0,
          maximum: 1000,
          default: 1,
          "x-live": true,
          description: "Band pass and notch: the frequency divided by the width of the band.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["notFinite"],
  },
});

/** The configuration of `blend`. */
export interface BlendConfig {
  /**
   * How colours are mixed.
   *
   * One of "normal", "add", "multiply", "screen"; "normal" by default; may change while the node runs.
   */
  readonly mode?: "normal" | "add" | "multiply" | "screen";
  /**
   * How opaque the upper pictures are, besides their own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity?: number;
}

/** A `blend` in a graph. */
export type BlendHandle = NodeHandle<{ videoIn: VideoFrame; videoIn2: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Blends pictures with others below them, on the GPU.
 *
 * Pictures come out at the times and in the size of the lower ones. The upper input shows the newest of its pictures that is not after it, scaled to that size bilinearly; before its first one nothing is drawn. An offline graph waits for it. Modes are those of the W3C's Compositing and Blending, where `add` is its plus-lighter of the colours: they count as far as the upper picture is opaque, by its own alpha times `opacity`. Both may change while it runs.
 *
 * **Example.** `blend id=cast mode=screen opacity=0.5 ! media-sink path=blended.mkv; pattern-source durationSeconds=2 ! cast.videoIn; pattern-source pattern=zone-plate durationSeconds=2 ! cast.videoIn2`
 */
export const blend: NodeType<BlendConfig, BlendHandle> = shippedStage<BlendConfig, BlendHandle>({
  plugin: "gpu",
  descriptor: {
    type: "blend",
    className: "Blend",
    source: "crates/plugins/gpu/plugin.toml",
    description: "Blends pictures with others below them, on the GPU.",
    doc:
      "Blends pictures with others below them, on the GPU.\n\nPictures come out at the times and in the size of the lower ones. The upper input shows the newest of its pictures that is not after it, scaled to that size bilinearly; before its first one nothing is drawn. An offline graph waits for it. Modes are those of the W3C's Compositing and Blending, where `add` is its plus-lighter of the colours: they count as far as the upper picture is opaque, by its own alpha times `opacity`. Both may change while it runs.\n\n**Example.** `blend id=cast mode=screen opacity=0.5 ! media-sink path=blended.mkv; pattern-source durationSeconds=2 ! cast.videoIn; pattern-source pattern=zone-plate durationSeconds=2 ! cast.videoIn2`",
    category: "gpu",
    tags: ["native", "gpu"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "The lower pictures.",
    }, {
      name: "videoIn2",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "The upper pictures, of any size.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Both.",
    }],
    config: {
      type: "object",
      properties: {
        mode: {
          type: "string",
          enum: ["normal", "add", "multiply", "screen"],
          default: "normal",
          "x-live": true,
          description: "How colours are mixed.",
        },
        opacity: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque the upper pictures are, besides their own alpha.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "uploads", "readbacks", "submissions", "deviceLosses"],
  },
});

/** The configuration of `blur`. */
export interface BlurConfig {
  /**
   * How far a pixel reaches.
   *
   * A number from 0 to 200 pixels; 8 by default; may change while the node runs.
   */
  readonly radius?: number;
}

/** A `blur` in a graph. */
export type BlurHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Blurs pictures by a Gaussian, on the GPU.
 *
 * Edges are repeated. The standard deviation is a third of the radius; a radius of 0 changes nothing. It may change while it runs.
 *
 * **Example.** `pattern-source durationSeconds=2 ! blur radius=12 ! media-sink path=blurred.mkv`
 */
export const blur: NodeType<BlurConfig, BlurHandle> = shippedStage<BlurConfig, BlurHandle>({
  plugin: "gpu",
  descriptor: {
    type: "blur",
    className: "Blur",
    source: "crates/plugins/gpu/plugin.toml",
    description: "Blurs pictures by a Gaussian, on the GPU.",
    doc:
      "Blurs pictures by a Gaussian, on the GPU.\n\nEdges are repeated. The standard deviation is a third of the radius; a radius of 0 changes nothing. It may change while it runs.\n\n**Example.** `pattern-source durationSeconds=2 ! blur radius=12 ! media-sink path=blurred.mkv`",
    category: "gpu",
    tags: ["native", "gpu"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Pictures of any size.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "The same, blurred.",
    }],
    config: {
      type: "object",
      properties: {
        radius: {
          type: "number",
          minimum: 0,
          maximum: 200,
          default: 8,
          "x-live": true,
          "x-unit": "pixels",
          description: "How far a pixel reaches.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "uploads", "readbacks", "submissions", "deviceLosses"],
  },
});

/** The configuration of `camera`. */
export interface CameraConfig {
  /**
   * The camera: its path, or a part of its name; empty for the first one.
   *
   * A string; "" by default.
   */
  readonly device?: string;
  /**
   * Pixels in a row; 0 for any.
   *
   * A whole number from 0 to 16384 pixels; 0 by default.
   */
  readonly width?: number;
  /**
   * Rows; 0 for any.
   *
   * A whole number from 0 to 16384 pixels; 0 by default.
   */
  readonly height?: number;
  /**
   * Pictures a second that the camera is asked for: it gives the rate that is nearest.
   *
   * A number from 0.1 to 1000 Hz; 30 by default.
   */
  readonly frameRate?: number;
  /**
   * What the camera is asked for: coded as JPEG, or pixels of a layout; auto for what reaches the rate and costs least.
   *
   * One of "auto", "mjpeg", "nv12", "i420", "yv12", "yuyv", "uyvy", "rgb24", "bgr24", "grey"; "auto" by default.
   */
  readonly format?: "auto" | "mjpeg" | "nv12" | "i420" | "yv12" | "yuyv" | "uyvy" | "rgb24" | "bgr24" | "grey";
}

/** A `camera` in a graph. */
export type CameraHandle = NodeHandle<Record<never, never>, { video: VideoFrame; encoded: EncodedFrame }>;

/**
 * Captures pictures from a camera (Video4Linux 2).
 *
 * The camera is named by its path, such as `/dev/video0`, or by a part of its name; without a name it is the first one. Of what it lists the stage takes a mode of the size and format that are asked for, with the rate that is nearest to `frameRate`; without a size the largest up to 1280 × 720 that reaches the rate; of several formats the one that costs least. If the camera has none of that kind, the error lists what it has.
 *
 * `video` has pictures in NV12 as they come, in I420 from I420, YV12, YUYV, UYVY and grey, and in RGBA from RGB, BGR and MJPEG, which is decoded only if something is linked to `video`. Rows of chroma of YUYV and UYVY are averaged in pairs. `encoded` has MJPEG as it comes, with the Huffman tables that cameras leave out. Pictures are stamped with the clock's time at which the driver has them captured.
 *
 * A camera that is disconnected is looked for after 0.1 s, then after twice as long up to 2 s, under any path if it was not named by one; the next picture is flagged as a discontinuity, and `reconnects` counts. The events `unavailable`, with a `reason`, and `available` tell of it. `lost` counts pictures that the driver did not give, `late` those that the graph was too slow for, `damaged` those that cannot be read. [Devices](../devices.md#camera) has more.
 *
 * **Example.** `camera width=1280 height=720 ! display`
 */
export const camera: NodeType<CameraConfig, CameraHandle> = shippedStage<CameraConfig, CameraHandle>({
  plugin: "video-devices",
  descriptor: {
    type: "camera",
    className: "Camera",
    source: "crates/plugins/video-devices/plugin.toml",
    description: "Captures pictures from a camera (Video4Linux 2).",
    doc:
      "Captures pictures from a camera (Video4Linux 2).\n\nThe camera is named by its path, such as `/dev/video0`, or by a part of its name; without a name it is the first one. Of what it lists the stage takes a mode of the size and format that are asked for, with the rate that is nearest to `frameRate`; without a size the largest up to 1280 × 720 that reaches the rate; of several formats the one that costs least. If the camera has none of that kind, the error lists what it has.\n\n`video` has pictures in NV12 as they come, in I420 from I420, YV12, YUYV, UYVY and grey, and in RGBA from RGB, BGR and MJPEG, which is decoded only if something is linked to `video`. Rows of chroma of YUYV and UYVY are averaged in pairs. `encoded` has MJPEG as it comes, with the Huffman tables that cameras leave out. Pictures are stamped with the clock's time at which the driver has them captured.\n\nA camera that is disconnected is looked for after 0.1 s, then after twice as long up to 2 s, under any path if it was not named by one; the next picture is flagged as a discontinuity, and `reconnects` counts. The events `unavailable`, with a `reason`, and `available` tell of it. `lost` counts pictures that the driver did not give, `late` those that the graph was too slow for, `damaged` those that cannot be read. [Devices](../devices.md#camera) has more.\n\n**Example.** `camera width=1280 height=720 ! display`",
    category: "device",
    tags: ["native", "video-devices"],
    mode: "external",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      gives: { pixelFormat: ["nv12", "i420", "rgba8"] },
      burst: 1,
      doc: "Pictures in NV12, I420 or RGBA, by the camera's format.",
    }, {
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      gives: { codec: ["jpeg"] },
      burst: 1,
      doc: "MJPEG as the camera gives it, a picture a frame; nothing in other formats.",
    }],
    config: {
      type: "object",
      properties: {
        device: {
          type: "string",
          default: "",
          "x-reaches": "path",
          description: "The camera: its path, or a part of its name; empty for the first one.",
        },
        width: {
          type: "integer",
          minimum: 0,
          maximum: 16384,
          default: 0,
          "x-unit": "pixels",
          description: "Pixels in a row; 0 for any.",
        },
        height: {
          type: "integer",
          minimum: 0,
          maximum: 16384,
          default: 0,
          "x-unit": "pixels",
          description: "Rows; 0 for any.",
        },
        frameRate: {
          type: "number",
          minimum: 0.1,
          maximum: 1000,
          default: 30,
          "x-unit": "Hz",
          description: "Pictures a second that the camera is asked for: it gives the rate that is nearest.",
        },
        format: {
          type: "string",
          default: "auto",
          enum: ["auto", "mjpeg", "nv12", "i420", "yv12", "yuyv", "uyvy", "rgb24", "bgr24", "grey"],
          description:
            "What the camera is asked for: coded as JPEG, or pixels of a layout; auto for what reaches the rate and costs least.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "lost", "late", "damaged", "reconnects"],
  },
});

/** The configuration of `chroma-key`. */
export interface ChromaKeyConfig {
  /**
   * The colour of the ground: red, green and blue in hexadecimal digits.
   *
   * A string matching /^#[0-9a-fA-F]{6}$/; "#00ff00" by default; may change while the node runs.
   */
  readonly key?: string;
  /**
   * How far colours are that become transparent.
   *
   * A number from 0 to 1; 0.2 by default; may change while the node runs.
   */
  readonly similarity?: number;
  /**
   * How much farther those are that stay.
   *
   * A number from 0 to 1; 0.1 by default; may change while the node runs.
   */
  readonly smoothness?: number;
}

/** A `chroma-key` in a graph. */
export type ChromaKeyHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Makes the colour of the ground transparent, on the GPU.
 *
 * The distance between colours is that of their chroma (ITU-R BT.709), 0 to about 1, so that light and dark parts of the ground are alike. Pixels within `similarity` become transparent, those farther by `smoothness` stay as they are, and those between become so in proportion. All of it may change while it runs. `blend` draws what is left over other pictures.
 *
 * **Example.** `blend id=cast ! media-sink path=keyed.mkv; pattern-source pattern=ramp durationSeconds=2 ! cast.videoIn; pattern-source durationSeconds=2 ! chroma-key key=#00bf00 ! cast.videoIn2`
 */
export const chromaKey: NodeType<ChromaKeyConfig, ChromaKeyHandle> = shippedStage<ChromaKeyConfig, ChromaKeyHandle>({
  plugin: "gpu",
  descriptor: {
    type: "chroma-key",
    className: "ChromaKey",
    source: "crates/plugins/gpu/plugin.toml",
    description: "Makes the colour of the ground transparent, on the GPU.",
    doc:
      "Makes the colour of the ground transparent, on the GPU.\n\nThe distance between colours is that of their chroma (ITU-R BT.709), 0 to about 1, so that light and dark parts of the ground are alike. Pixels within `similarity` become transparent, those farther by `smoothness` stay as they are, and those between become so in proportion. All of it may change while it runs. `blend` draws what is left over other pictures.\n\n**Example.** `blend id=cast ! media-sink path=keyed.mkv; pattern-source pattern=ramp durationSeconds=2 ! cast.videoIn; pattern-source durationSeconds=2 ! chroma-key key=#00bf00 ! cast.videoIn2`",
    category: "gpu",
    tags: ["native", "gpu"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Pictures of any size.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "The same, transparent in places.",
    }],
    config: {
      type: "object",
      properties: {
        key: {
          type: "string",
          pattern: "^#[0-9a-fA-F]{6}$",
          default: "#00ff00",
          "x-live": true,
          description: "The colour of the ground: red, green and blue in hexadecimal digits.",
        },
        similarity: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 0.2,
          "x-live": true,
          description: "How far colours are that become transparent.",
        },
        smoothness: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 0.1,
          "x-live": true,
          description: "How much farther those are that stay.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "uploads", "readbacks", "submissions", "deviceLosses"],
  },
});

/** The configuration of `clap`. */
export interface ClapConfig {
  /**
   * The file with the plugin: a path, or a name that is looked for in CLAP_PATH, ~/.clap, /usr/local/lib/clap and /usr/lib/clap.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * The plugin's id; empty: the only plugin of the file.
   *
   * A string; "" by default.
   */
  readonly plugin?: string;
  /**
   * Values of parameters by name, module/name or id: numbers in their ranges, or texts as the plugin shows them.
   *
   * An object; {} by default; may change while the node runs.
   */
  readonly parameters?: { readonly [key: string]: number | string | boolean };
  /**
   * The state to begin with, in base64, as the command saveState answers it.
   *
   * A string; "" by default.
   */
  readonly state?: string;
  /**
   * How many samples the plugin processes at once.
   *
   * A whole number from 1 to 4096 samples; 256 by default.
   */
  readonly blockSize?: number;
  /**
   * How long the plugin may sound behind the last block.
   *
   * A number from 0 to 600 s; 10 by default.
   */
  readonly tailSeconds?: number;
  /**
   * Live graphs: how long a block of audioIn waits for what the further inputs have of its time. Offline graphs wait for all.
   *
   * A number from 0 to 10000 ms; 100 by default.
   */
  readonly waitMs?: number;
}

/** A `clap` in a graph. */
export type ClapHandle = NodeHandle<
  { audioIn: AudioFrame; eventsIn: DataFrame<Untyped>; audioIn2: AudioFrame },
  { audioOut: AudioFrame }
>;

/**
 * Puts audio through a CLAP plugin: an effect or an instrument.
 *
 * `path` and `plugin` name it; `sluice clap list` tells which there are, `sluice clap info PATH` its ports and parameters. On Linux it runs in a process of its own unless the node says `"isolate": false`, so that a plugin which crashes, or hangs for longer than `callTimeoutMs`, fails its node alone; the node's `supervision` says whether it is loaded again, or the graph goes on without it.
 *
 * - **Node types of their own.** `sluice clap scan` makes a node type for each plugin: with all of its ports, and a key for each parameter, which has a range, may change while it runs, and is a type error in the editor if it is wrong.
 * - **Ports.** Audio goes to the main input of the plugin and comes from its main output; the number of channels has to be that of the port. `audioIn2` goes to its second input, such as a side chain: each sample at its time, and silence where it has none. A live graph waits `waitMs` for it. Further inputs get silence, and what further outputs give goes nowhere, unless the node type has them. An instrument without an audio input takes only the pace of `audioIn`, and no sound. Blocks may have any length and rate; at another rate the plugin is activated anew.
 * - **Blocks.** The plugin always gets `blockSize` samples at once, since many count on that. What comes out is late by as many at most; its times are those at which it came.
 * - **Parameters.** A change of `parameters` sets those whose values differ from before, with the next block, and those that it names no more go back to the values that they had at first. Numbers have to be in the parameter's range; a text is what the plugin makes of it, such as `"-6 dB"`.
 * - **Events.** A value of `eventsIn`, or each of a list, is one of `{parameter, value}`, `{noteOn: {key, velocity, channel, port, id}}`, `{noteOff: {key}}` and `{midi: [144, 60, 100]}`, with velocities from 0 to 1. `atSample` says at which sample of the stream, counted from 0, it happens, or `ptsNs` at which media time, by default that of its frame. Values come in the order of their times. An offline graph waits with a block until a value for a later time has come, or the input ends; so their link needs a `capacity` where both have one source. A live graph does not wait: what is late happens with the next block. What cannot be used is logged, the first five times, and the figure `refusedEvents` counts it.
 * - **Latency.** The plugin's own latency is compensated: as many samples as the figure `latencySamples` are dropped at the beginning, and every sample leaves with the time at which it came in. A gap is kept, too.
 * - **Ends.** Behind the last block comes what is still on its way, and then the tail: for as long as the plugin says, or until it is silent for a second, at most `tailSeconds`. It comes at once, also in a live graph.
 * - **State.** The [command](../writing_processors.md#commands) `saveState` answers it for the key `state` of a graph file. Where the node is replaced by one with the same plugin, the plugin's state goes on, and so do all parameters but those that the new node sets to something else.
 * - **Threads.** The lane's thread is the plugin's main thread between blocks, and its audio thread in one; a plugin that asks is told so. Without a process of their own, nodes with plugins of one file belong on one lane.
 *
 * A plugin that answers an error, gives samples that are no finite numbers, or has no audio output, fails the node with the reason. Of the interface it is offered parameters, state, latency, tail, audio ports, note ports, log and thread check; there is no window.
 *
 * **Example.** `tone-source durationSeconds=1 ! clap path=ZamTube ! wav-sink path=warm.wav`
 */
export const clap: NodeType<ClapConfig, ClapHandle> = shippedStage<ClapConfig, ClapHandle>({
  plugin: "clap",
  descriptor: {
    type: "clap",
    className: "Clap",
    source: "crates/plugins/clap/plugin.toml",
    description: "Puts audio through a CLAP plugin: an effect or an instrument.",
    doc:
      "Puts audio through a CLAP plugin: an effect or an instrument.\n\n`path` and `plugin` name it; `sluice clap list` tells which there are, `sluice clap info PATH` its ports and parameters. On Linux it runs in a process of its own unless the node says `\"isolate\": false`, so that a plugin which crashes, or hangs for longer than `callTimeoutMs`, fails its node alone; the node's `supervision` says whether it is loaded again, or the graph goes on without it.\n\n- **Node types of their own.** `sluice clap scan` makes a node type for each plugin: with all of its ports, and a key for each parameter, which has a range, may change while it runs, and is a type error in the editor if it is wrong.\n- **Ports.** Audio goes to the main input of the plugin and comes from its main output; the number of channels has to be that of the port. `audioIn2` goes to its second input, such as a side chain: each sample at its time, and silence where it has none. A live graph waits `waitMs` for it. Further inputs get silence, and what further outputs give goes nowhere, unless the node type has them. An instrument without an audio input takes only the pace of `audioIn`, and no sound. Blocks may have any length and rate; at another rate the plugin is activated anew.\n- **Blocks.** The plugin always gets `blockSize` samples at once, since many count on that. What comes out is late by as many at most; its times are those at which it came.\n- **Parameters.** A change of `parameters` sets those whose values differ from before, with the next block, and those that it names no more go back to the values that they had at first. Numbers have to be in the parameter's range; a text is what the plugin makes of it, such as `\"-6 dB\"`.\n- **Events.** A value of `eventsIn`, or each of a list, is one of `{parameter, value}`, `{noteOn: {key, velocity, channel, port, id}}`, `{noteOff: {key}}` and `{midi: [144, 60, 100]}`, with velocities from 0 to 1. `atSample` says at which sample of the stream, counted from 0, it happens, or `ptsNs` at which media time, by default that of its frame. Values come in the order of their times. An offline graph waits with a block until a value for a later time has come, or the input ends; so their link needs a `capacity` where both have one source. A live graph does not wait: what is late happens with the next block. What cannot be used is logged, the first five times, and the figure `refusedEvents` counts it.\n- **Latency.** The plugin's own latency is compensated: as many samples as the figure `latencySamples` are dropped at the beginning, and every sample leaves with the time at which it came in. A gap is kept, too.\n- **Ends.** Behind the last block comes what is still on its way, and then the tail: for as long as the plugin says, or until it is silent for a second, at most `tailSeconds`. It comes at once, also in a live graph.\n- **State.** The [command](../writing_processors.md#commands) `saveState` answers it for the key `state` of a graph file. Where the node is replaced by one with the same plugin, the plugin's state goes on, and so do all parameters but those that the new node sets to something else.\n- **Threads.** The lane's thread is the plugin's main thread between blocks, and its audio thread in one; a plugin that asks is told so. Without a process of their own, nodes with plugins of one file belong on one lane.\n\nA plugin that answers an error, gives samples that are no finite numbers, or has no audio output, fails the node with the reason. Of the interface it is offered parameters, state, latency, tail, audio ports, note ports, log and thread check; there is no window.\n\n**Example.** `tone-source durationSeconds=1 ! clap path=ZamTube ! wav-sink path=warm.wav`",
    category: "clap",
    tags: ["native", "clap"],
    mode: "push",
    trigger: "any",
    lane: "native",
    isolated: true,
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio with as many channels as the plugin's main input.",
    }, {
      name: "eventsIn",
      direction: "input",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: true,
      burst: 1,
      doc: "Changes of parameters, notes and MIDI, each with its time.",
    }, {
      name: "audioIn2",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "Audio for the plugin's second input, such as a side chain, at the times of audioIn.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What the plugin makes of it, at the same times.",
    }],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          minLength: 1,
          "x-reaches": "command",
          description:
            "The file with the plugin: a path, or a name that is looked for in CLAP_PATH, ~/.clap, /usr/local/lib/clap and /usr/lib/clap.",
        },
        plugin: {
          type: "string",
          default: "",
          description: "The plugin's id; empty: the only plugin of the file.",
        },
        parameters: {
          type: "object",
          default: {},
          "x-live": true,
          additionalProperties: { anyOf: [{ type: "number" }, { type: "string" }, { type: "boolean" }] },
          description:
            "Values of parameters by name, module/name or id: numbers in their ranges, or texts as the plugin shows them.",
        },
        state: {
          type: "string",
          default: "",
          description: "The state to begin with, in base64, as the command saveState answers it.",
        },
        blockSize: {
          type: "integer",
          minimum: 1,
          maximum: 4096,
          default: 256,
          "x-unit": "samples",
          description: "How many samples the plugin processes at once.",
        },
        tailSeconds: {
          type: "number",
          minimum: 0,
          maximum: 600,
          default: 10,
          "x-unit": "s",
          description: "How long the plugin may sound behind the last block.",
        },
        waitMs: {
          type: "number",
          minimum: 0,
          maximum: 10000,
          default: 100,
          "x-unit": "ms",
          description:
            "Live graphs: how long a block of audioIn waits for what the further inputs have of its time. Offline graphs wait for all.",
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
    figures: ["blocks", "latencySamples", "events", "refusedEvents"],
    commands: {
      saveState: {
        description: "Saves the plugin's state; answers {state}, for the key `state`.",
      },
      parameters: {
        description: "Lists the plugin's parameters with their ranges and present values; answers {parameters}.",
      },
    },
  },
});

/** The configuration of `compositor`. */
export interface CompositorConfig {
  /**
   * Pixels in a row that comes out.
   *
   * A whole number from 1 to 8192 pixels; 1280 by default.
   */
  readonly width?: number;
  /**
   * Rows that come out.
   *
   * A whole number from 1 to 8192 pixels; 720 by default.
   */
  readonly height?: number;
  /**
   * Pictures a second that come out, unless there is a master.
   *
   * A number from 0.1 to 1000 Hz; 30 by default.
   */
  readonly frameRate?: number;
  /**
   * The input that gives the times of what comes out, a picture for each of its pictures, and ends it; -1: none, and times keep to frameRate.
   *
   * A whole number from -1 to 7; -1 by default.
   */
  readonly master?: number;
  /**
   * When it ends: with the last of the linked inputs, or with the first.
   *
   * One of "all", "any"; "all" by default.
   */
  readonly end?: "all" | "any";
  /**
   * The picture of an input that has ended: its last one, or none.
   *
   * One of "hold", "hide"; "hold" by default; may change while the node runs.
   */
  readonly atEnd?: "hold" | "hide";
  /**
   * Live graphs: how long inputs are waited for, from when the first of them has a picture of that time. Offline graphs wait until all have.
   *
   * A number from 0 to 10000 ms; 100 by default; may change while the node runs.
   */
  readonly waitMs?: number;
  /**
   * The colour where no input is: red, green and blue in hexadecimal digits.
   *
   * A string matching /^#[0-9a-fA-F]{6}$/; "#000000" by default; may change while the node runs.
   */
  readonly background?: string;
  /**
   * Where the left edge of input 0 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_0?: number;
  /**
   * Where the upper edge of input 0 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_0?: number;
  /**
   * How wide input 0 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_0?: number;
  /**
   * How high input 0 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_0?: number;
  /**
   * How opaque input 0 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_0?: number;
  /**
   * Input 0 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 0 by default; may change while the node runs.
   */
  readonly order_0?: number;
  /**
   * True: input 0 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_0?: boolean;
  /**
   * Where the left edge of input 1 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_1?: number;
  /**
   * Where the upper edge of input 1 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_1?: number;
  /**
   * How wide input 1 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_1?: number;
  /**
   * How high input 1 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_1?: number;
  /**
   * How opaque input 1 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_1?: number;
  /**
   * Input 1 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 1 by default; may change while the node runs.
   */
  readonly order_1?: number;
  /**
   * True: input 1 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_1?: boolean;
  /**
   * Where the left edge of input 2 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_2?: number;
  /**
   * Where the upper edge of input 2 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_2?: number;
  /**
   * How wide input 2 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_2?: number;
  /**
   * How high input 2 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_2?: number;
  /**
   * How opaque input 2 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_2?: number;
  /**
   * Input 2 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 2 by default; may change while the node runs.
   */
  readonly order_2?: number;
  /**
   * True: input 2 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_2?: boolean;
  /**
   * Where the left edge of input 3 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_3?: number;
  /**
   * Where the upper edge of input 3 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_3?: number;
  /**
   * How wide input 3 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_3?: number;
  /**
   * How high input 3 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_3?: number;
  /**
   * How opaque input 3 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_3?: number;
  /**
   * Input 3 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 3 by default; may change while the node runs.
   */
  readonly order_3?: number;
  /**
   * True: input 3 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_3?: boolean;
  /**
   * Where the left edge of input 4 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_4?: number;
  /**
   * Where the upper edge of input 4 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_4?: number;
  /**
   * How wide input 4 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_4?: number;
  /**
   * How high input 4 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_4?: number;
  /**
   * How opaque input 4 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_4?: number;
  /**
   * Input 4 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 4 by default; may change while the node runs.
   */
  readonly order_4?: number;
  /**
   * True: input 4 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_4?: boolean;
  /**
   * Where the left edge of input 5 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_5?: number;
  /**
   * Where the upper edge of input 5 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_5?: number;
  /**
   * How wide input 5 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_5?: number;
  /**
   * How high input 5 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_5?: number;
  /**
   * How opaque input 5 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_5?: number;
  /**
   * Input 5 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 5 by default; may change while the node runs.
   */
  readonly order_5?: number;
  /**
   * True: input 5 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_5?: boolean;
  /**
   * Where the left edge of input 6 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_6?: number;
  /**
   * Where the upper edge of input 6 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_6?: number;
  /**
   * How wide input 6 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_6?: number;
  /**
   * How high input 6 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_6?: number;
  /**
   * How opaque input 6 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_6?: number;
  /**
   * Input 6 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 6 by default; may change while the node runs.
   */
  readonly order_6?: number;
  /**
   * True: input 6 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_6?: boolean;
  /**
   * Where the left edge of input 7 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly x_7?: number;
  /**
   * Where the upper edge of input 7 is.
   *
   * A whole number from -32768 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly y_7?: number;
  /**
   * How wide input 7 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly width_7?: number;
  /**
   * How high input 7 is drawn; 0 keeps its shape.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly height_7?: number;
  /**
   * How opaque input 7 is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly opacity_7?: number;
  /**
   * Input 7 is drawn over those of a lower order.
   *
   * A whole number from -1000 to 1000; 7 by default; may change while the node runs.
   */
  readonly order_7?: number;
  /**
   * True: input 7 is drawn.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly visible_7?: boolean;
}

/** A `compositor` in a graph. */
export type CompositorHandle = NodeHandle<
  {
    videoIn_0: VideoFrame;
    videoIn_1: VideoFrame;
    videoIn_2: VideoFrame;
    videoIn_3: VideoFrame;
    videoIn_4: VideoFrame;
    videoIn_5: VideoFrame;
    videoIn_6: VideoFrame;
    videoIn_7: VideoFrame;
  },
  { videoOut: VideoFrame }
>;

/**
 * Composes the pictures of up to eight inputs over a background.
 *
 * Input 1 stands with its left upper corner at `x_1`, `y_1`, also outside; it is scaled to `width_1` × `height_1`, where a 0 keeps its shape, that in which it is shown where its pixels are not square; `opacity_1` makes it fainter, besides its own alpha; `visible_1=false` leaves it out. An input with a higher `order_1`, by default the number of the input, is drawn over the others. All of that may change while it runs, from one picture to the next. Blending rounds to the nearest of 256 levels, and so does alpha times opacity. A picture with alpha is scaled so that the colour of what cannot be seen does not spread.
 *
 * - **Times.** Pictures come out at `frameRate`, from the time of the first picture of all inputs; or, with `master=0`, at the times of the pictures of input 0. Each input shows the newest of its pictures that is not after that time, so that inputs may have any rate. The figure `skipped` counts pictures that were never shown.
 * - **Waiting.** An offline graph waits until each input has told which picture that is, and its result depends on the times of pictures alone. Where one source feeds several inputs, their links need a `capacity` for the pictures by which one way is longer than another. A live graph waits for `waitMs` from when the first input has come so far: then a late input keeps its last picture, which the figure `late` counts.
 * - **Jumps.** Where the times of all inputs go back, or lie more than 10 s ahead of the last picture, pictures come out from the first of those times on, the first one flagged as a discontinuity; a shorter gap is filled. An input whose times go back alone waits for 10 s, while its last picture is shown, and from then on shows the newest that it has. With a master, times are those of the master, whatever they are: where they go back, so does each other input at its own next picture that does, and what it still has of the time before is passed over.
 * - **Replaced.** Where it is replaced by another one, the pictures that inputs have shown go on, also of inputs that have ended, up to 60 MiB in all.
 * - **Ends.** An input that ends keeps its last picture, or with `atEnd=hide` vanishes with it. The compositor ends with the last of its inputs, with `end=any` with the first, and with its master at the latest.
 *
 * **Example.** `compositor id=cast x_1=880 y_1=40 width_1=360 ! jpeg-encode ! media-sink path=cast.mkv; pattern-source durationSeconds=2 ! cast.videoIn_0; pattern-source pattern=ramp durationSeconds=2 ! cast.videoIn_1`
 */
export const compositor: NodeType<CompositorConfig, CompositorHandle> = shippedStage<
  CompositorConfig,
  CompositorHandle
>({
  plugin: "video",
  descriptor: {
    type: "compositor",
    className: "Compositor",
    source: "crates/plugins/video/plugin.toml",
    description: "Composes the pictures of up to eight inputs over a background.",
    doc:
      "Composes the pictures of up to eight inputs over a background.\n\nInput 1 stands with its left upper corner at `x_1`, `y_1`, also outside; it is scaled to `width_1` × `height_1`, where a 0 keeps its shape, that in which it is shown where its pixels are not square; `opacity_1` makes it fainter, besides its own alpha; `visible_1=false` leaves it out. An input with a higher `order_1`, by default the number of the input, is drawn over the others. All of that may change while it runs, from one picture to the next. Blending rounds to the nearest of 256 levels, and so does alpha times opacity. A picture with alpha is scaled so that the colour of what cannot be seen does not spread.\n\n- **Times.** Pictures come out at `frameRate`, from the time of the first picture of all inputs; or, with `master=0`, at the times of the pictures of input 0. Each input shows the newest of its pictures that is not after that time, so that inputs may have any rate. The figure `skipped` counts pictures that were never shown.\n- **Waiting.** An offline graph waits until each input has told which picture that is, and its result depends on the times of pictures alone. Where one source feeds several inputs, their links need a `capacity` for the pictures by which one way is longer than another. A live graph waits for `waitMs` from when the first input has come so far: then a late input keeps its last picture, which the figure `late` counts.\n- **Jumps.** Where the times of all inputs go back, or lie more than 10 s ahead of the last picture, pictures come out from the first of those times on, the first one flagged as a discontinuity; a shorter gap is filled. An input whose times go back alone waits for 10 s, while its last picture is shown, and from then on shows the newest that it has. With a master, times are those of the master, whatever they are: where they go back, so does each other input at its own next picture that does, and what it still has of the time before is passed over.\n- **Replaced.** Where it is replaced by another one, the pictures that inputs have shown go on, also of inputs that have ended, up to 60 MiB in all.\n- **Ends.** An input that ends keeps its last picture, or with `atEnd=hide` vanishes with it. The compositor ends with the last of its inputs, with `end=any` with the first, and with its master at the latest.\n\n**Example.** `compositor id=cast x_1=880 y_1=40 width_1=360 ! jpeg-encode ! media-sink path=cast.mkv; pattern-source durationSeconds=2 ! cast.videoIn_0; pattern-source pattern=ramp durationSeconds=2 ! cast.videoIn_1`",
    category: "video",
    tags: ["native", "video"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn_0",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_1",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_2",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_3",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_4",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_5",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_6",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }, {
      name: "videoIn_7",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA of any size and rate.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA, which are opaque.",
    }],
    config: {
      type: "object",
      properties: {
        width: {
          type: "integer",
          minimum: 1,
          maximum: 8192,
          default: 1280,
          "x-unit": "pixels",
          description: "Pixels in a row that comes out.",
        },
        height: {
          type: "integer",
          minimum: 1,
          maximum: 8192,
          default: 720,
          "x-unit": "pixels",
          description: "Rows that come out.",
        },
        frameRate: {
          type: "number",
          minimum: 0.1,
          maximum: 1000,
          default: 30,
          "x-unit": "Hz",
          description: "Pictures a second that come out, unless there is a master.",
        },
        master: {
          type: "integer",
          minimum: -1,
          maximum: 7,
          default: -1,
          description:
            "The input that gives the times of what comes out, a picture for each of its pictures, and ends it; -1: none, and times keep to frameRate.",
        },
        end: {
          type: "string",
          enum: ["all", "any"],
          default: "all",
          description: "When it ends: with the last of the linked inputs, or with the first.",
        },
        atEnd: {
          type: "string",
          enum: ["hold", "hide"],
          default: "hold",
          "x-live": true,
          description: "The picture of an input that has ended: its last one, or none.",
        },
        waitMs: {
          type: "number",
          minimum: 0,
          maximum: 10000,
          default: 100,
          "x-unit": "ms",
          "x-live": true,
          description:
            "Live graphs: how long inputs are waited for, from when the first of them has a picture of that time. Offline graphs wait until all have.",
        },
        background: {
          type: "string",
          pattern: "^#[0-9a-fA-F]{6}$",
          default: "#000000",
          "x-live": true,
          description: "The colour where no input is: red, green and blue in hexadecimal digits.",
        },
        x_0: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 0 is.",
        },
        y_0: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 0 is.",
        },
        width_0: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 0 is drawn; 0 keeps its shape.",
        },
        height_0: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 0 is drawn; 0 keeps its shape.",
        },
        opacity_0: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 0 is, besides its own alpha.",
        },
        order_0: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 0,
          "x-live": true,
          description: "Input 0 is drawn over those of a lower order.",
        },
        visible_0: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 0 is drawn.",
        },
        x_1: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 1 is.",
        },
        y_1: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 1 is.",
        },
        width_1: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 1 is drawn; 0 keeps its shape.",
        },
        height_1: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 1 is drawn; 0 keeps its shape.",
        },
        opacity_1: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 1 is, besides its own alpha.",
        },
        order_1: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 1,
          "x-live": true,
          description: "Input 1 is drawn over those of a lower order.",
        },
        visible_1: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 1 is drawn.",
        },
        x_2: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 2 is.",
        },
        y_2: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 2 is.",
        },
        width_2: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 2 is drawn; 0 keeps its shape.",
        },
        height_2: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 2 is drawn; 0 keeps its shape.",
        },
        opacity_2: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 2 is, besides its own alpha.",
        },
        order_2: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 2,
          "x-live": true,
          description: "Input 2 is drawn over those of a lower order.",
        },
        visible_2: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 2 is drawn.",
        },
        x_3: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 3 is.",
        },
        y_3: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 3 is.",
        },
        width_3: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 3 is drawn; 0 keeps its shape.",
        },
        height_3: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 3 is drawn; 0 keeps its shape.",
        },
        opacity_3: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 3 is, besides its own alpha.",
        },
        order_3: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 3,
          "x-live": true,
          description: "Input 3 is drawn over those of a lower order.",
        },
        visible_3: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 3 is drawn.",
        },
        x_4: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 4 is.",
        },
        y_4: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 4 is.",
        },
        width_4: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 4 is drawn; 0 keeps its shape.",
        },
        height_4: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 4 is drawn; 0 keeps its shape.",
        },
        opacity_4: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 4 is, besides its own alpha.",
        },
        order_4: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 4,
          "x-live": true,
          description: "Input 4 is drawn over those of a lower order.",
        },
        visible_4: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 4 is drawn.",
        },
        x_5: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 5 is.",
        },
        y_5: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 5 is.",
        },
        width_5: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 5 is drawn; 0 keeps its shape.",
        },
        height_5: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 5 is drawn; 0 keeps its shape.",
        },
        opacity_5: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 5 is, besides its own alpha.",
        },
        order_5: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 5,
          "x-live": true,
          description: "Input 5 is drawn over those of a lower order.",
        },
        visible_5: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 5 is drawn.",
        },
        x_6: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 6 is.",
        },
        y_6: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 6 is.",
        },
        width_6: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 6 is drawn; 0 keeps its shape.",
        },
        height_6: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 6 is drawn; 0 keeps its shape.",
        },
        opacity_6: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 6 is, besides its own alpha.",
        },
        order_6: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 6,
          "x-live": true,
          description: "Input 6 is drawn over those of a lower order.",
        },
        visible_6: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 6 is drawn.",
        },
        x_7: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the left edge of input 7 is.",
        },
        y_7: {
          type: "integer",
          minimum: -32768,
          maximum: 32768,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where the upper edge of input 7 is.",
        },
        width_7: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide input 7 is drawn; 0 keeps its shape.",
        },
        height_7: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How high input 7 is drawn; 0 keeps its shape.",
        },
        opacity_7: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque input 7 is, besides its own alpha.",
        },
        order_7: {
          type: "integer",
          minimum: -1000,
          maximum: 1000,
          default: 7,
          "x-live": true,
          description: "Input 7 is drawn over those of a lower order.",
        },
        visible_7: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "True: input 7 is drawn.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "late", "skipped"],
  },
});

/** The configuration of `convert`. */
export interface ConvertConfig {
  /**
   * The format that comes out.
   *
   * One of "rgba8", "bgra8", "nv12", "i420"; "i420" by default.
   */
  readonly pixelFormat?: "rgba8" | "bgra8" | "nv12" | "i420";
  /**
   * How YUV follows from RGB: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance).
   *
   * One of "bt601", "bt709", "bt2020"; "bt709" by default.
   */
  readonly matrix?: "bt601" | "bt709" | "bt2020";
  /**
   * Levels of YUV: luma of 16 to 235, or of 0 to 255.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
}

/** A `convert` in a graph. */
export type ConvertHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Converts pictures to another pixel format.
 *
 * Between RGB and YUV it uses the matrix and the range that it is given, for frames do not say theirs. Chroma is averaged over four pixels, and repeated for them. Pictures that have the format already pass unchanged.
 *
 * **Example.** `pattern-source durationSeconds=2 ! convert pixelFormat=nv12 matrix=bt601 ! h264-encode matrix=bt601 ! media-sink path=pattern.mp4`
 */
export const convert: NodeType<ConvertConfig, ConvertHandle> = shippedStage<ConvertConfig, ConvertHandle>({
  plugin: "video",
  descriptor: {
    type: "convert",
    className: "Convert",
    source: "crates/plugins/video/plugin.toml",
    description: "Converts pictures to another pixel format.",
    doc:
      "Converts pictures to another pixel format.\n\nBetween RGB and YUV it uses the matrix and the range that it is given, for frames do not say theirs. Chroma is averaged over four pixels, and repeated for them. Pictures that have the format already pass unchanged.\n\n**Example.** `pattern-source durationSeconds=2 ! convert pixelFormat=nv12 matrix=bt601 ! h264-encode matrix=bt601 ! media-sink path=pattern.mp4`",
    category: "video",
    tags: ["native", "video"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["pixelFormat"],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures of any format.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "The same in the format that is wanted.",
    }],
    config: {
      type: "object",
      properties: {
        pixelFormat: {
          type: "string",
          enum: ["rgba8", "bgra8", "nv12", "i420"],
          default: "i420",
          description: "The format that comes out.",
        },
        matrix: {
          type: "string",
          enum: ["bt601", "bt709", "bt2020"],
          default: "bt709",
          description: "How YUV follows from RGB: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance).",
        },
        range: {
          type: "string",
          enum: ["limited", "full"],
          default: "limited",
          description: "Levels of YUV: luma of 16 to 235, or of 0 to 255.",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
});

/** The configuration of `display`. */
export interface DisplayConfig {
  /**
   * The title of the window.
   *
   * A string; "Sluice" by default.
   */
  readonly title?: string;
  /**
   * Width of the window at the start; 0 for that of the picture.
   *
   * A whole number from 0 to 16384 pixels; 0 by default.
   */
  readonly width?: number;
  /**
   * Height of the window at the start; 0 for that of the picture.
   *
   * A whole number from 0 to 16384 pixels; 0 by default.
   */
  readonly height?: number;
  /**
   * How a picture of another size than the window is shown: fit shows all of it, with bars; fill covers the window and cuts the picture; stretch changes its shape; none keeps its size, in the middle.
   *
   * One of "fit", "fill", "stretch", "none"; "fit" by default.
   */
  readonly scale?: "fit" | "fill" | "stretch" | "none";
  /**
   * True: the window has the whole screen.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly fullScreen?: boolean;
  /**
   * Pictures and sound of nodes of one group are presented together; empty for none.
   *
   * A string; "main" by default.
   */
  readonly syncGroup?: string;
  /**
   * How long after it came the first picture is shown, where no sound leads: what later ones may be delayed by.
   *
   * A number from 0 to 10000 ms; 40 by default.
   */
  readonly latencyMs?: number;
  /**
   * A picture that is later than that is dropped.
   *
   * A number from 0 to 10000 ms; 20 by default.
   */
  readonly lateMs?: number;
  /**
   * How RGB follows from YUV: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance).
   *
   * One of "bt601", "bt709", "bt2020"; "bt709" by default.
   */
  readonly matrix?: "bt601" | "bt709" | "bt2020";
  /**
   * Levels of YUV: luma of 16 to 235, or of 0 to 255.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
  /**
   * When the user closes the window: end the stage, or leave the window open.
   *
   * One of "end", "ignore"; "end" by default.
   */
  readonly whenClosed?: "end" | "ignore";
  /**
   * Where the window is, on systems with X11.
   *
   * An object with "display"; {} by default.
   */
  readonly server?: {
    /** The X server, such as :0 or host:0; empty for that of DISPLAY. */
    readonly display?: string;
  };
}

/** A `display` in a graph. */
export type DisplayHandle = NodeHandle<{ video: VideoFrame }, Record<never, never>>;

/**
 * Shows pictures in a window of an X server, each at its time.
 *
 * Where a node of the same `syncGroup` plays sound, a picture is shown when the sound of its time is heard. Else, and where that was heard before the picture entered the graph or is heard more than a second later, the first picture is shown `latencyMs` after it came, and those behind it as far apart as their times are; a source that jumps, or goes back, begins anew. A picture that is due more than `lateMs` ago is dropped, and `late` counts it; where nothing was shown for half a second, one is shown all the same, so that a slow graph is seen. Of pictures that are due at once the newest is shown, and `skipped` counts the others. An offline graph shows each picture as soon as the window takes it.
 *
 * The window has the size of the first picture, or `width` and `height`; one of them alone keeps the shape. The user may change its size. When the user closes it, the event `closed` is published, and the stage ends, or with `whenClosed=ignore` goes on. If the server goes away, the stage tries to connect after 0.1 s, then after twice as long up to 5 s, and shows the last picture again; the events `unavailable`, with a `reason`, and `available` tell of it.
 *
 * `shown` counts the pictures that were shown. `skewMs` is how much the picture is ahead of the sound, and `latencyMs` how long ago the picture that is shown entered the graph when it was shown. [Devices](../devices.md#display) has more.
 *
 * **Example.** `pattern-source durationSeconds=5 ! display title=Pattern`
 */
export const display: NodeType<DisplayConfig, DisplayHandle> = shippedStage<DisplayConfig, DisplayHandle>({
  plugin: "video-devices",
  descriptor: {
    type: "display",
    className: "Display",
    source: "crates/plugins/video-devices/plugin.toml",
    description: "Shows pictures in a window of an X server, each at its time.",
    doc:
      "Shows pictures in a window of an X server, each at its time.\n\nWhere a node of the same `syncGroup` plays sound, a picture is shown when the sound of its time is heard. Else, and where that was heard before the picture entered the graph or is heard more than a second later, the first picture is shown `latencyMs` after it came, and those behind it as far apart as their times are; a source that jumps, or goes back, begins anew. A picture that is due more than `lateMs` ago is dropped, and `late` counts it; where nothing was shown for half a second, one is shown all the same, so that a slow graph is seen. Of pictures that are due at once the newest is shown, and `skipped` counts the others. An offline graph shows each picture as soon as the window takes it.\n\nThe window has the size of the first picture, or `width` and `height`; one of them alone keeps the shape. The user may change its size. When the user closes it, the event `closed` is published, and the stage ends, or with `whenClosed=ignore` goes on. If the server goes away, the stage tries to connect after 0.1 s, then after twice as long up to 5 s, and shows the last picture again; the events `unavailable`, with a `reason`, and `available` tell of it.\n\n`shown` counts the pictures that were shown. `skewMs` is how much the picture is ahead of the sound, and `latencyMs` how long ago the picture that is shown entered the graph when it was shown. [Devices](../devices.md#display) has more.\n\n**Example.** `pattern-source durationSeconds=5 ! display title=Pattern`",
    category: "device",
    tags: ["native", "video-devices"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8", "nv12", "i420"] },
      burst: 1,
      doc: "Pictures in RGBA, BGRA, NV12 or I420.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        title: { type: "string", default: "Sluice", description: "The title of the window." },
        width: {
          type: "integer",
          minimum: 0,
          maximum: 16384,
          default: 0,
          "x-unit": "pixels",
          description: "Width of the window at the start; 0 for that of the picture.",
        },
        height: {
          type: "integer",
          minimum: 0,
          maximum: 16384,
          default: 0,
          "x-unit": "pixels",
          description: "Height of the window at the start; 0 for that of the picture.",
        },
        scale: {
          type: "string",
          enum: ["fit", "fill", "stretch", "none"],
          default: "fit",
          description:
            "How a picture of another size than the window is shown: fit shows all of it, with bars; fill covers the window and cuts the picture; stretch changes its shape; none keeps its size, in the middle.",
        },
        fullScreen: {
          type: "boolean",
          default: false,
          "x-live": true,
          description: "True: the window has the whole screen.",
        },
        syncGroup: {
          type: "string",
          default: "main",
          description: "Pictures and sound of nodes of one group are presented together; empty for none.",
        },
        latencyMs: {
          type: "number",
          minimum: 0,
          maximum: 10000,
          default: 40,
          "x-unit": "ms",
          description:
            "How long after it came the first picture is shown, where no sound leads: what later ones may be delayed by.",
        },
        lateMs: {
          type: "number",
          minimum: 0,
          maximum: 10000,
          default: 20,
          "x-unit": "ms",
          description: "A picture that is later than that is dropped.",
        },
        matrix: {
          type: "string",
          enum: ["bt601", "bt709", "bt2020"],
          default: "bt709",
          description: "How RGB follows from YUV: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance).",
        },
        range: {
          type: "string",
          enum: ["limited", "full"],
          default: "limited",
          description: "Levels of YUV: luma of 16 to 235, or of 0 to 255.",
        },
        whenClosed: {
          type: "string",
          enum: ["end", "ignore"],
          default: "end",
          description: "When the user closes the window: end the stage, or leave the window open.",
        },
        server: {
          type: "object",
          additionalProperties: false,
          default: {},
          description: "Where the window is, on systems with X11.",
          properties: {
            display: {
              type: "string",
              default: "",
              "x-reaches": "host",
              description: "The X server, such as :0 or host:0; empty for that of DISPLAY.",
            },
          },
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["shown", "late", "skipped", "skewMs", "latencyMs"],
  },
});

/** The configuration of `downsample`. */
export interface DownsampleConfig {
  /**
   * One sample of so many is kept.
   *
   * A whole number from 1 to 10000; 16 by default.
   */
  readonly factor?: number;
  /**
   * The part of the new band, from 0 to half the new rate, that passes unchanged.
   *
   * A number from 0.1 to 0.95; 0.8 by default.
   */
  readonly passBand?: number;
  /**
   * By how much what would be folded is weakened at least.
   *
   * A number from 40 to 120 dB; 80 by default.
   */
  readonly stopBandDb?: number;
}

/** A `downsample` in a graph. */
export type DownsampleHandle = NodeHandle<{ packetIn: PacketFrame<Untyped> }, { packetOut: PacketFrame<Untyped> }>;

/**
 * Keeps one sample of so many, behind a filter.
 *
 * The filter is of linear phase and weakens what would be folded onto what is kept. Its delay is taken off, so a sample keeps its time; it comes later by the filter's length. A batch comes out for each that comes in, if it completes a sample: 16:1 makes 16 records of 256. After a gap it begins anew; what has not all the samples that its filter needs before the gap is not written.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage ! downsample factor=10 ! csv-sink path=volts.csv`
 */
export const downsample: NodeType<DownsampleConfig, DownsampleHandle> = shippedStage<
  DownsampleConfig,
  DownsampleHandle
>({
  plugin: "sensors",
  descriptor: {
    type: "downsample",
    className: "Downsample",
    source: "crates/plugins/sensors/plugin.toml",
    description: "Keeps one sample of so many, behind a filter.",
    doc:
      "Keeps one sample of so many, behind a filter.\n\nThe filter is of linear phase and weakens what would be folded onto what is kept. Its delay is taken off, so a sample keeps its time; it comes later by the filter's length. A batch comes out for each that comes in, if it completes a sample: 16:1 makes 16 records of 256. After a gap it begins anew; what has not all the samples that its filter needs before the gap is not written.\n\n**Example.** `acquisition durationSeconds=1 ! to-voltage ! downsample factor=10 ! csv-sink path=volts.csv`",
    category: "sensor",
    tags: ["native", "sensors"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "packetIn",
      direction: "input",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Samples: f32 columns.",
    }],
    outputs: [{
      name: "packetOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Fewer samples, in columns of the same names.",
    }],
    config: {
      type: "object",
      properties: {
        factor: {
          type: "integer",
          minimum: 1,
          maximum: 10000,
          default: 16,
          description: "One sample of so many is kept.",
        },
        passBand: {
          type: "number",
          minimum: 0.1,
          maximum: 0.95,
          default: 0.8,
          description: "The part of the new band, from 0 to half the new rate, that passes unchanged.",
        },
        stopBandDb: {
          type: "number",
          minimum: 40,
          maximum: 120,
          default: 80,
          "x-unit": "dB",
          description: "By how much what would be folded is weakened at least.",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
});

/** The configuration of `fft`. */
export interface FftConfig {
  /**
   * Samples of a piece.
   *
   * A whole number from 8 to 65536 samples, a multiple of 2; 1024 by default.
   */
  readonly size?: number;
  /**
   * Samples from the start of one piece to that of the next, at most size; 0: size.
   *
   * A whole number from 0 to 65536 samples; 0 by default.
   */
  readonly hop?: number;
  /**
   * How samples of a piece are weighted.
   *
   * One of "hann", "blackman", "rectangular"; "hann" by default.
   */
  readonly window?: "hann" | "blackman" | "rectangular";
  /**
   * Heights: peak volts of a sine, or decibels beside 1 V.
   *
   * One of "volts", "decibels"; "volts" by default.
   */
  readonly scale?: "volts" | "decibels";
}

/** A `fft` in a graph. */
export type FftHandle = NodeHandle<{ packetIn: PacketFrame<Untyped> }, { packetOut: PacketFrame<Untyped> }>;

/**
 * Gives the spectrum of each channel.
 *
 * A batch comes for each piece of `size` samples, with a record for each frequency from 0 to half the rate, which its column `frequencyHz` tells (not beside 64 channels, which leave no room). A `hop` below `size` has pieces overlap. A sine of peak 1 V has the height 1, or 0 dB.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage ! fft size=2048 scale=decibels ! csv-sink path=spectra.csv`
 */
export const fft: NodeType<FftConfig, FftHandle> = shippedStage<FftConfig, FftHandle>({
  plugin: "sensors",
  descriptor: {
    type: "fft",
    className: "Fft",
    source: "crates/plugins/sensors/plugin.toml",
    description: "Gives the spectrum of each channel.",
    doc:
      "Gives the spectrum of each channel.\n\nA batch comes for each piece of `size` samples, with a record for each frequency from 0 to half the rate, which its column `frequencyHz` tells (not beside 64 channels, which leave no room). A `hop` below `size` has pieces overlap. A sine of peak 1 V has the height 1, or 0 dB.\n\n**Example.** `acquisition durationSeconds=1 ! to-voltage ! fft size=2048 scale=decibels ! csv-sink path=spectra.csv`",
    category: "sensor",
    tags: ["native", "sensors"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "packetIn",
      direction: "input",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Samples: f32 columns.",
    }],
    outputs: [{
      name: "packetOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Spectra: a record for each frequency.",
    }],
    config: {
      type: "object",
      properties: {
        size: {
          type: "integer",
          minimum: 8,
          maximum: 65536,
          multipleOf: 2,
          default: 1024,
          "x-unit": "samples",
          description: "Samples of a piece.",
        },
        hop: {
          type: "integer",
          minimum: 0,
          maximum: 65536,
          default: 0,
          "x-unit": "samples",
          description: "Samples from the start of one piece to that of the next, at most size; 0: size.",
        },
        window: {
          type: "string",
          enum: ["hann", "blackman", "rectangular"],
          default: "hann",
          description: "How samples of a piece are weighted.",
        },
        scale: {
          type: "string",
          enum: ["volts", "decibels"],
          default: "volts",
          description: "Heights: peak volts of a sine, or decibels beside 1 V.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["spectra"],
  },
});

/** The configuration of `flac-decode`. */
export interface FlacDecodeConfig {
  /**
   * For packets that cannot be decoded: silence takes their place, or the node fails.
   *
   * One of "conceal", "fail"; "conceal" by default.
   */
  readonly damaged?: "conceal" | "fail";
}

/** A `flac-decode` in a graph. */
export type FlacDecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { audio: AudioFrame }>;

/**
 * Decodes FLAC: up to 24 bits without loss, 32 bits as floats.
 *
 * Channels come in the order of WAV files, at the rate of the stream. In place of a frame whose check does not fit, which is counted, comes silence of the same length.
 *
 * **Example.** `media-source path=song.flac ! flac-decode ! wav-sink path=song.wav format=s16`
 */
export const flacDecode: NodeType<FlacDecodeConfig, FlacDecodeHandle> = shippedStage<
  FlacDecodeConfig,
  FlacDecodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "flac-decode",
    className: "FlacDecode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes FLAC: up to 24 bits without loss, 32 bits as floats.",
    doc:
      "Decodes FLAC: up to 24 bits without loss, 32 bits as floats.\n\nChannels come in the order of WAV files, at the rate of the stream. In place of a frame whose check does not fit, which is counted, comes silence of the same length.\n\n**Example.** `media-source path=song.flac ! flac-decode ! wav-sink path=song.wav format=s16`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["flac"] },
      burst: 1,
      doc: "FLAC, a frame a frame.",
    }],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio at the rate of the stream.",
    }],
    config: {
      type: "object",
      properties: {
        damaged: {
          type: "string",
          enum: ["conceal", "fail"],
          default: "conceal",
          description: "For packets that cannot be decoded: silence takes their place, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["packets", "damaged"],
  },
});

/** The configuration of `flac-encode`. */
export interface FlacEncodeConfig {
  /**
   * Bits of a sample.
   *
   * One of 16, 24, 32; 16 by default.
   */
  readonly bitsPerSample?: 16 | 24 | 32;
}

/** A `flac-encode` in a graph. */
export type FlacEncodeHandle = NodeHandle<{ audio: AudioFrame }, { encoded: EncodedFrame }>;

/**
 * Encodes audio to FLAC, which keeps every bit.
 *
 * Each frame holds a block of 4096 samples, and is never longer than its samples are, but for its headers. Samples are rounded to the bits that are wanted; what came from a file of so many comes back exactly. Samples beyond full scale are cut there, and a NaN is silence. Rates go up to 65,535 Hz, and to 655,350 Hz where 10 divides them. Many players know no 32 bits.
 *
 * **Example.** `wav-source path=song.wav ! flac-encode bitsPerSample=24 ! media-sink path=song.flac`
 */
export const flacEncode: NodeType<FlacEncodeConfig, FlacEncodeHandle> = shippedStage<
  FlacEncodeConfig,
  FlacEncodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "flac-encode",
    className: "FlacEncode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Encodes audio to FLAC, which keeps every bit.",
    doc:
      "Encodes audio to FLAC, which keeps every bit.\n\nEach frame holds a block of 4096 samples, and is never longer than its samples are, but for its headers. Samples are rounded to the bits that are wanted; what came from a file of so many comes back exactly. Samples beyond full scale are cut there, and a NaN is silence. Rates go up to 65,535 Hz, and to 655,350 Hz where 10 divides them. Many players know no 32 bits.\n\n**Example.** `wav-source path=song.wav ! flac-encode bitsPerSample=24 ! media-sink path=song.flac`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio of 1 to 8 channels.",
    }],
    outputs: [{
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["flac"] },
      burst: 8,
      doc: "FLAC, a frame of it a frame: at most 131,098 bytes, for 8 channels of 32 bits.",
    }],
    config: {
      type: "object",
      properties: {
        bitsPerSample: {
          type: "integer",
          enum: [16, 24, 32],
          default: 16,
          "x-unit": "bits",
          description: "Bits of a sample.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "bytes"],
  },
});

/** The configuration of `frame-rate`. */
export interface FrameRateConfig {
  /**
   * Pictures a second that come out.
   *
   * A number from 0.1 to 1000 Hz; 30 by default.
   */
  readonly frameRate?: number;
}

/** A `frame-rate` in a graph. */
export type FrameRateHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Gives pictures at a steady rate.
 *
 * Each place in time gets the newest picture that is not after it: so some pictures are left out, and others come again. Behind a gap of more than 10 s, and where times go back, places count from the next picture.
 *
 * **Example.** `pattern-source frameRate=60 durationSeconds=2 ! frame-rate frameRate=25 ! image-sink path=pattern-%d.png`
 */
export const frameRate: NodeType<FrameRateConfig, FrameRateHandle> = shippedStage<FrameRateConfig, FrameRateHandle>({
  plugin: "video",
  descriptor: {
    type: "frame-rate",
    className: "FrameRate",
    source: "crates/plugins/video/plugin.toml",
    description: "Gives pictures at a steady rate.",
    doc:
      "Gives pictures at a steady rate.\n\nEach place in time gets the newest picture that is not after it: so some pictures are left out, and others come again. Behind a gap of more than 10 s, and where times go back, places count from the next picture.\n\n**Example.** `pattern-source frameRate=60 durationSeconds=2 ! frame-rate frameRate=25 ! image-sink path=pattern-%d.png`",
    category: "video",
    tags: ["native", "video"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["frameRate"],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures at any rate.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures at the rate that is wanted.",
    }],
    config: {
      type: "object",
      properties: {
        frameRate: {
          type: "number",
          minimum: 0.1,
          maximum: 1000,
          default: 30,
          "x-unit": "Hz",
          description: "Pictures a second that come out.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["dropped", "repeated"],
  },
});

/** The configuration of `gpu-convert`. */
export interface GpuConvertConfig {
  /**
   * The format that comes out.
   *
   * One of "rgba8", "bgra8", "nv12", "i420"; "i420" by default.
   */
  readonly pixelFormat?: "rgba8" | "bgra8" | "nv12" | "i420";
  /**
   * How YUV follows from RGB: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance).
   *
   * One of "bt601", "bt709", "bt2020"; "bt709" by default.
   */
  readonly matrix?: "bt601" | "bt709" | "bt2020";
  /**
   * Levels of YUV: luma of 16 to 235, or of 0 to 255.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
}

/** A `gpu-convert` in a graph. */
export type GpuConvertHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Converts pictures to another pixel format on the GPU.
 *
 * It is `convert` for pictures that are on the graphics processor or go there: with the same matrices and ranges, for frames do not say theirs. Chroma is averaged over four pixels, and repeated for them. Pictures that have the format already pass unchanged.
 *
 * **Example.** `pattern-source durationSeconds=2 ! blur radius=4 ! gpu-convert pixelFormat=i420 ! h264-encode ! media-sink path=blurred.mp4`
 */
export const gpuConvert: NodeType<GpuConvertConfig, GpuConvertHandle> = shippedStage<
  GpuConvertConfig,
  GpuConvertHandle
>({
  plugin: "gpu",
  descriptor: {
    type: "gpu-convert",
    className: "GpuConvert",
    source: "crates/plugins/gpu/plugin.toml",
    description: "Converts pictures to another pixel format on the GPU.",
    doc:
      "Converts pictures to another pixel format on the GPU.\n\nIt is `convert` for pictures that are on the graphics processor or go there: with the same matrices and ranges, for frames do not say theirs. Chroma is averaged over four pixels, and repeated for them. Pictures that have the format already pass unchanged.\n\n**Example.** `pattern-source durationSeconds=2 ! blur radius=4 ! gpu-convert pixelFormat=i420 ! h264-encode ! media-sink path=blurred.mp4`",
    category: "gpu",
    tags: ["native", "gpu"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures of any format.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "The same in the format that is wanted.",
    }],
    config: {
      type: "object",
      properties: {
        pixelFormat: {
          type: "string",
          enum: ["rgba8", "bgra8", "nv12", "i420"],
          default: "i420",
          description: "The format that comes out.",
        },
        matrix: {
          type: "string",
          enum: ["bt601", "bt709", "bt2020"],
          default: "bt709",
          description: "How YUV follows from RGB: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance).",
        },
        range: {
          type: "string",
          enum: ["limited", "full"],
          default: "limited",
          description: "Levels of YUV: luma of 16 to 235, or of 0 to 255.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "uploads", "readbacks", "submissions", "deviceLosses"],
  },
});

/** The configuration of `gpu-scale`. */
export interface GpuScaleConfig {
  /**
   * Pixels in a row that comes out; 0 keeps the shape.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly width?: number;
  /**
   * Rows that come out; 0 keeps the shape.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly height?: number;
}

/** A `gpu-scale` in a graph. */
export type GpuScaleHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Scales pictures on the GPU.
 *
 * It does so in any pixel format, bilinearly: of pictures that become smaller than half, pixels are left out, where `scale` takes the mean of all. Pictures that have their size already pass unchanged. A size is one of square pixels, and a side of 0 follows the shape in which pictures are shown; two of 0 change nothing. Both may change while it runs.
 *
 * **Example.** `pattern-source durationSeconds=2 ! gpu-scale width=320 ! media-sink path=small.mkv`
 */
export const gpuScale: NodeType<GpuScaleConfig, GpuScaleHandle> = shippedStage<GpuScaleConfig, GpuScaleHandle>({
  plugin: "gpu",
  descriptor: {
    type: "gpu-scale",
    className: "GpuScale",
    source: "crates/plugins/gpu/plugin.toml",
    description: "Scales pictures on the GPU.",
    doc:
      "Scales pictures on the GPU.\n\nIt does so in any pixel format, bilinearly: of pictures that become smaller than half, pixels are left out, where `scale` takes the mean of all. Pictures that have their size already pass unchanged. A size is one of square pixels, and a side of 0 follows the shape in which pictures are shown; two of 0 change nothing. Both may change while it runs.\n\n**Example.** `pattern-source durationSeconds=2 ! gpu-scale width=320 ! media-sink path=small.mkv`",
    category: "gpu",
    tags: ["native", "gpu"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures of any format and size.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "The same in another size.",
    }],
    config: {
      type: "object",
      properties: {
        width: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Pixels in a row that comes out; 0 keeps the shape.",
        },
        height: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Rows that come out; 0 keeps the shape.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "uploads", "readbacks", "submissions", "deviceLosses"],
  },
});

/** The configuration of `h264-decode`. */
export interface H264DecodeConfig {
  /**
   * For units that cannot be decoded: they are left out, or the node fails.
   *
   * One of "skip", "fail"; "skip" by default.
   */
  readonly damaged?: "skip" | "fail";
}

/** A `h264-decode` in a graph. */
export type H264DecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { video: VideoFrame }>;

/**
 * Decodes H.264 to pictures in I420, in the order of presentation.
 *
 * It is openh264, and takes the profiles baseline, main and high, progressive, 8 bits, 4:2:0; others are refused by name. Units come in Annex B form, one a frame, the first with its parameter sets. Pictures that are decoded only for those after them are not given. Where pixels are wider than high, or higher than wide, pictures say so: as the container says it, or else the stream.
 *
 * Units before the first key frame are left out and counted. Behind it, what is damaged of a picture is filled in from the picture before, and decoding goes on: the unit is counted, as are those that refer to it and cannot be decoded without it, and the first picture behind the damage is flagged as a discontinuity. A picture that damage has moved behind a later one is left out and counted. A parameter set that asks for what the decoder cannot do, behind others that do not, counts as damage, too: pictures are left out up to the next key frame. If that one asks for it as well, or the first one of a stream does, the node fails.
 *
 * **Example.** `media-source path=film.mp4 ! h264-decode ! image-sink path=film-%d.png`
 */
export const h264Decode: NodeType<H264DecodeConfig, H264DecodeHandle> = shippedStage<
  H264DecodeConfig,
  H264DecodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "h264-decode",
    className: "H264Decode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes H.264 to pictures in I420, in the order of presentation.",
    doc:
      "Decodes H.264 to pictures in I420, in the order of presentation.\n\nIt is openh264, and takes the profiles baseline, main and high, progressive, 8 bits, 4:2:0; others are refused by name. Units come in Annex B form, one a frame, the first with its parameter sets. Pictures that are decoded only for those after them are not given. Where pixels are wider than high, or higher than wide, pictures say so: as the container says it, or else the stream.\n\nUnits before the first key frame are left out and counted. Behind it, what is damaged of a picture is filled in from the picture before, and decoding goes on: the unit is counted, as are those that refer to it and cannot be decoded without it, and the first picture behind the damage is flagged as a discontinuity. A picture that damage has moved behind a later one is left out and counted. A parameter set that asks for what the decoder cannot do, behind others that do not, counts as damage, too: pictures are left out up to the next key frame. If that one asks for it as well, or the first one of a stream does, the node fails.\n\n**Example.** `media-source path=film.mp4 ! h264-decode ! image-sink path=film-%d.png`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["h264"] },
      burst: 1,
      doc: "H.264 in Annex B form.",
    }],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["i420"] },
      burst: 2,
      doc: "Pictures in I420.",
    }],
    config: {
      type: "object",
      properties: {
        damaged: {
          type: "string",
          enum: ["skip", "fail"],
          default: "skip",
          description: "For units that cannot be decoded: they are left out, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["units", "frames", "damaged"],
  },
});

/** The configuration of `h264-encode`. */
export interface H264EncodeConfig {
  /**
   * Bits a second, on average.
   *
   * A whole number from 10000 to 200000000 bit/s; 2000000 by default; may change while the node runs.
   */
  readonly bitRate?: number;
  /**
   * The kept quantity: the bit rate; the quality, with the bit rate as a target; the quantiser.
   *
   * One of "bitrate", "quality", "constant"; "bitrate" by default.
   */
  readonly rateControl?: "bitrate" | "quality" | "constant";
  /**
   * With the rate control constant: the quantiser of all pictures, the lower the better.
   *
   * A whole number from 1 to 51; 24 by default.
   */
  readonly quantiser?: number;
  /**
   * Frames from key frame to key frame at most.
   *
   * A whole number from 1 to 100000 frames; 60 by default.
   */
  readonly keyInterval?: number;
  /**
   * The profile of the stream.
   *
   * One of "baseline", "main", "high"; "high" by default.
   */
  readonly profile?: "baseline" | "main" | "high";
  /**
   * How much time is spent on a picture.
   *
   * One of "low", "medium", "high"; "medium" by default.
   */
  readonly complexity?: "low" | "medium" | "high";
  /**
   * The content of the pictures.
   *
   * One of "camera", "screen"; "camera" by default.
   */
  readonly content?: "camera" | "screen";
  /**
   * Pictures a second, for the bit rate; 0 takes the duration of the first picture, or 30.
   *
   * A number from 0 to 1000 Hz; 0 by default.
   */
  readonly frameRate?: number;
  /**
   * The matrix that the pictures were made with, which the stream names.
   *
   * One of "bt601", "bt709", "bt2020"; "bt709" by default.
   */
  readonly matrix?: "bt601" | "bt709" | "bt2020";
  /**
   * The range that the pictures were made with, which the stream names.
   *
   * One of "limited", "full"; "limited" by default.
   */
  readonly range?: "limited" | "full";
}

/** A `h264-encode` in a graph. */
export type H264EncodeHandle = NodeHandle<{ video: VideoFrame }, { encoded: EncodedFrame }>;

/**
 * Encodes pictures to H.264, an access unit a picture.
 *
 * It is openh264. Units come in the order of the pictures and in Annex B form; key frames have the parameter sets in front. A picture of another size starts with a key frame, as does one after the command `keyFrame`. The matrix and the range that are given stand in the stream, and change no picture; so does how wide pixels are, as pictures say it.
 *
 * Sizes are even. A live graph that has begun leaves out pictures of other sizes, and those that no slot takes: the log tells of the first, the figure `leftOut` counts them, and the stream goes on with a key frame. Pictures of noise that would be longer than openh264 has room for are quantised more coarsely from there on, which the log says.
 *
 * The parameter sets of encoders of one size, profile and rate of pictures are the same for every bit rate up to 24 Mbit/s: the level that they name is 4 or higher, which has room for that. So one encoder may be replaced by one of another bit rate while a `media-sink` records. A live bit rate beyond what the level has room for is refused; another size, profile, matrix or range needs another file.
 *
 * **Example.** `pattern-source durationSeconds=10 ! convert ! h264-encode bitRate=4000000 ! media-sink path=pattern.mp4`
 */
export const h264Encode: NodeType<H264EncodeConfig, H264EncodeHandle> = shippedStage<
  H264EncodeConfig,
  H264EncodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "h264-encode",
    className: "H264Encode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Encodes pictures to H.264, an access unit a picture.",
    doc:
      "Encodes pictures to H.264, an access unit a picture.\n\nIt is openh264. Units come in the order of the pictures and in Annex B form; key frames have the parameter sets in front. A picture of another size starts with a key frame, as does one after the command `keyFrame`. The matrix and the range that are given stand in the stream, and change no picture; so does how wide pixels are, as pictures say it.\n\nSizes are even. A live graph that has begun leaves out pictures of other sizes, and those that no slot takes: the log tells of the first, the figure `leftOut` counts them, and the stream goes on with a key frame. Pictures of noise that would be longer than openh264 has room for are quantised more coarsely from there on, which the log says.\n\nThe parameter sets of encoders of one size, profile and rate of pictures are the same for every bit rate up to 24 Mbit/s: the level that they name is 4 or higher, which has room for that. So one encoder may be replaced by one of another bit rate while a `media-sink` records. A live bit rate beyond what the level has room for is refused; another size, profile, matrix or range needs another file.\n\n**Example.** `pattern-source durationSeconds=10 ! convert ! h264-encode bitRate=4000000 ! media-sink path=pattern.mp4`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["i420", "nv12"] },
      burst: 1,
      doc: "Pictures of even size.",
    }],
    outputs: [{
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264"] },
      burst: 1,
      doc: "H.264, an access unit a frame.",
    }],
    config: {
      type: "object",
      properties: {
        bitRate: {
          type: "integer",
          minimum: 10000,
          maximum: 200000000,
          default: 2000000,
          "x-unit": "bit/s",
          "x-live": true,
          description: "Bits a second, on average.",
        },
        rateControl: {
          type: "string",
          enum: ["bitrate", "quality", "constant"],
          default: "bitrate",
          description: "The kept quantity: the bit rate; the quality, with the bit rate as a target; the quantiser.",
        },
        quantiser: {
          type: "integer",
          minimum: 1,
          maximum: 51,
          default: 24,
          description: "With the rate control constant: the quantiser of all pictures, the lower the better.",
        },
        keyInterval: {
          type: "integer",
          minimum: 1,
          maximum: 100000,
          default: 60,
          "x-unit": "frames",
          description: "Frames from key frame to key frame at most.",
        },
        profile: {
          type: "string",
          enum: ["baseline", "main", "high"],
          default: "high",
          description: "The profile of the stream.",
        },
        complexity: {
          type: "string",
          enum: ["low", "medium", "high"],
          default: "medium",
          description: "How much time is spent on a picture.",
        },
        content: {
          type: "string",
          enum: ["camera", "screen"],
          default: "camera",
          description: "The content of the pictures.",
        },
        frameRate: {
          type: "number",
          minimum: 0,
          maximum: 1000,
          default: 0,
          "x-unit": "Hz",
          description: "Pictures a second, for the bit rate; 0 takes the duration of the first picture, or 30.",
        },
        matrix: {
          type: "string",
          enum: ["bt601", "bt709", "bt2020"],
          default: "bt709",
          description: "The matrix that the pictures were made with, which the stream names.",
        },
        range: {
          type: "string",
          enum: ["limited", "full"],
          default: "limited",
          description: "The range that the pictures were made with, which the stream names.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "keyFrames", "bytes", "leftOut"],
  },
});

/** The configuration of `jpeg-decode`. */
export interface JpegDecodeConfig {
  /**
   * For pictures that cannot be decoded, or are cut off: they are left out or partly grey, or the node fails.
   *
   * One of "skip", "fail"; "skip" by default.
   */
  readonly damaged?: "skip" | "fail";
}

/** A `jpeg-decode` in a graph. */
export type JpegDecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { video: VideoFrame }>;

/**
 * Decodes JPEG to pictures in RGBA.
 *
 * It takes baseline and progressive ones, grey or in colours. Those that are damaged are left out and counted, the log tells of the first, and the next one is flagged as a discontinuity; of one that is cut off, which is counted too, the rest is grey.
 *
 * **Example.** `media-source path=camera.mkv ! jpeg-decode ! image-sink path=camera-%d.png`
 */
export const jpegDecode: NodeType<JpegDecodeConfig, JpegDecodeHandle> = shippedStage<
  JpegDecodeConfig,
  JpegDecodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "jpeg-decode",
    className: "JpegDecode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes JPEG to pictures in RGBA.",
    doc:
      "Decodes JPEG to pictures in RGBA.\n\nIt takes baseline and progressive ones, grey or in colours. Those that are damaged are left out and counted, the log tells of the first, and the next one is flagged as a discontinuity; of one that is cut off, which is counted too, the rest is grey.\n\n**Example.** `media-source path=camera.mkv ! jpeg-decode ! image-sink path=camera-%d.png`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["jpeg"] },
      burst: 1,
      doc: "JPEG, a picture a frame.",
    }],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA.",
    }],
    config: {
      type: "object",
      properties: {
        damaged: {
          type: "string",
          enum: ["skip", "fail"],
          default: "skip",
          description:
            "For pictures that cannot be decoded, or are cut off: they are left out or partly grey, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "damaged"],
  },
});

/** The configuration of `jpeg-encode`. */
export interface JpegEncodeConfig {
  /**
   * How good pictures are; below 90, chroma has half the width and height.
   *
   * A whole number from 1 to 100; 85 by default; may change while the node runs.
   */
  readonly quality?: number;
}

/** A `jpeg-encode` in a graph. */
export type JpegEncodeHandle = NodeHandle<{ video: VideoFrame }, { encoded: EncodedFrame }>;

/**
 * Encodes pictures to JPEG, each by itself.
 *
 * Alpha is left out. Pixels that are not square are taken for square ones, which the log tells. A live graph that has begun leaves out pictures that no slot takes: the log tells of the first, and the figure `leftOut` counts them.
 *
 * **Example.** `pattern-source durationSeconds=1 ! jpeg-encode quality=90 ! media-sink path=pattern.mkv`
 */
export const jpegEncode: NodeType<JpegEncodeConfig, JpegEncodeHandle> = shippedStage<
  JpegEncodeConfig,
  JpegEncodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "jpeg-encode",
    className: "JpegEncode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Encodes pictures to JPEG, each by itself.",
    doc:
      "Encodes pictures to JPEG, each by itself.\n\nAlpha is left out. Pixels that are not square are taken for square ones, which the log tells. A live graph that has begun leaves out pictures that no slot takes: the log tells of the first, and the figure `leftOut` counts them.\n\n**Example.** `pattern-source durationSeconds=1 ! jpeg-encode quality=90 ! media-sink path=pattern.mkv`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Pictures in RGBA or BGRA.",
    }],
    outputs: [{
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["jpeg"] },
      burst: 1,
      doc: "JPEG, a picture a frame.",
    }],
    config: {
      type: "object",
      properties: {
        quality: {
          type: "integer",
          minimum: 1,
          maximum: 100,
          default: 85,
          "x-live": true,
          description: "How good pictures are; below 90, chroma has half the width and height.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "bytes", "leftOut"],
  },
});

/** The configuration of `microphone`. */
export interface MicrophoneConfig {
  /**
   * The device's name; empty for the default one, simulated or loop:NAME for one that stands in.
   *
   * A string; "" by default.
   */
  readonly device?: string;
  /**
   * The system of devices: PulseAudio or PipeWire, ALSA, or none; auto takes the first that is there.
   *
   * One of "auto", "pulse", "alsa", "simulated"; "auto" by default.
   */
  readonly backend?: "auto" | "pulse" | "alsa" | "simulated";
  /**
   * Samples a second; 0 for those of the device.
   *
   * A whole number from 0 to 384000 Hz; 0 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Number of channels; 0 for those of the device.
   *
   * A whole number from 0 to 32; 0 by default.
   */
  readonly channels?: number;
  /**
   * Samples in a block.
   *
   * A whole number from 16 to 16384 samples; 480 by default.
   */
  readonly blockSize?: number;
  /**
   * How long sound is on the way from the device: half of it is gathered at once.
   *
   * A number from 1 to 2000 ms; 20 by default.
   */
  readonly latencyMs?: number;
  /**
   * True: the sound is resampled to the runtime's clock.
   *
   * True or false; true by default.
   */
  readonly correctDrift?: boolean;
  /**
   * Millionths by which it is resampled at most.
   *
   * A number from 0 to 50000 ppm; 1000 by default.
   */
  readonly maxCorrectionPpm?: number;
  /**
   * How the device is that stands in.
   *
   * An object with "ppm", "toneHz", "amplitude", "sampleRateHz", "channels" and "periodMs"; {} by default.
   */
  readonly simulated?: {
    /** Millionths by which its clock is fast. */
    readonly ppm?: number;
    /** The tone that it hears. */
    readonly toneHz?: number;
    /** Peak of the tone. */
    readonly amplitude?: number;
    /** Its own samples a second. */
    readonly sampleRateHz?: number;
    /** Its own number of channels. */
    readonly channels?: number;
    /** How much it moves at once. */
    readonly periodMs?: number;
  };
}

/** A `microphone` in a graph. */
export type MicrophoneHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/**
 * Gives what a sound device hears, in blocks, as it hears it.
 *
 * Each block has the time of the runtime's clock at which its first sample was captured, so that sound and pictures of a graph can be compared. Times count samples. The clock of a device runs a little faster or slower than the runtime's (`driftPpm`): once the two are apart by a millisecond, the sound is resampled by as much (`correctionPpm`), and before that it is handed on as it is. With `correctDrift=false` it always is, and times follow the device's clock.
 *
 * A device that goes, or a server that ends, does not end the node: nothing comes meanwhile, the log says so once, and it is tried again after 0.25 s, then after twice as long up to 5 s, for ever. The first block afterwards is flagged as a discontinuity, as is one before which samples were lost (`lost`), because the graph did not take them within half a second. The figure `latencyMs` is the age of a block's first sample when the block enters the graph. `sluice devices` lists devices; a monitor hears what a speaker plays.
 *
 * **Example.** `microphone ! level-meter`
 */
export const microphone: NodeType<MicrophoneConfig, MicrophoneHandle> = shippedStage<
  MicrophoneConfig,
  MicrophoneHandle
>({
  plugin: "audio-devices",
  descriptor: {
    type: "microphone",
    className: "Microphone",
    source: "crates/plugins/audio-devices/plugin.toml",
    description: "Gives what a sound device hears, in blocks, as it hears it.",
    doc:
      "Gives what a sound device hears, in blocks, as it hears it.\n\nEach block has the time of the runtime's clock at which its first sample was captured, so that sound and pictures of a graph can be compared. Times count samples. The clock of a device runs a little faster or slower than the runtime's (`driftPpm`): once the two are apart by a millisecond, the sound is resampled by as much (`correctionPpm`), and before that it is handed on as it is. With `correctDrift=false` it always is, and times follow the device's clock.\n\nA device that goes, or a server that ends, does not end the node: nothing comes meanwhile, the log says so once, and it is tried again after 0.25 s, then after twice as long up to 5 s, for ever. The first block afterwards is flagged as a discontinuity, as is one before which samples were lost (`lost`), because the graph did not take them within half a second. The figure `latencyMs` is the age of a block's first sample when the block enters the graph. `sluice devices` lists devices; a monitor hears what a speaker plays.\n\n**Example.** `microphone ! level-meter`",
    category: "device",
    tags: ["native", "audio-devices"],
    mode: "external",
    trigger: "any",
    lane: "native",
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
      doc: "What the device hears.",
    }],
    config: {
      type: "object",
      properties: {
        device: {
          type: "string",
          default: "",
          description: "The device's name; empty for the default one, simulated or loop:NAME for one that stands in.",
        },
        backend: {
          type: "string",
          enum: ["auto", "pulse", "alsa", "simulated"],
          default: "auto",
          description:
            "The system of devices: PulseAudio or PipeWire, ALSA, or none; auto takes the first that is there.",
        },
        sampleRateHz: {
          type: "integer",
          minimum: 0,
          maximum: 384000,
          default: 0,
          "x-unit": "Hz",
          description: "Samples a second; 0 for those of the device.",
        },
        channels: {
          type: "integer",
          minimum: 0,
          maximum: 32,
          default: 0,
          description: "Number of channels; 0 for those of the device.",
        },
        blockSize: {
          type: "integer",
          minimum: 16,
          maximum: 16384,
          default: 480,
          "x-unit": "samples",
          description: "Samples in a block.",
        },
        latencyMs: {
          type: "number",
          minimum: 1,
          maximum: 2000,
          default: 20,
          "x-unit": "ms",
          description: "How long sound is on the way from the device: half of it is gathered at once.",
        },
        correctDrift: {
          type: "boolean",
          default: true,
          description: "True: the sound is resampled to the runtime's clock.",
        },
        maxCorrectionPpm: {
          type: "number",
          minimum: 0,
          maximum: 50000,
          default: 1000,
          "x-unit": "ppm",
          description: "Millionths by which it is resampled at most.",
        },
        simulated: {
          type: "object",
          default: {},
          additionalProperties: false,
          description: "How the device is that stands in.",
          properties: {
            ppm: {
              type: "number",
              minimum: -50000,
              maximum: 50000,
              default: 0,
              "x-unit": "ppm",
              description: "Millionths by which its clock is fast.",
            },
            toneHz: {
              type: "number",
              minimum: 0,
              maximum: 100000,
              default: 440,
              "x-unit": "Hz",
              description: "The tone that it hears.",
            },
            amplitude: {
              type: "number",
              minimum: 0,
              maximum: 1,
              default: 0.5,
              description: "Peak of the tone.",
            },
            sampleRateHz: {
              type: "integer",
              minimum: 1000,
              maximum: 384000,
              default: 48000,
              "x-unit": "Hz",
              description: "Its own samples a second.",
            },
            channels: {
              type: "integer",
              minimum: 1,
              maximum: 32,
              default: 2,
              description: "Its own number of channels.",
            },
            periodMs: {
              type: "number",
              minimum: 0.1,
              maximum: 1000,
              default: 5,
              "x-unit": "ms",
              description: "How much it moves at once.",
            },
          },
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "xruns", "lost", "reconnects", "latencyMs", "driftPpm", "correctionPpm"],
  },
});

/** The configuration of `mp3-decode`. */
export interface Mp3DecodeConfig {
  /**
   * For packets that cannot be decoded: silence takes their place, or the node fails.
   *
   * One of "conceal", "fail"; "conceal" by default.
   */
  readonly damaged?: "conceal" | "fail";
}

/** A `mp3-decode` in a graph. */
export type Mp3DecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { audio: AudioFrame }>;

/**
 * Decodes MP3, mono or stereo.
 *
 * It takes layer III of MPEG-1, 2 and 2.5, and audio comes at the rate of the stream. Sound before the time 0 only warms the decoder up and is left out. In place of a damaged packet, which is counted, comes silence of the same length. A `media-source` gives what the tag of LAME tells of an .mp3 file such times; a file without that tag sounds late by the delay of its encoder, which are 1105 samples with LAME.
 *
 * **Example.** `media-source path=song.mp3 ! mp3-decode ! wav-sink path=song.wav`
 */
export const mp3Decode: NodeType<Mp3DecodeConfig, Mp3DecodeHandle> = shippedStage<Mp3DecodeConfig, Mp3DecodeHandle>({
  plugin: "codecs",
  descriptor: {
    type: "mp3-decode",
    className: "Mp3Decode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes MP3, mono or stereo.",
    doc:
      "Decodes MP3, mono or stereo.\n\nIt takes layer III of MPEG-1, 2 and 2.5, and audio comes at the rate of the stream. Sound before the time 0 only warms the decoder up and is left out. In place of a damaged packet, which is counted, comes silence of the same length. A `media-source` gives what the tag of LAME tells of an .mp3 file such times; a file without that tag sounds late by the delay of its encoder, which are 1105 samples with LAME.\n\n**Example.** `media-source path=song.mp3 ! mp3-decode ! wav-sink path=song.wav`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["mp3"] },
      burst: 1,
      doc: "MP3, a frame with its header a frame.",
    }],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio at the rate of the stream.",
    }],
    config: {
      type: "object",
      properties: {
        damaged: {
          type: "string",
          enum: ["conceal", "fail"],
          default: "conceal",
          description: "For packets that cannot be decoded: silence takes their place, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["packets", "damaged"],
  },
});

/** The configuration of `opus-decode`. */
export interface OpusDecodeConfig {
  /**
   * Samples at the start that are left out of a stream that begins after the time 0 and does not tell.
   *
   * A whole number from 0 to 48000 samples; 312 by default.
   */
  readonly preSkip?: number;
  /**
   * For packets that cannot be decoded: they are made up, or the node fails.
   *
   * One of "conceal", "fail"; "conceal" by default.
   */
  readonly damaged?: "conceal" | "fail";
}

/** A `opus-decode` in a graph. */
export type OpusDecodeHandle = NodeHandle<{ encoded: EncodedFrame }, { audio: AudioFrame }>;

/**
 * Decodes Opus to mono or stereo at 48 kHz.
 *
 * Sound before the time 0, or before the time of a packet, only warms the decoder up and is left out, and so are the first 312 samples of a stream that begins later and does not tell. In place of a damaged packet, which is counted, comes what the decoder makes of those before it. The duration of a packet says how much of it counts, and its format by how much it is made louder or softer (`gainDb`).
 *
 * **Example.** `media-source path=talk.ogg ! opus-decode ! wav-sink path=talk.wav`
 */
export const opusDecode: NodeType<OpusDecodeConfig, OpusDecodeHandle> = shippedStage<
  OpusDecodeConfig,
  OpusDecodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "opus-decode",
    className: "OpusDecode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Decodes Opus to mono or stereo at 48 kHz.",
    doc:
      "Decodes Opus to mono or stereo at 48 kHz.\n\nSound before the time 0, or before the time of a packet, only warms the decoder up and is left out, and so are the first 312 samples of a stream that begins later and does not tell. In place of a damaged packet, which is counted, comes what the decoder makes of those before it. The duration of a packet says how much of it counts, and its format by how much it is made louder or softer (`gainDb`).\n\n**Example.** `media-source path=talk.ogg ! opus-decode ! wav-sink path=talk.wav`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "encoded",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      accepts: { codec: ["opus"] },
      burst: 1,
      doc: "Opus, a packet a frame.",
    }],
    outputs: [{
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Audio at 48 kHz.",
    }],
    config: {
      type: "object",
      properties: {
        preSkip: {
          type: "integer",
          minimum: 0,
          maximum: 48000,
          default: 312,
          "x-unit": "samples",
          description:
            "Samples at the start that are left out of a stream that begins after the time 0 and does not tell.",
        },
        damaged: {
          type: "string",
          enum: ["conceal", "fail"],
          default: "conceal",
          description: "For packets that cannot be decoded: they are made up, or the node fails.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["packets", "damaged"],
  },
});

/** The configuration of `opus-encode`. */
export interface OpusEncodeConfig {
  /**
   * Bits a second; 0 leaves it to the encoder.
   *
   * A whole number from 0 to 512000 bit/s; 0 by default; may change while the node runs.
   */
  readonly bitRate?: number;
  /**
   * The aim: fidelity, speech, or the least delay.
   *
   * One of "audio", "voip", "low-delay"; "audio" by default.
   */
  readonly application?: "audio" | "voip" | "low-delay";
  /**
   * How long a packet lasts.
   *
   * One of 2.5, 5, 10, 20, 40, 60; 20 by default.
   */
  readonly packetMs?: 2.5 | 5 | 10 | 20 | 40 | 60;
  /**
   * How much time is spent; the higher the better.
   *
   * A whole number from 0 to 10; 10 by default.
   */
  readonly complexity?: number;
  /**
   * True: packets of simple sound have fewer bits.
   *
   * True or false; true by default.
   */
  readonly variable?: boolean;
}

/** A `opus-encode` in a graph. */
export type OpusEncodeHandle = NodeHandle<{ audio: AudioFrame }, { encoded: EncodedFrame }>;

/**
 * Encodes mono or stereo at 48 kHz to Opus, a packet a frame.
 *
 * The encoder is late by 312 samples (120 for the application `low-delay`), which the times of packets count off: the first one is presented 6.5 ms before the first sample that went in. The duration of the last packet ends with the input.
 *
 * **Example.** `tone-source sampleRateHz=48000 durationSeconds=2 ! opus-encode bitRate=64000 ! media-sink path=tone.ogg`
 */
export const opusEncode: NodeType<OpusEncodeConfig, OpusEncodeHandle> = shippedStage<
  OpusEncodeConfig,
  OpusEncodeHandle
>({
  plugin: "codecs",
  descriptor: {
    type: "opus-encode",
    className: "OpusEncode",
    source: "crates/plugins/codecs/plugin.toml",
    description: "Encodes mono or stereo at 48 kHz to Opus, a packet a frame.",
    doc:
      "Encodes mono or stereo at 48 kHz to Opus, a packet a frame.\n\nThe encoder is late by 312 samples (120 for the application `low-delay`), which the times of packets count off: the first one is presented 6.5 ms before the first sample that went in. The duration of the last packet ends with the input.\n\n**Example.** `tone-source sampleRateHz=48000 durationSeconds=2 ! opus-encode bitRate=64000 ! media-sink path=tone.ogg`",
    category: "codec",
    tags: ["native", "codecs"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["codec"],
    isAsync: false,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      accepts: { sampleRateHz: 48000, channels: [1, 2] },
      burst: 1,
      doc: "Mono or stereo at 48 kHz.",
    }],
    outputs: [{
      name: "encoded",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["opus"] },
      burst: 8,
      doc: "Opus, a packet a frame.",
    }],
    config: {
      type: "object",
      properties: {
        bitRate: {
          type: "integer",
          minimum: 0,
          maximum: 512000,
          default: 0,
          "x-unit": "bit/s",
          "x-live": true,
          description: "Bits a second; 0 leaves it to the encoder.",
        },
        application: {
          type: "string",
          enum: ["audio", "voip", "low-delay"],
          default: "audio",
          description: "The aim: fidelity, speech, or the least delay.",
        },
        packetMs: {
          type: "number",
          enum: [2.5, 5, 10, 20, 40, 60],
          default: 20,
          "x-unit": "ms",
          description: "How long a packet lasts.",
        },
        complexity: {
          type: "integer",
          minimum: 0,
          maximum: 10,
          default: 10,
          description: "How much time is spent; the higher the better.",
        },
        variable: {
          type: "boolean",
          default: true,
          description: "True: packets of simple sound have fewer bits.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["packets", "bytes"],
  },
});

/** The configuration of `overlay`. */
export interface OverlayConfig {
  /**
   * The text, with what stands in braces filled in; \n starts another line.
   *
   * A string of at most 1000 characters; "{time}  {frame}" by default; may change while the node runs.
   */
  readonly text?: string;
  /**
   * Where the text stands.
   *
   * One of "top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"; "bottom-left" by default; may change while the node runs.
   */
  readonly position?:
    | "top-left"
    | "top"
    | "top-right"
    | "left"
    | "centre"
    | "right"
    | "bottom-left"
    | "bottom"
    | "bottom-right";
  /**
   * Where its left edge is; -1: by the position.
   *
   * A whole number from -1 to 32768 pixels; -1 by default; may change while the node runs.
   */
  readonly x?: number;
  /**
   * Where its upper edge is; -1: by the position.
   *
   * A whole number from -1 to 32768 pixels; -1 by default; may change while the node runs.
   */
  readonly y?: number;
  /**
   * The colour of the letters: red, green and blue in hexadecimal digits.
   *
   * A string of at most 7 characters; "#ffffff" by default; may change while the node runs.
   */
  readonly colour?: string;
  /**
   * Height of a line; 0 for a twentieth of the picture.
   *
   * A whole number from 0 to 500 pixels; 0 by default; may change while the node runs.
   */
  readonly size?: number;
  /**
   * How dark the ground is.
   *
   * A number from 0 to 1; 0.6 by default; may change while the node runs.
   */
  readonly opacity?: number;
  /**
   * How fast the text moves to the left, below 0 to the right; 0: it stands.
   *
   * A number from -20000 to 20000 pixels/s; 0 by default; may change while the node runs.
   */
  readonly crawl?: number;
  /**
   * Whether a text that moves comes in again once it has left.
   *
   * True or false; true by default; may change while the node runs.
   */
  readonly crawlLoop?: boolean;
  /**
   * The path of a PNG or JPEG file that is drawn, too; empty for none.
   *
   * A string of at most 4000 characters; "" by default; may change while the node runs.
   */
  readonly image?: string;
  /**
   * Where the image stands.
   *
   * One of "top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"; "top-right" by default; may change while the node runs.
   */
  readonly imagePosition?:
    | "top-left"
    | "top"
    | "top-right"
    | "left"
    | "centre"
    | "right"
    | "bottom-left"
    | "bottom"
    | "bottom-right";
  /**
   * Where its left edge is; -1: by its position.
   *
   * A whole number from -1 to 32768 pixels; -1 by default; may change while the node runs.
   */
  readonly imageX?: number;
  /**
   * Where its upper edge is; -1: by its position.
   *
   * A whole number from -1 to 32768 pixels; -1 by default; may change while the node runs.
   */
  readonly imageY?: number;
  /**
   * How wide the image is drawn, in its shape; 0 for its own width.
   *
   * A whole number from 0 to 8192 pixels; 0 by default; may change while the node runs.
   */
  readonly imageWidth?: number;
  /**
   * How opaque the image is, besides its own alpha.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly imageOpacity?: number;
}

/** A `overlay` in a graph. */
export type OverlayHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Writes text, and draws an image, on pictures of any format.
 *
 * The text stands on a dark ground at `position`: a corner, the middle of an edge, or the centre, where lines are centred; an empty one writes nothing. Where `x` or `y` is given, that edge stands there instead. In braces stand what changes: `{time}` is the time of the picture, `{clock}` the time of day in UTC, `{frame}` its number, `{rate}` the pictures a second that came in the last second, `{age}` the milliseconds since it entered the graph, `{drops}` how often pictures were missing, `{size}` its width and height. Others stay as they are.
 *
 * With a `crawl` the text moves over the picture at so many pixels a second, over a ground as wide as the picture: it comes in at the right edge at the first picture, and in at that edge again once all of it has left at the other, or with `crawlLoop` false not before `text` changes. Where it stands depends on the times of pictures alone, in YUV at even places. Another text or speed goes on from where the text is.
 *
 * The image is a PNG or JPEG file, by a path relative to the working directory. It stands elsewhere, half a line of text from the edges, by its own alpha; in YUV at even places, with its colours by BT.709 in limited range. The file is read when its path or width is set; one that cannot be read is refused by its path, and the image before stays. Only the chunks of PNG that pixels need are read, so that no text or profile in it takes memory. Moving or changing pictures are drawn by `compositor`, with an `image-source` or any other source before it.
 *
 * **Example.** `pattern-source durationSeconds=2 ! overlay text="{time} {drops}" position=top-left ! image-sink path=pattern-%d.png`
 */
export const overlay: NodeType<OverlayConfig, OverlayHandle> = shippedStage<OverlayConfig, OverlayHandle>({
  plugin: "video",
  descriptor: {
    type: "overlay",
    className: "Overlay",
    source: "crates/plugins/video/plugin.toml",
    description: "Writes text, and draws an image, on pictures of any format.",
    doc:
      'Writes text, and draws an image, on pictures of any format.\n\nThe text stands on a dark ground at `position`: a corner, the middle of an edge, or the centre, where lines are centred; an empty one writes nothing. Where `x` or `y` is given, that edge stands there instead. In braces stand what changes: `{time}` is the time of the picture, `{clock}` the time of day in UTC, `{frame}` its number, `{rate}` the pictures a second that came in the last second, `{age}` the milliseconds since it entered the graph, `{drops}` how often pictures were missing, `{size}` its width and height. Others stay as they are.\n\nWith a `crawl` the text moves over the picture at so many pixels a second, over a ground as wide as the picture: it comes in at the right edge at the first picture, and in at that edge again once all of it has left at the other, or with `crawlLoop` false not before `text` changes. Where it stands depends on the times of pictures alone, in YUV at even places. Another text or speed goes on from where the text is.\n\nThe image is a PNG or JPEG file, by a path relative to the working directory. It stands elsewhere, half a line of text from the edges, by its own alpha; in YUV at even places, with its colours by BT.709 in limited range. The file is read when its path or width is set; one that cannot be read is refused by its path, and the image before stays. Only the chunks of PNG that pixels need are read, so that no text or profile in it takes memory. Moving or changing pictures are drawn by `compositor`, with an `image-source` or any other source before it.\n\n**Example.** `pattern-source durationSeconds=2 ! overlay text="{time} {drops}" position=top-left ! image-sink path=pattern-%d.png`',
    category: "video",
    tags: ["native", "video"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures of any format.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "The same with the text and the image.",
    }],
    config: {
      type: "object",
      properties: {
        text: {
          type: "string",
          maxLength: 1000,
          default: "{time}  {frame}",
          "x-live": true,
          description: "The text, with what stands in braces filled in; \\n starts another line.",
        },
        position: {
          type: "string",
          enum: ["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"],
          default: "bottom-left",
          "x-live": true,
          description: "Where the text stands.",
        },
        x: {
          type: "integer",
          minimum: -1,
          maximum: 32768,
          default: -1,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where its left edge is; -1: by the position.",
        },
        y: {
          type: "integer",
          minimum: -1,
          maximum: 32768,
          default: -1,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where its upper edge is; -1: by the position.",
        },
        colour: {
          type: "string",
          maxLength: 7,
          default: "#ffffff",
          "x-live": true,
          description: "The colour of the letters: red, green and blue in hexadecimal digits.",
        },
        size: {
          type: "integer",
          minimum: 0,
          maximum: 500,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "Height of a line; 0 for a twentieth of the picture.",
        },
        opacity: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 0.6,
          "x-live": true,
          description: "How dark the ground is.",
        },
        crawl: {
          type: "number",
          minimum: -20000,
          maximum: 20000,
          default: 0,
          "x-unit": "pixels/s",
          "x-live": true,
          description: "How fast the text moves to the left, below 0 to the right; 0: it stands.",
        },
        crawlLoop: {
          type: "boolean",
          default: true,
          "x-live": true,
          description: "Whether a text that moves comes in again once it has left.",
        },
        image: {
          type: "string",
          maxLength: 4000,
          default: "",
          "x-live": true,
          "x-reaches": "path",
          description: "The path of a PNG or JPEG file that is drawn, too; empty for none.",
        },
        imagePosition: {
          type: "string",
          enum: ["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"],
          default: "top-right",
          "x-live": true,
          description: "Where the image stands.",
        },
        imageX: {
          type: "integer",
          minimum: -1,
          maximum: 32768,
          default: -1,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where its left edge is; -1: by its position.",
        },
        imageY: {
          type: "integer",
          minimum: -1,
          maximum: 32768,
          default: -1,
          "x-unit": "pixels",
          "x-live": true,
          description: "Where its upper edge is; -1: by its position.",
        },
        imageWidth: {
          type: "integer",
          minimum: 0,
          maximum: 8192,
          default: 0,
          "x-unit": "pixels",
          "x-live": true,
          description: "How wide the image is drawn, in its shape; 0 for its own width.",
        },
        imageOpacity: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
          description: "How opaque the image is, besides its own alpha.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "passes"],
  },
});

/** The configuration of `pattern-source`. */
export interface PatternSourceConfig {
  /**
   * The pattern: colour bars of 75 %, grey from black to white, or rings of which every pixel moves.
   *
   * One of "bars", "ramp", "zone-plate"; "bars" by default.
   */
  readonly pattern?: "bars" | "ramp" | "zone-plate";
  /**
   * Pixels in a row.
   *
   * A whole number from 64 to 8192 pixels; 1280 by default.
   */
  readonly width?: number;
  /**
   * Rows.
   *
   * A whole number from 16 to 8192 pixels; 720 by default.
   */
  readonly height?: number;
  /**
   * Pictures a second.
   *
   * A number from 0.1 to 1000 Hz; 30 by default.
   */
  readonly frameRate?: number;
  /**
   * How long it lasts; 0 for ever.
   *
   * A number of at least 0 s; 0 by default.
   */
  readonly durationSeconds?: number;
  /**
   * From one flash and beep to the next, the first one after so long; 0 for none.
   *
   * A number from 0 to 3600 s; 1 by default.
   */
  readonly flashSeconds?: number;
  /**
   * True: in a live graph frames have times of the runtime's clock, as those of devices do; else from 0 on.
   *
   * True or false; false by default.
   */
  readonly clockTimes?: boolean;
}

/** A `pattern-source` in a graph. */
export type PatternSourceHandle = NodeHandle<Record<never, never>, { video: VideoFrame; audio: AudioFrame }>;

/**
 * Makes test pictures in RGBA, and a beep with each flash.
 *
 * The pictures are colour bars, a ramp or rings, with a box that moves. In a live graph they come at the pace of the clock, offline as fast as the graph takes them. Every `flashSeconds` a white field flashes for one frame in the lower right, and the output `audio` has a beep of 50 ms that begins with the first sample of that frame's time.
 *
 * The top row of the picture is its frame's number in 32 cells, each `width / 32` pixels wide: 24 bits, the highest first, and 8 bits of check (CRC-8 of the polynomial 0x07 over the three bytes), white for 1 and black for 0. It can be read back after conversion, scaling and coding.
 *
 * **Example.** `pattern-source width=640 height=360 durationSeconds=2 ! image-sink path=pattern-%d.png`
 */
export const patternSource: NodeType<PatternSourceConfig, PatternSourceHandle> = shippedStage<
  PatternSourceConfig,
  PatternSourceHandle
>({
  plugin: "video",
  descriptor: {
    type: "pattern-source",
    className: "PatternSource",
    source: "crates/plugins/video/plugin.toml",
    description: "Makes test pictures in RGBA, and a beep with each flash.",
    doc:
      "Makes test pictures in RGBA, and a beep with each flash.\n\nThe pictures are colour bars, a ramp or rings, with a box that moves. In a live graph they come at the pace of the clock, offline as fast as the graph takes them. Every `flashSeconds` a white field flashes for one frame in the lower right, and the output `audio` has a beep of 50 ms that begins with the first sample of that frame's time.\n\nThe top row of the picture is its frame's number in 32 cells, each `width / 32` pixels wide: 24 bits, the highest first, and 8 bits of check (CRC-8 of the polynomial 0x07 over the three bytes), white for 1 and black for 0. It can be read back after conversion, scaling and coding.\n\n**Example.** `pattern-source width=640 height=360 durationSeconds=2 ! image-sink path=pattern-%d.png`",
    category: "video",
    tags: ["native", "video"],
    mode: "loop",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8"] },
      burst: 1,
      doc: "Pictures in RGBA.",
    }, {
      name: "audio",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "Silence, and a beep of 50 ms from the first moment of each flash, mono at 48 kHz.",
    }],
    config: {
      type: "object",
      properties: {
        pattern: {
          type: "string",
          enum: ["bars", "ramp", "zone-plate"],
          default: "bars",
          description:
            "The pattern: colour bars of 75 %, grey from black to white, or rings of which every pixel moves.",
        },
        width: {
          type: "integer",
          minimum: 64,
          maximum: 8192,
          default: 1280,
          "x-unit": "pixels",
          description: "Pixels in a row.",
        },
        height: {
          type: "integer",
          minimum: 16,
          maximum: 8192,
          default: 720,
          "x-unit": "pixels",
          description: "Rows.",
        },
        frameRate: {
          type: "number",
          minimum: 0.1,
          maximum: 1000,
          default: 30,
          "x-unit": "Hz",
          description: "Pictures a second.",
        },
        durationSeconds: {
          type: "number",
          minimum: 0,
          default: 0,
          "x-unit": "s",
          description: "How long it lasts; 0 for ever.",
        },
        flashSeconds: {
          type: "number",
          minimum: 0,
          maximum: 3600,
          default: 1,
          "x-unit": "s",
          description: "From one flash and beep to the next, the first one after so long; 0 for none.",
        },
        clockTimes: {
          type: "boolean",
          default: false,
          description:
            "True: in a live graph frames have times of the runtime's clock, as those of devices do; else from 0 on.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames"],
  },
});

/** The configuration of `rtsp-source`. */
export interface RtspSourceConfig {
  /**
   * The address, as rtsp://HOST/PATH, without a user. The default port is 554.
   *
   * A string.
   */
  readonly url: string;
  /**
   * The user's name, as ${env:NAME}; empty where none is asked for.
   *
   * A string; "" by default.
   */
  readonly user?: string;
  /**
   * The user's password, as ${env:NAME}.
   *
   * A string; "" by default.
   */
  readonly password?: string;
  /**
   * How media travel: over the connection itself, where nothing is lost on the way, or by UDP.
   *
   * One of "tcp", "udp"; "tcp" by default.
   */
  readonly transport?: "tcp" | "udp";
  /**
   * How long the server may take to begin, and how long its stream may stop.
   *
   * A number from 100 to 60000 ms; 5000 by default.
   */
  readonly timeoutMs?: number;
  /**
   * How long frames are collected before they are handed on together.
   *
   * A number from 0 to 1000 ms; 0 by default.
   */
  readonly batchMs?: number;
}

/** A `rtsp-source` in a graph. */
export type RtspSourceHandle = NodeHandle<
  Record<never, never>,
  { video: EncodedFrame; audio: EncodedFrame; pcm: AudioFrame }
>;

/**
 * Gives what a camera or server sends by RTSP, without recoding it.
 *
 * Each output takes the first stream of the server whose codec it carries; the node asks for no stream of an output without a link. G.711 and L16 come as samples out of `pcm`, other sound out of `audio`. The node does not carry TLS (`rtsps:`), multicast, AAC in other modes than `AAC-hbr`, nor pictures of a stream without IDR pictures.
 *
 * **Credentials.** Give `user` and `password` as [references](../graph_file.md#secrets), such as `${env:CAMERA_PASSWORD}`, so that no graph file and no log has them. An address with a user in it is refused. The node knows basic and digest authentication. Its messages name host and port, and nothing else of the address.
 *
 * **Reconnecting.** Nothing that a server does ends the node. It connects again after 0.25 s, then after twice as long, up to 5 s, for ever. The log has each reason once until frames come again: a server that does not answer within `timeoutMs`; a stream that has stopped for as long; a session that the server has ended; a user or password that it refuses (401); a path with nothing at it (404); an output with a link that gets nothing, and what the server has instead. It also tells what a session sends when one begins.
 *
 * **Losses.** `packetsLost` counts packets that did not come, or that UDP delivered behind later ones; `damaged` counts those that the node cannot read. `leftOut` counts frames: pictures between a loss and the next key frame, since the protocol cannot ask for one; pictures before the first key frame; and what the graph does not take while 256 frames wait; and frames that are larger than a slot of the pool `encoded` (1 MiB by default: `pools.encoded.slotBytes`), of which the log tells once a session. The first frame of each session, and the first one behind a loss, is flagged as a discontinuity (`gaps`).
 *
 * **Less work.** A recording need not have each frame at once. With `batchMs` the node hands frames on together, so that the nodes behind it are woken seldom: 500 ms take two thirds of the processor time off a recording. Links to other lanes need a `capacity` above the frames of a batch; the usual 32 is enough for 500 ms. Frames keep their times.
 *
 * **Times.** The first frame of a track has the time at which it came, and later ones follow the track's clock. The sender's reports (RTCP) say what its wall clock is at a time of a track. From then on all tracks of a sender lie equally far behind that clock: as far as the first track with a report, or its sound, does. This aligns sound with pictures, sources of one server with each other, and sources of servers whose clocks are within 0.5 s of this machine's. Sound moves to its place by 5 % of its time and pictures by 20 %, which takes some seconds. Without reports each track stays where it came. A clock that is not as fast as this machine's is followed within ten seconds: frames stay within some 10 ms of where they began beside the time at which they come. A sender whose clock drifts by 0.1 s from those of the others is aligned with them no longer. `dtsNs` equals `ptsNs`.
 *
 * **Example.** `rtsp-source url=rtsp://192.0.2.7/stream1 ! h264-decode ! display`
 */
export const rtspSource: NodeType<RtspSourceConfig, RtspSourceHandle> = shippedStage<
  RtspSourceConfig,
  RtspSourceHandle
>({
  plugin: "rtsp",
  descriptor: {
    type: "rtsp-source",
    className: "RtspSource",
    source: "crates/plugins/rtsp/plugin.toml",
    description: "Gives what a camera or server sends by RTSP, without recoding it.",
    doc:
      "Gives what a camera or server sends by RTSP, without recoding it.\n\nEach output takes the first stream of the server whose codec it carries; the node asks for no stream of an output without a link. G.711 and L16 come as samples out of `pcm`, other sound out of `audio`. The node does not carry TLS (`rtsps:`), multicast, AAC in other modes than `AAC-hbr`, nor pictures of a stream without IDR pictures.\n\n**Credentials.** Give `user` and `password` as [references](../graph_file.md#secrets), such as `${env:CAMERA_PASSWORD}`, so that no graph file and no log has them. An address with a user in it is refused. The node knows basic and digest authentication. Its messages name host and port, and nothing else of the address.\n\n**Reconnecting.** Nothing that a server does ends the node. It connects again after 0.25 s, then after twice as long, up to 5 s, for ever. The log has each reason once until frames come again: a server that does not answer within `timeoutMs`; a stream that has stopped for as long; a session that the server has ended; a user or password that it refuses (401); a path with nothing at it (404); an output with a link that gets nothing, and what the server has instead. It also tells what a session sends when one begins.\n\n**Losses.** `packetsLost` counts packets that did not come, or that UDP delivered behind later ones; `damaged` counts those that the node cannot read. `leftOut` counts frames: pictures between a loss and the next key frame, since the protocol cannot ask for one; pictures before the first key frame; and what the graph does not take while 256 frames wait; and frames that are larger than a slot of the pool `encoded` (1 MiB by default: `pools.encoded.slotBytes`), of which the log tells once a session. The first frame of each session, and the first one behind a loss, is flagged as a discontinuity (`gaps`).\n\n**Less work.** A recording need not have each frame at once. With `batchMs` the node hands frames on together, so that the nodes behind it are woken seldom: 500 ms take two thirds of the processor time off a recording. Links to other lanes need a `capacity` above the frames of a batch; the usual 32 is enough for 500 ms. Frames keep their times.\n\n**Times.** The first frame of a track has the time at which it came, and later ones follow the track's clock. The sender's reports (RTCP) say what its wall clock is at a time of a track. From then on all tracks of a sender lie equally far behind that clock: as far as the first track with a report, or its sound, does. This aligns sound with pictures, sources of one server with each other, and sources of servers whose clocks are within 0.5 s of this machine's. Sound moves to its place by 5 % of its time and pictures by 20 %, which takes some seconds. Without reports each track stays where it came. A clock that is not as fast as this machine's is followed within ten seconds: frames stay within some 10 ms of where they began beside the time at which they come. A sender whose clock drifts by 0.1 s from those of the others is aligned with them no longer. `dtsNs` equals `ptsNs`.\n\n**Example.** `rtsp-source url=rtsp://192.0.2.7/stream1 ! h264-decode ! display`",
    category: "rtsp",
    tags: ["native", "rtsp"],
    mode: "external",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264", "hevc", "jpeg"] },
      burst: 1,
      doc: "Pictures.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["aac", "opus"] },
      burst: 1,
      doc: "Sound.",
    }, {
      name: "pcm",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "Sound that came as PCMU, PCMA or L16.",
    }],
    config: {
      type: "object",
      properties: {
        url: {
          type: "string",
          "x-reaches": "url",
          description: "The address, as rtsp://HOST/PATH, without a user. The default port is 554.",
        },
        user: {
          type: "string",
          default: "",
          description: "The user's name, as ${env:NAME}; empty where none is asked for.",
        },
        password: {
          type: "string",
          default: "",
          description: "The user's password, as ${env:NAME}.",
        },
        transport: {
          type: "string",
          enum: ["tcp", "udp"],
          default: "tcp",
          description: "How media travel: over the connection itself, where nothing is lost on the way, or by UDP.",
        },
        timeoutMs: {
          type: "number",
          minimum: 100,
          maximum: 60000,
          default: 5000,
          "x-unit": "ms",
          description: "How long the server may take to begin, and how long its stream may stop.",
        },
        batchMs: {
          type: "number",
          minimum: 0,
          maximum: 1000,
          default: 0,
          "x-unit": "ms",
          description: "How long frames are collected before they are handed on together.",
        },
      },
      required: ["url"],
      additionalProperties: false,
    },
    figures: ["frames", "bytes", "gaps", "leftOut", "packetsLost", "damaged", "reconnects"],
  },
});

/** The configuration of `scale`. */
export interface ScaleConfig {
  /**
   * Pixels in a row that comes out; 0 keeps the shape of the part.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly width?: number;
  /**
   * Rows that come out; 0 keeps the shape of the part.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly height?: number;
  /**
   * Makes pixels as wide as high, as they are wherever a size is given.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly squarePixels?: boolean;
  /**
   * Where the part starts.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly cropLeft?: number;
  /**
   * Where the part starts.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly cropTop?: number;
  /**
   * Pixels in a row of the part; 0 goes to the right edge.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly cropWidth?: number;
  /**
   * Rows of the part; 0 goes to the lower edge.
   *
   * A whole number from 0 to 32768 pixels; 0 by default; may change while the node runs.
   */
  readonly cropHeight?: number;
  /**
   * How far pictures are turned clockwise.
   *
   * A whole number from 0 to 270 °, a multiple of 90; 0 by default; may change while the node runs.
   */
  readonly rotate?: number;
  /**
   * Mirrors what was turned: left and right, or top and bottom.
   *
   * One of "none", "horizontal", "vertical"; "none" by default; may change while the node runs.
   */
  readonly flip?: "none" | "horizontal" | "vertical";
  /**
   * How pixels are made; the later in the list the better and slower.
   *
   * One of "nearest", "bilinear", "bicubic", "lanczos"; "bilinear" by default; may change while the node runs.
   */
  readonly filter?: "nearest" | "bilinear" | "bicubic" | "lanczos";
}

/** A `scale` in a graph. */
export type ScaleHandle = NodeHandle<{ videoIn: VideoFrame }, { videoOut: VideoFrame }>;

/**
 * Cuts a part out of pictures, scales, turns and mirrors them.
 *
 * It does so in this order, in any pixel format, and pictures of another size are scaled to the same. A picture that has its size already passes unchanged. All of it may change while it runs. A change that the pictures which come cannot have, as a crop beyond them or a size that no slot takes, is refused at once. Pictures of another size that come later, and that have no such part, are made by the values before the last change; the log says so once, and the figure `misfits` counts them.
 *
 * Pictures whose pixels are wider than high, or higher than wide, keep that as long as no size is given. A size is one of square pixels, and a side of 0 follows the shape in which pictures are shown: `width=640` makes 640 × 480 of 720 × 576 pixels of 16:15. `squarePixels` makes them square at their full size: 768 × 576.
 *
 * **Example.** `media-source path=film.mp4 ! h264-decode ! scale width=640 ! h264-encode ! media-sink path=small.mp4`
 */
export const scale: NodeType<ScaleConfig, ScaleHandle> = shippedStage<ScaleConfig, ScaleHandle>({
  plugin: "video",
  descriptor: {
    type: "scale",
    className: "Scale",
    source: "crates/plugins/video/plugin.toml",
    description: "Cuts a part out of pictures, scales, turns and mirrors them.",
    doc:
      "Cuts a part out of pictures, scales, turns and mirrors them.\n\nIt does so in this order, in any pixel format, and pictures of another size are scaled to the same. A picture that has its size already passes unchanged. All of it may change while it runs. A change that the pictures which come cannot have, as a crop beyond them or a size that no slot takes, is refused at once. Pictures of another size that come later, and that have no such part, are made by the values before the last change; the log says so once, and the figure `misfits` counts them.\n\nPictures whose pixels are wider than high, or higher than wide, keep that as long as no size is given. A size is one of square pixels, and a side of 0 follows the shape in which pictures are shown: `width=640` makes 640 × 480 of 720 × 576 pixels of 16:15. `squarePixels` makes them square at their full size: 768 × 576.\n\n**Example.** `media-source path=film.mp4 ! h264-decode ! scale width=640 ! h264-encode ! media-sink path=small.mp4`",
    category: "video",
    tags: ["native", "video"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: ["width", "height"],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "Pictures of any format and size.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "The same in another size.",
    }],
    config: {
      type: "object",
      properties: {
        width: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Pixels in a row that comes out; 0 keeps the shape of the part.",
        },
        height: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Rows that come out; 0 keeps the shape of the part.",
        },
        squarePixels: {
          type: "boolean",
          default: false,
          "x-live": true,
          description: "Makes pixels as wide as high, as they are wherever a size is given.",
        },
        cropLeft: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Where the part starts.",
        },
        cropTop: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Where the part starts.",
        },
        cropWidth: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Pixels in a row of the part; 0 goes to the right edge.",
        },
        cropHeight: {
          type: "integer",
          minimum: 0,
          maximum: 32768,
          default: 0,
          "x-live": true,
          "x-unit": "pixels",
          description: "Rows of the part; 0 goes to the lower edge.",
        },
        rotate: {
          type: "integer",
          minimum: 0,
          maximum: 270,
          multipleOf: 90,
          default: 0,
          "x-live": true,
          "x-unit": "°",
          description: "How far pictures are turned clockwise.",
        },
        flip: {
          type: "string",
          enum: ["none", "horizontal", "vertical"],
          default: "none",
          "x-live": true,
          description: "Mirrors what was turned: left and right, or top and bottom.",
        },
        filter: {
          type: "string",
          enum: ["nearest", "bilinear", "bicubic", "lanczos"],
          default: "bilinear",
          "x-live": true,
          description: "How pixels are made; the later in the list the better and slower.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["misfits"],
  },
});

/** The configuration of `screen`. */
export interface ScreenConfig {
  /**
   * The X server, such as :0 or host:0; empty for that of DISPLAY.
   *
   * A string; "" by default.
   */
  readonly display?: string;
  /**
   * The window: its title, a part of that, or its number, such as 0x1a00003; empty for the whole screen.
   *
   * A string; "" by default.
   */
  readonly window?: string;
  /**
   * Left edge of the part that is captured.
   *
   * A whole number from 0 to 32767 pixels; 0 by default.
   */
  readonly x?: number;
  /**
   * Upper edge of the part that is captured.
   *
   * A whole number from 0 to 32767 pixels; 0 by default.
   */
  readonly y?: number;
  /**
   * Width of the part; 0 to the right edge.
   *
   * A whole number from 0 to 32767 pixels; 0 by default.
   */
  readonly width?: number;
  /**
   * Height of the part; 0 to the lower edge.
   *
   * A whole number from 0 to 32767 pixels; 0 by default.
   */
  readonly height?: number;
  /**
   * True: the pointer is in the pictures.
   *
   * True or false; true by default.
   */
  readonly cursor?: boolean;
  /**
   * Pictures a second; with onlyChanges the most of them.
   *
   * A number from 0.01 to 240 Hz; 30 by default.
   */
  readonly frameRate?: number;
  /**
   * True: a picture comes only if something has changed.
   *
   * True or false; false by default.
   */
  readonly onlyChanges?: boolean;
  /**
   * When the window has been closed: wait for one of that title, or end the stage.
   *
   * One of "wait", "end"; "wait" by default.
   */
  readonly whenClosed?: "wait" | "end";
}

/** A `screen` in a graph. */
export type ScreenHandle = NodeHandle<Record<never, never>, { video: VideoFrame }>;

/**
 * Captures a screen, a window or a part of one, from an X server.
 *
 * The pictures are in BGRA, opaque, and stamped with the clock's time at which they were taken. Every `1 / frameRate` seconds there is one, also if nothing has changed; with `onlyChanges` only if something has, the first one excepted. Rows that have not changed are not fetched again (DAMAGE, MIT-SHM). `late` counts the pictures that were due and not taken, since the graph or the server was slower.
 *
 * A window is named by its title, by a part of that, or by its number. Its pictures show it as it is, without what lies over it, also beyond the edges of the screen. When its size changes, so does that of the pictures. While it is not shown, none come. When it has been closed, the stage waits for a window of that title, or ends with `whenClosed=end`; a window that was named by its number is not waited for. `x`, `y`, `width` and `height` are those of a part of it, inside of its border.
 *
 * If the server goes away, the stage tries to connect after 0.1 s, then after twice as long up to 5 s; the next picture is flagged as a discontinuity, and `reconnects` counts. The events `unavailable`, with a `reason`, and `available` tell when no pictures come and when they come again. Under Wayland, XWayland shows the windows of X11 programs alone. [Devices](../devices.md#screen) has more.
 *
 * **Example.** `screen frameRate=30 ! convert pixelFormat=i420 ! h264-encode ! media-sink path=screen.mp4`
 */
export const screen: NodeType<ScreenConfig, ScreenHandle> = shippedStage<ScreenConfig, ScreenHandle>({
  plugin: "video-devices",
  descriptor: {
    type: "screen",
    className: "Screen",
    source: "crates/plugins/video-devices/plugin.toml",
    description: "Captures a screen, a window or a part of one, from an X server.",
    doc:
      "Captures a screen, a window or a part of one, from an X server.\n\nThe pictures are in BGRA, opaque, and stamped with the clock's time at which they were taken. Every `1 / frameRate` seconds there is one, also if nothing has changed; with `onlyChanges` only if something has, the first one excepted. Rows that have not changed are not fetched again (DAMAGE, MIT-SHM). `late` counts the pictures that were due and not taken, since the graph or the server was slower.\n\nA window is named by its title, by a part of that, or by its number. Its pictures show it as it is, without what lies over it, also beyond the edges of the screen. When its size changes, so does that of the pictures. While it is not shown, none come. When it has been closed, the stage waits for a window of that title, or ends with `whenClosed=end`; a window that was named by its number is not waited for. `x`, `y`, `width` and `height` are those of a part of it, inside of its border.\n\nIf the server goes away, the stage tries to connect after 0.1 s, then after twice as long up to 5 s; the next picture is flagged as a discontinuity, and `reconnects` counts. The events `unavailable`, with a `reason`, and `available` tell when no pictures come and when they come again. Under Wayland, XWayland shows the windows of X11 programs alone. [Devices](../devices.md#screen) has more.\n\n**Example.** `screen frameRate=30 ! convert pixelFormat=i420 ! h264-encode ! media-sink path=screen.mp4`",
    category: "device",
    tags: ["native", "video-devices"],
    mode: "external",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["bgra8"] },
      burst: 1,
      doc: "Pictures in BGRA.",
    }],
    config: {
      type: "object",
      properties: {
        display: {
          type: "string",
          default: "",
          "x-reaches": "host",
          description: "The X server, such as :0 or host:0; empty for that of DISPLAY.",
        },
        window: {
          type: "string",
          default: "",
          description:
            "The window: its title, a part of that, or its number, such as 0x1a00003; empty for the whole screen.",
        },
        x: {
          type: "integer",
          minimum: 0,
          maximum: 32767,
          default: 0,
          "x-unit": "pixels",
          description: "Left edge of the part that is captured.",
        },
        y: {
          type: "integer",
          minimum: 0,
          maximum: 32767,
          default: 0,
          "x-unit": "pixels",
          description: "Upper edge of the part that is captured.",
        },
        width: {
          type: "integer",
          minimum: 0,
          maximum: 32767,
          default: 0,
          "x-unit": "pixels",
          description: "Width of the part; 0 to the right edge.",
        },
        height: {
          type: "integer",
          minimum: 0,
          maximum: 32767,
          default: 0,
          "x-unit": "pixels",
          description: "Height of the part; 0 to the lower edge.",
        },
        cursor: {
          type: "boolean",
          default: true,
          description: "True: the pointer is in the pictures.",
        },
        frameRate: {
          type: "number",
          minimum: 0.01,
          maximum: 240,
          default: 30,
          "x-unit": "Hz",
          description: "Pictures a second; with onlyChanges the most of them.",
        },
        onlyChanges: {
          type: "boolean",
          default: false,
          description: "True: a picture comes only if something has changed.",
        },
        whenClosed: {
          type: "string",
          enum: ["wait", "end"],
          default: "wait",
          description: "When the window has been closed: wait for one of that title, or end the stage.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "unchanged", "late", "reconnects"],
  },
});

/** The configuration of `shader`. */
export interface ShaderConfig {
  /**
   * The shader in WGSL.
   *
   * A string; "" by default; may change while the node runs.
   */
  readonly code?: string;
  /**
   * The path of a file with it, in place of code.
   *
   * A string; "" by default; may change while the node runs.
   */
  readonly file?: string;
  /**
   * The values of the fields of Uniforms, by name.
   *
   * An object; {} by default; may change while the node runs.
   */
  readonly uniforms?: { readonly [key: string]: number | readonly number[] };
}

/** A `shader` in a graph. */
export type ShaderHandle = NodeHandle<
  { videoIn: VideoFrame; videoIn2: VideoFrame; videoIn3: VideoFrame; videoIn4: VideoFrame },
  { videoOut: VideoFrame }
>;

/**
 * Draws pictures by a shader in WGSL, of up to four others.
 *
 * The shader is the function `shade(uv: vec2f) -> vec4f` of `code`, or of a file. It gives the colour at a place, from 0, 0 in the left upper corner to 1, 1; colours are 0 to 1. There are, without being declared: the pictures `video` (of `videoIn`), `video2`, `video3` and `video4`, each a `texture_2d<f32>`; `videoSampler`, which is bilinear and clamps to the edge; `time: f32`, the seconds since the first picture that the node drew, whichever code drew it; `resolution: vec2f`, the size that comes out, pixels; `frame: u32`, how many pictures came before. Within branches call `textureSampleLevel` in place of `textureSample`.
 *
 * A `struct Uniforms` in the shader makes its fields live values: `uniforms.gain` in the shader is the value `gain` of the key `uniforms`. Fields are `f32`, `i32`, `u32`, or vectors of them, whose values are lists. A new value of `uniforms` takes the place of all values before; a field without a value is 0, as the log says. The command `uniforms` tells the fields. Variables of a shader's own outside of functions are `var<private>` or `const`.
 *
 * A file is read again once it has changed, and `code` and `file` may change while it runs. A shader that is wrong is refused with line and column, and the one before goes on; the log says so where a file is wrong. Values that were set for fields which have gone are left out, and the log names them.
 *
 * Pictures come out at the times and in the size of those of `videoIn`. The other inputs show the newest of their pictures that is not after it; one without a picture is transparent. An offline graph waits for them.
 *
 * **Example.** `pattern-source durationSeconds=2 ! shader code="fn shade(uv: vec2f) -> vec4f { return textureSample(video, videoSampler, vec2f(1.0 - uv.x, uv.y)); }" ! media-sink path=mirror.mkv`
 */
export const shader: NodeType<ShaderConfig, ShaderHandle> = shippedStage<ShaderConfig, ShaderHandle>({
  plugin: "gpu",
  descriptor: {
    type: "shader",
    className: "Shader",
    source: "crates/plugins/gpu/plugin.toml",
    description: "Draws pictures by a shader in WGSL, of up to four others.",
    doc:
      'Draws pictures by a shader in WGSL, of up to four others.\n\nThe shader is the function `shade(uv: vec2f) -> vec4f` of `code`, or of a file. It gives the colour at a place, from 0, 0 in the left upper corner to 1, 1; colours are 0 to 1. There are, without being declared: the pictures `video` (of `videoIn`), `video2`, `video3` and `video4`, each a `texture_2d<f32>`; `videoSampler`, which is bilinear and clamps to the edge; `time: f32`, the seconds since the first picture that the node drew, whichever code drew it; `resolution: vec2f`, the size that comes out, pixels; `frame: u32`, how many pictures came before. Within branches call `textureSampleLevel` in place of `textureSample`.\n\nA `struct Uniforms` in the shader makes its fields live values: `uniforms.gain` in the shader is the value `gain` of the key `uniforms`. Fields are `f32`, `i32`, `u32`, or vectors of them, whose values are lists. A new value of `uniforms` takes the place of all values before; a field without a value is 0, as the log says. The command `uniforms` tells the fields. Variables of a shader\'s own outside of functions are `var<private>` or `const`.\n\nA file is read again once it has changed, and `code` and `file` may change while it runs. A shader that is wrong is refused with line and column, and the one before goes on; the log says so where a file is wrong. Values that were set for fields which have gone are left out, and the log names them.\n\nPictures come out at the times and in the size of those of `videoIn`. The other inputs show the newest of their pictures that is not after it; one without a picture is transparent. An offline graph waits for them.\n\n**Example.** `pattern-source durationSeconds=2 ! shader code="fn shade(uv: vec2f) -> vec4f { return textureSample(video, videoSampler, vec2f(1.0 - uv.x, uv.y)); }" ! media-sink path=mirror.mkv`',
    category: "gpu",
    tags: ["native", "gpu"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "The pictures by whose times and sizes others come out.",
    }, {
      name: "videoIn2",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Pictures of any size: video2.",
    }, {
      name: "videoIn3",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Pictures of any size: video3.",
    }, {
      name: "videoIn4",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: true,
      accepts: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "Pictures of any size: video4.",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      gives: { pixelFormat: ["rgba8", "bgra8"] },
      burst: 1,
      doc: "What is drawn.",
    }],
    config: {
      type: "object",
      properties: {
        code: {
          type: "string",
          default: "",
          "x-live": true,
          description: "The shader in WGSL.",
        },
        file: {
          type: "string",
          default: "",
          "x-live": true,
          "x-reaches": "path",
          description: "The path of a file with it, in place of code.",
        },
        uniforms: {
          type: "object",
          default: {},
          "x-live": true,
          additionalProperties: { anyOf: [{ type: "number" }, { type: "array", items: { type: "number" } }] },
          description: "The values of the fields of Uniforms, by name.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "uploads", "readbacks", "submissions", "deviceLosses"],
    commands: {
      uniforms: { description: "Answers the fields of Uniforms, each with its type." },
      loseDevice: {
        description: "For tests and diagnosis: gives the graphics processor up, as a driver does that crashes.",
      },
    },
  },
});

/** The configuration of `speaker`. */
export interface SpeakerConfig {
  /**
   * The device's name; empty for the default one, simulated or loop:NAME for one that stands in.
   *
   * A string; "" by default.
   */
  readonly device?: string;
  /**
   * The system of devices: PulseAudio or PipeWire, ALSA, or none; auto takes the first that is there.
   *
   * One of "auto", "pulse", "alsa", "simulated"; "auto" by default.
   */
  readonly backend?: "auto" | "pulse" | "alsa" | "simulated";
  /**
   * Samples a second of the device's stream; 0 for those of the first block.
   *
   * A whole number from 0 to 384000 Hz; 0 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Number of channels of the device's stream; 0 for those of the first block.
   *
   * A whole number from 0 to 32; 0 by default.
   */
  readonly channels?: number;
  /**
   * How much sound is kept.
   *
   * A number from 2 to 2000 ms; 40 by default.
   */
  readonly latencyMs?: number;
  /**
   * Louder, or quieter below 0.
   *
   * A number from -100 to 24 dB; 0 by default; may change while the node runs.
   */
  readonly gainDb?: number;
  /**
   * True: silence is played.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly muted?: boolean;
  /**
   * True: sound with a pace of its own is resampled to the device's clock.
   *
   * True or false; true by default.
   */
  readonly correctDrift?: boolean;
  /**
   * Millionths by which it is resampled at most.
   *
   * A number from 0 to 50000 ppm; 1000 by default.
   */
  readonly maxCorrectionPpm?: number;
  /**
   * Displays of this group follow the sound; empty for none.
   *
   * A string; "main" by default.
   */
  readonly syncGroup?: string;
  /**
   * How the device is that stands in.
   *
   * An object with "ppm", "sampleRateHz", "channels" and "periodMs"; {} by default.
   */
  readonly simulated?: {
    /** Millionths by which its clock is fast. */
    readonly ppm?: number;
    /** Its own samples a second. */
    readonly sampleRateHz?: number;
    /** Its own number of channels. */
    readonly channels?: number;
    /** How much it moves at once. */
    readonly periodMs?: number;
  };
}

/** A `speaker` in a graph. */
export type SpeakerHandle = NodeHandle<{ audio: AudioFrame }, Record<never, never>>;

/**
 * Plays audio on a sound device.
 *
 * It keeps `latencyMs` of sound, in its own memory and the device's, or as much as the device needs. What comes over a lossless link from a source without a pace of its own, such as a file in an offline graph, is taken as the device plays it: the device's clock paces the graph, and nothing is corrected. A source that keeps to another clock runs a little faster or slower than the device (`driftPpm` is the device against the runtime): once the level is off by a millisecond, the sound is resampled by as much (`correctionPpm`; above 0 it is played faster). Where `maxCorrectionPpm` is not enough, samples are dropped (`lost`) or repeated (`inserted`).
 *
 * A device may take two seconds to begin. What comes meanwhile is played, so that a short sound is heard whole. Sound with a pace of its own that still goes on two seconds later is brought back to `latencyMs` by one skip, which `lost` counts.
 *
 * Where nothing comes in time, sound fades out within 2 ms, the figure `xruns` counts it, and sound goes on once `latencyMs` are there again. The first block sets rate and channels of the device's stream unless `sampleRateHz` and `channels` do; blocks of other formats are converted. Mono goes to all channels. Changes of `gainDb` and `muted` take 10 ms. At the end of the stream everything that is left is played.
 *
 * A device that goes, or a server that ends, does not end the node: the log says so once, and it is tried again after 0.25 s, then after twice as long up to 5 s, for ever. Meanwhile sound with a pace of its own is lost, and counted, and other sound waits. `sluice devices` lists devices.
 *
 * **Example.** `tone-source durationSeconds=1 ! speaker`
 */
export const speaker: NodeType<SpeakerConfig, SpeakerHandle> = shippedStage<SpeakerConfig, SpeakerHandle>({
  plugin: "audio-devices",
  descriptor: {
    type: "speaker",
    className: "Speaker",
    source: "crates/plugins/audio-devices/plugin.toml",
    description: "Plays audio on a sound device.",
    doc:
      "Plays audio on a sound device.\n\nIt keeps `latencyMs` of sound, in its own memory and the device's, or as much as the device needs. What comes over a lossless link from a source without a pace of its own, such as a file in an offline graph, is taken as the device plays it: the device's clock paces the graph, and nothing is corrected. A source that keeps to another clock runs a little faster or slower than the device (`driftPpm` is the device against the runtime): once the level is off by a millisecond, the sound is resampled by as much (`correctionPpm`; above 0 it is played faster). Where `maxCorrectionPpm` is not enough, samples are dropped (`lost`) or repeated (`inserted`).\n\nA device may take two seconds to begin. What comes meanwhile is played, so that a short sound is heard whole. Sound with a pace of its own that still goes on two seconds later is brought back to `latencyMs` by one skip, which `lost` counts.\n\nWhere nothing comes in time, sound fades out within 2 ms, the figure `xruns` counts it, and sound goes on once `latencyMs` are there again. The first block sets rate and channels of the device's stream unless `sampleRateHz` and `channels` do; blocks of other formats are converted. Mono goes to all channels. Changes of `gainDb` and `muted` take 10 ms. At the end of the stream everything that is left is played.\n\nA device that goes, or a server that ends, does not end the node: the log says so once, and it is tried again after 0.25 s, then after twice as long up to 5 s, for ever. Meanwhile sound with a pace of its own is lost, and counted, and other sound waits. `sluice devices` lists devices.\n\n**Example.** `tone-source durationSeconds=1 ! speaker`",
    category: "device",
    tags: ["native", "audio-devices"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What is played.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        device: {
          type: "string",
          default: "",
          description: "The device's name; empty for the default one, simulated or loop:NAME for one that stands in.",
        },
        backend: {
          type: "string",
          enum: ["auto", "pulse", "alsa", "simulated"],
          default: "auto",
          description:
            "The system of devices: PulseAudio or PipeWire, ALSA, or none; auto takes the first that is there.",
        },
        sampleRateHz: {
          type: "integer",
          minimum: 0,
          maximum: 384000,
          default: 0,
          "x-unit": "Hz",
          description: "Samples a second of the device's stream; 0 for those of the first block.",
        },
        channels: {
          type: "integer",
          minimum: 0,
          maximum: 32,
          default: 0,
          description: "Number of channels of the device's stream; 0 for those of the first block.",
        },
        latencyMs: {
          type: "number",
          minimum: 2,
          maximum: 2000,
          default: 40,
          "x-unit": "ms",
          description: "How much sound is kept.",
        },
        gainDb: {
          type: "number",
          minimum: -100,
          maximum: 24,
          default: 0,
          "x-live": true,
          "x-unit": "dB",
          description: "Louder, or quieter below 0.",
        },
        muted: {
          type: "boolean",
          default: false,
          "x-live": true,
          description: "True: silence is played.",
        },
        correctDrift: {
          type: "boolean",
          default: true,
          description: "True: sound with a pace of its own is resampled to the device's clock.",
        },
        maxCorrectionPpm: {
          type: "number",
          minimum: 0,
          maximum: 50000,
          default: 1000,
          "x-unit": "ppm",
          description: "Millionths by which it is resampled at most.",
        },
        syncGroup: {
          type: "string",
          default: "main",
          description: "Displays of this group follow the sound; empty for none.",
        },
        simulated: {
          type: "object",
          default: {},
          additionalProperties: false,
          description: "How the device is that stands in.",
          properties: {
            ppm: {
              type: "number",
              minimum: -50000,
              maximum: 50000,
              default: 0,
              "x-unit": "ppm",
              description: "Millionths by which its clock is fast.",
            },
            sampleRateHz: {
              type: "integer",
              minimum: 1000,
              maximum: 384000,
              default: 48000,
              "x-unit": "Hz",
              description: "Its own samples a second.",
            },
            channels: {
              type: "integer",
              minimum: 1,
              maximum: 32,
              default: 2,
              description: "Its own number of channels.",
            },
            periodMs: {
              type: "number",
              minimum: 0.1,
              maximum: 1000,
              default: 5,
              "x-unit": "ms",
              description: "How much it moves at once.",
            },
          },
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "xruns", "lost", "inserted", "reconnects", "latencyMs", "driftPpm", "correctionPpm", "skewMs"],
  },
});

/** The configuration of `to-voltage`. */
export interface ToVoltageConfig {
  /**
   * Resolution of the converter.
   *
   * A whole number from 2 to 32; 16 by default.
   */
  readonly bits?: number;
  /**
   * The range of the converter, up and down.
   *
   * A number of at most 1000000 and above 0 V; 10 by default.
   */
  readonly fullScaleVolts?: number;
  /**
   * The factor of volts, such as that of a probe.
   *
   * A number from -1000000 to 1000000; 1 by default; may change while the node runs.
   */
  readonly gain?: number;
  /**
   * Added to the product.
   *
   * A number from -1000000 to 1000000 V; 0 by default; may change while the node runs.
   */
  readonly offsetVolts?: number;
}

/** A `to-voltage` in a graph. */
export type ToVoltageHandle = NodeHandle<{ packetIn: PacketFrame<Untyped> }, { packetOut: PacketFrame<Untyped> }>;

/**
 * Turns the counts of a converter into volts.
 *
 * Volts are count × fullScaleVolts ÷ 2^(bits - 1) × gain + offsetVolts. The figure `clipped` tells how many counts were at an end of the range.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage fullScaleVolts=5 ! csv-sink path=volts.csv`
 */
export const toVoltage: NodeType<ToVoltageConfig, ToVoltageHandle> = shippedStage<ToVoltageConfig, ToVoltageHandle>({
  plugin: "sensors",
  descriptor: {
    type: "to-voltage",
    className: "ToVoltage",
    source: "crates/plugins/sensors/plugin.toml",
    description: "Turns the counts of a converter into volts.",
    doc:
      "Turns the counts of a converter into volts.\n\nVolts are count × fullScaleVolts ÷ 2^(bits - 1) × gain + offsetVolts. The figure `clipped` tells how many counts were at an end of the range.\n\n**Example.** `acquisition durationSeconds=1 ! to-voltage fullScaleVolts=5 ! csv-sink path=volts.csv`",
    category: "sensor",
    tags: ["native", "sensors"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "packetIn",
      direction: "input",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Counts: i32 columns.",
    }],
    outputs: [{
      name: "packetOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Volts: f32 columns of the same names.",
    }],
    config: {
      type: "object",
      properties: {
        bits: {
          type: "integer",
          minimum: 2,
          maximum: 32,
          default: 16,
          description: "Resolution of the converter.",
        },
        fullScaleVolts: {
          type: "number",
          exclusiveMinimum: 0,
          maximum: 1000000,
          default: 10,
          "x-unit": "V",
          description: "The range of the converter, up and down.",
        },
        gain: {
          type: "number",
          minimum: -1000000,
          maximum: 1000000,
          default: 1,
          "x-live": true,
          description: "The factor of volts, such as that of a probe.",
        },
        offsetVolts: {
          type: "number",
          minimum: -1000000,
          maximum: 1000000,
          default: 0,
          "x-live": true,
          "x-unit": "V",
          description: "Added to the product.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["clipped"],
  },
});

/** The configuration of `trigger`. */
export interface TriggerConfig {
  /**
   * The column that is looked at, from 0.
   *
   * A whole number from 0 to 63; 0 by default.
   */
  readonly channel?: number;
  /**
   * The level.
   *
   * A number from -1000000 to 1000000 V; 0 by default; may change while the node runs.
   */
  readonly levelVolts?: number;
  /**
   * The crossings that count.
   *
   * One of "rising", "falling", "either"; "rising" by default.
   */
  readonly edge?: "rising" | "falling" | "either";
  /**
   * How far beyond the level the signal must have been before.
   *
   * A number from 0 to 1000000 V; 0 by default; may change while the node runs.
   */
  readonly hysteresisVolts?: number;
  /**
   * Samples of a piece before its crossing; fewer where there are none.
   *
   * A whole number from 0 to 65536 samples; 64 by default.
   */
  readonly beforeSamples?: number;
  /**
   * Samples of a piece from its crossing on; fewer before a gap and at the end.
   *
   * A whole number from 1 to 65536 samples; 192 by default.
   */
  readonly afterSamples?: number;
  /**
   * How long after the end of a piece no crossing counts.
   *
   * A number from 0 to 86400 s; 0 by default.
   */
  readonly holdOffSeconds?: number;
}

/** A `trigger` in a graph. */
export type TriggerHandle = NodeHandle<{ packetIn: PacketFrame<Untyped> }, { packetOut: PacketFrame<Untyped> }>;

/**
 * Passes on pieces of all channels around the crossings of a level.
 *
 * One channel is looked at. A batch comes for each crossing: samples from before it and from it on. A crossing counts once the signal was beyond the hysteresis on the other side, which keeps noise from crossing twice, and not while a piece is taken or held off. Samples before a gap are not joined to those behind it: a piece that a gap or the end of the stream cuts off comes as far as it goes, and the figure `shortPieces` counts it among the `triggers`.
 *
 * **Example.** `acquisition durationSeconds=1 ! to-voltage ! trigger levelVolts=0.5 afterSamples=500 ! csv-sink path=pieces.csv`
 */
export const trigger: NodeType<TriggerConfig, TriggerHandle> = shippedStage<TriggerConfig, TriggerHandle>({
  plugin: "sensors",
  descriptor: {
    type: "trigger",
    className: "Trigger",
    source: "crates/plugins/sensors/plugin.toml",
    description: "Passes on pieces of all channels around the crossings of a level.",
    doc:
      "Passes on pieces of all channels around the crossings of a level.\n\nOne channel is looked at. A batch comes for each crossing: samples from before it and from it on. A crossing counts once the signal was beyond the hysteresis on the other side, which keeps noise from crossing twice, and not while a piece is taken or held off. Samples before a gap are not joined to those behind it: a piece that a gap or the end of the stream cuts off comes as far as it goes, and the figure `shortPieces` counts it among the `triggers`.\n\n**Example.** `acquisition durationSeconds=1 ! to-voltage ! trigger levelVolts=0.5 afterSamples=500 ! csv-sink path=pieces.csv`",
    category: "sensor",
    tags: ["native", "sensors"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "packetIn",
      direction: "input",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Samples: f32 columns.",
    }],
    outputs: [{
      name: "packetOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      optional: false,
      burst: 1,
      doc: "Pieces around crossings.",
    }],
    config: {
      type: "object",
      properties: {
        channel: {
          type: "integer",
          minimum: 0,
          maximum: 63,
          default: 0,
          description: "The column that is looked at, from 0.",
        },
        levelVolts: {
          type: "number",
          minimum: -1000000,
          maximum: 1000000,
          default: 0,
          "x-unit": "V",
          "x-live": true,
          description: "The level.",
        },
        edge: {
          type: "string",
          enum: ["rising", "falling", "either"],
          default: "rising",
          description: "The crossings that count.",
        },
        hysteresisVolts: {
          type: "number",
          minimum: 0,
          maximum: 1000000,
          default: 0,
          "x-unit": "V",
          "x-live": true,
          description: "How far beyond the level the signal must have been before.",
        },
        beforeSamples: {
          type: "integer",
          minimum: 0,
          maximum: 65536,
          default: 64,
          "x-unit": "samples",
          description: "Samples of a piece before its crossing; fewer where there are none.",
        },
        afterSamples: {
          type: "integer",
          minimum: 1,
          maximum: 65536,
          default: 192,
          "x-unit": "samples",
          description: "Samples of a piece from its crossing on; fewer before a gap and at the end.",
        },
        holdOffSeconds: {
          type: "number",
          minimum: 0,
          maximum: 86400,
          default: 0,
          "x-unit": "s",
          description: "How long after the end of a piece no crossing counts.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: ["triggers", "shortPieces"],
  },
});

/** The configuration of `webrtc-sink`. */
export interface WebrtcSinkConfig {
  /**
   * The IP address of this machine at which peers reach it; empty for the one by which it reaches others.
   *
   * A string; "" by default.
   */
  readonly address?: string;
  /**
   * The UDP port; 0 for a free one.
   *
   * A whole number from 0 to 65535; 0 by default.
   */
  readonly port?: number;
  /**
   * The IP address outside, where a router maps the port to this machine.
   *
   * A string; "" by default.
   */
  readonly publicAddress?: string;
  /**
   * The STUN server that tells the address outside: host, or host:port; empty for none.
   *
   * A string of at most 255 characters; "" by default.
   */
  readonly stunServer?: string;
  /**
   * Players at once.
   *
   * A whole number from 1 to 256; 16 by default.
   */
  readonly maxPeers?: number;
  /**
   * The most that the way to a player is tried for; 0: it is not estimated.
   *
   * A whole number from 0 to 200000000 bit/s; 8000000 by default.
   */
  readonly maxBitRate?: number;
}

/** A `webrtc-sink` in a graph. */
export type WebrtcSinkHandle = NodeHandle<
  { video: EncodedFrame; audio: EncodedFrame; data: DataFrame<Untyped> },
  Record<never, never>
>;

/**
 * Sends H.264, Opus and values to players by WebRTC.
 *
 * `sluice serve` gives it to players by WHEP: `POST /whep/NODE` with an offer. A script hands it an offer by the command `offer`, whose answer has the `sdp`, and the `id` by which `candidate` and `leave` name the connection.
 *
 * A player begins with a key frame. The node asks for it, and for those that players ask for, with the event `key-frame-wanted`; the event `bandwidth` tells what the way to the slowest player carries. Where `sluice serve` or `serveWebrtc` takes the offers, the encoder before the node obeys both: it makes a key frame, and takes the bit rate, up to its own. Packets that a player asks for again are sent again, as browsers do for those of pictures. Sound and pictures have one clock, so that players keep them together.
 *
 * A player that opens a data channel gets each value as a message: a `Uint8Array` as its bytes, a string as text, anything else as its JSON; by the channel that it has opened last, as reliably as that is. A value of more than 256 KiB or without a JSON, and what finds 1 MiB waiting for a player, is left out and counted (`messagesLost`). What players send goes nowhere.
 *
 * **Example.** `pattern-source ! convert ! h264-encode ! webrtc-sink`
 */
export const webrtcSink: NodeType<WebrtcSinkConfig, WebrtcSinkHandle> = shippedStage<
  WebrtcSinkConfig,
  WebrtcSinkHandle
>({
  plugin: "webrtc",
  descriptor: {
    type: "webrtc-sink",
    className: "WebrtcSink",
    source: "crates/plugins/webrtc/plugin.toml",
    description: "Sends H.264, Opus and values to players by WebRTC.",
    doc:
      "Sends H.264, Opus and values to players by WebRTC.\n\n`sluice serve` gives it to players by WHEP: `POST /whep/NODE` with an offer. A script hands it an offer by the command `offer`, whose answer has the `sdp`, and the `id` by which `candidate` and `leave` name the connection.\n\nA player begins with a key frame. The node asks for it, and for those that players ask for, with the event `key-frame-wanted`; the event `bandwidth` tells what the way to the slowest player carries. Where `sluice serve` or `serveWebrtc` takes the offers, the encoder before the node obeys both: it makes a key frame, and takes the bit rate, up to its own. Packets that a player asks for again are sent again, as browsers do for those of pictures. Sound and pictures have one clock, so that players keep them together.\n\nA player that opens a data channel gets each value as a message: a `Uint8Array` as its bytes, a string as text, anything else as its JSON; by the channel that it has opened last, as reliably as that is. A value of more than 256 KiB or without a JSON, and what finds 1 MiB waiting for a player, is left out and counted (`messagesLost`). What players send goes nowhere.\n\n**Example.** `pattern-source ! convert ! h264-encode ! webrtc-sink`",
    category: "webrtc",
    tags: ["native", "webrtc"],
    mode: "push",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "video",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["h264"] },
      burst: 1,
      doc: "H.264, an access unit a frame.",
    }, {
      name: "audio",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: ["opus"] },
      burst: 1,
      doc: "Opus, a packet a frame.",
    }, {
      name: "data",
      direction: "input",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: true,
      burst: 1,
      doc: "Values, a message each.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        address: {
          type: "string",
          default: "",
          "x-reaches": "host",
          description:
            "The IP address of this machine at which peers reach it; empty for the one by which it reaches others.",
        },
        port: {
          type: "integer",
          minimum: 0,
          maximum: 65535,
          default: 0,
          description: "The UDP port; 0 for a free one.",
        },
        publicAddress: {
          type: "string",
          default: "",
          "x-reaches": "host",
          description: "The IP address outside, where a router maps the port to this machine.",
        },
        stunServer: {
          type: "string",
          default: "",
          maxLength: 255,
          "x-reaches": "host",
          description: "The STUN server that tells the address outside: host, or host:port; empty for none.",
        },
        maxPeers: {
          type: "integer",
          minimum: 1,
          maximum: 256,
          default: 16,
          description: "Players at once.",
        },
        maxBitRate: {
          type: "integer",
          minimum: 0,
          maximum: 200000000,
          default: 8000000,
          "x-unit": "bit/s",
          description: "The most that the way to a player is tried for; 0: it is not estimated.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: [
      "peers",
      "frames",
      "bytes",
      "leftOut",
      "keyFrameRequests",
      "nacks",
      "roundTripMs",
      "estimatedBitRate",
      "messages",
      "messagesLost",
    ],
  },
});

/** The configuration of `webrtc-source`. */
export interface WebrtcSourceConfig {
  /**
   * The IP address of this machine at which peers reach it; empty for the one by which it reaches others.
   *
   * A string; "" by default.
   */
  readonly address?: string;
  /**
   * The UDP port; 0 for a free one.
   *
   * A whole number from 0 to 65535; 0 by default.
   */
  readonly port?: number;
  /**
   * The IP address outside, where a router maps the port to this machine.
   *
   * A string; "" by default.
   */
  readonly publicAddress?: string;
  /**
   * The STUN server that tells the address outside: host, or host:port; empty for none.
   *
   * A string of at most 255 characters; "" by default.
   */
  readonly stunServer?: string;
  /**
   * How long a frame waits at most for packets that were lost.
   *
   * A number from 0 to 5000 ms; 200 by default.
   */
  readonly latencyMs?: number;
}

/** A `webrtc-source` in a graph. */
export type WebrtcSourceHandle = NodeHandle<
  Record<never, never>,
  { video: EncodedFrame; audio: EncodedFrame; data: DataFrame<Untyped> }
>;

/**
 * Gives the H.264, Opus and values of a publisher by WebRTC.
 *
 * `sluice serve` takes publishers by WHIP (RFC 9725): `POST /whip/NODE` with an offer. A script hands it an offer by the command `offer`, whose answer has the `sdp`, and the `id` by which `candidate` and `leave` name the connection. There is one publisher at a time; one that comes takes the place of another, and its first frames are flagged as a discontinuity.
 *
 * Lost packets of pictures are asked for again, and a frame waits for them as long as `latencyMs`; browsers send none of sound again. Pictures after a loss are left out (`leftOut`) up to the next key frame, which is asked for and flagged as a discontinuity. The first frame of a track has the time at which it came; the sender's reports put pictures to their sound, at a fifth of their time. The clock of a publisher is followed within ten seconds: however fast it goes, frames stay within some 10 ms of where they began beside the time at which they come. A pause of the publisher does not end the node.
 *
 * A message of a data channel is a value: a `Uint8Array`, or a string if it was sent as text, with the time at which it came. Those of one channel keep their order. A message that no slot of the pool holds, 16 KiB by default and 256 KiB at most, and what finds 1 MiB waiting for the graph, is left out and counted (`messagesLost`), and the next is flagged as a discontinuity.
 *
 * **Example.** `webrtc-source ! h264-decode ! display`
 */
export const webrtcSource: NodeType<WebrtcSourceConfig, WebrtcSourceHandle> = shippedStage<
  WebrtcSourceConfig,
  WebrtcSourceHandle
>({
  plugin: "webrtc",
  descriptor: {
    type: "webrtc-source",
    className: "WebrtcSource",
    source: "crates/plugins/webrtc/plugin.toml",
    description: "Gives the H.264, Opus and values of a publisher by WebRTC.",
    doc:
      "Gives the H.264, Opus and values of a publisher by WebRTC.\n\n`sluice serve` takes publishers by WHIP (RFC 9725): `POST /whip/NODE` with an offer. A script hands it an offer by the command `offer`, whose answer has the `sdp`, and the `id` by which `candidate` and `leave` name the connection. There is one publisher at a time; one that comes takes the place of another, and its first frames are flagged as a discontinuity.\n\nLost packets of pictures are asked for again, and a frame waits for them as long as `latencyMs`; browsers send none of sound again. Pictures after a loss are left out (`leftOut`) up to the next key frame, which is asked for and flagged as a discontinuity. The first frame of a track has the time at which it came; the sender's reports put pictures to their sound, at a fifth of their time. The clock of a publisher is followed within ten seconds: however fast it goes, frames stay within some 10 ms of where they began beside the time at which they come. A pause of the publisher does not end the node.\n\nA message of a data channel is a value: a `Uint8Array`, or a string if it was sent as text, with the time at which it came. Those of one channel keep their order. A message that no slot of the pool holds, 16 KiB by default and 256 KiB at most, and what finds 1 MiB waiting for the graph, is left out and counted (`messagesLost`), and the next is flagged as a discontinuity.\n\n**Example.** `webrtc-source ! h264-decode ! display`",
    category: "webrtc",
    tags: ["native", "webrtc"],
    mode: "external",
    trigger: "any",
    lane: "native",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "video",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["h264"] },
      burst: 1,
      doc: "H.264, an access unit a frame.",
    }, {
      name: "audio",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      gives: { codec: ["opus"] },
      burst: 1,
      doc: "Opus, a packet a frame.",
    }, {
      name: "data",
      direction: "output",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "Messages of data channels.",
    }],
    config: {
      type: "object",
      properties: {
        address: {
          type: "string",
          default: "",
          "x-reaches": "host",
          description:
            "The IP address of this machine at which peers reach it; empty for the one by which it reaches others.",
        },
        port: {
          type: "integer",
          minimum: 0,
          maximum: 65535,
          default: 0,
          description: "The UDP port; 0 for a free one.",
        },
        publicAddress: {
          type: "string",
          default: "",
          "x-reaches": "host",
          description: "The IP address outside, where a router maps the port to this machine.",
        },
        stunServer: {
          type: "string",
          default: "",
          maxLength: 255,
          "x-reaches": "host",
          description: "The STUN server that tells the address outside: host, or host:port; empty for none.",
        },
        latencyMs: {
          type: "number",
          minimum: 0,
          maximum: 5000,
          default: 200,
          "x-unit": "ms",
          description: "How long a frame waits at most for packets that were lost.",
        },
      },
      required: [],
      additionalProperties: false,
    },
    figures: [
      "peers",
      "frames",
      "bytes",
      "leftOut",
      "gaps",
      "keyFrameRequests",
      "nacks",
      "roundTripMs",
      "messages",
      "messagesLost",
    ],
  },
});

/** The stages, by name. */
export const nodes: {
  readonly aacDecode: typeof aacDecode;
  readonly acquisition: typeof acquisition;
  readonly audioDecode: typeof audioDecode;
  readonly biquad: typeof biquad;
  readonly blend: typeof blend;
  readonly blur: typeof blur;
  readonly camera: typeof camera;
  readonly chromaKey: typeof chromaKey;
  readonly clap: typeof clap;
  readonly compositor: typeof compositor;
  readonly convert: typeof convert;
  readonly display: typeof display;
  readonly downsample: typeof downsample;
  readonly fft: typeof fft;
  readonly flacDecode: typeof flacDecode;
  readonly flacEncode: typeof flacEncode;
  readonly frameRate: typeof frameRate;
  readonly gpuConvert: typeof gpuConvert;
  readonly gpuScale: typeof gpuScale;
  readonly h264Decode: typeof h264Decode;
  readonly h264Encode: typeof h264Encode;
  readonly jpegDecode: typeof jpegDecode;
  readonly jpegEncode: typeof jpegEncode;
  readonly microphone: typeof microphone;
  readonly mp3Decode: typeof mp3Decode;
  readonly opusDecode: typeof opusDecode;
  readonly opusEncode: typeof opusEncode;
  readonly overlay: typeof overlay;
  readonly patternSource: typeof patternSource;
  readonly rtspSource: typeof rtspSource;
  readonly scale: typeof scale;
  readonly screen: typeof screen;
  readonly shader: typeof shader;
  readonly speaker: typeof speaker;
  readonly toVoltage: typeof toVoltage;
  readonly trigger: typeof trigger;
  readonly webrtcSink: typeof webrtcSink;
  readonly webrtcSource: typeof webrtcSource;
} = {
  aacDecode,
  acquisition,
  audioDecode,
  biquad,
  blend,
  blur,
  camera,
  chromaKey,
  clap,
  compositor,
  convert,
  display,
  downsample,
  fft,
  flacDecode,
  flacEncode,
  frameRate,
  gpuConvert,
  gpuScale,
  h264Decode,
  h264Encode,
  jpegDecode,
  jpegEncode,
  microphone,
  mp3Decode,
  opusDecode,
  opusEncode,
  overlay,
  patternSource,
  rtspSource,
  scale,
  screen,
  shader,
  speaker,
  toVoltage,
  trigger,
  webrtcSink,
  webrtcSource,
};

/** Their package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@sluice/sluice/stages",
  url: import.meta.url,
  nodes: [
    aacDecode,
    acquisition,
    audioDecode,
    biquad,
    blend,
    blur,
    camera,
    chromaKey,
    clap,
    compositor,
    convert,
    display,
    downsample,
    fft,
    flacDecode,
    flacEncode,
    frameRate,
    gpuConvert,
    gpuScale,
    h264Decode,
    h264Encode,
    jpegDecode,
    jpegEncode,
    microphone,
    mp3Decode,
    opusDecode,
    opusEncode,
    overlay,
    patternSource,
    rtspSource,
    scale,
    screen,
    shader,
    speaker,
    toVoltage,
    trigger,
    webrtcSink,
    webrtcSource,
  ],
  sources: {},
});
