/**
 * The grammar of the commands for media files: `sluice info`, `sluice convert` and `sluice play`.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message, optionName } from "@optique/core/message";
import { map, multiple, optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { choice, float, integer, string } from "@optique/core/valueparser";
import { bitRate, mediaTime, pictureSize, type WantedSize } from "./media_values.ts";
import { path } from "./path_argument.ts";
import { json, seconds, serve } from "./shared_options.ts";

/** `sluice info`. */
export interface MediaInfoArgs {
  readonly command: "media-info";
  readonly files: readonly string[];
  readonly json: boolean;
}

/** Codecs that pictures are encoded with. */
const VIDEO_CODECS = ["h264", "jpeg", "png", "hevc", "vp8", "vp9", "av1"] as const;
/** Codecs of sound, and formats of samples. */
const AUDIO_CODECS = [
  ...(["opus", "flac", "pcm-s16", "pcm-s24", "pcm-s32", "pcm-f32"] as const),
  ...(["aac", "mp3", "vorbis", "ac3", "alac"] as const),
] as const;

/** `sluice convert`. */
export interface ConvertArgs {
  readonly command: "convert";
  readonly input: string;
  readonly output: string;
  /** Files that follow the input. */
  readonly joined: readonly string[];
  /** The format of OUTPUT, as an extension without its dot, whatever its name. */
  readonly format?: string;
  readonly videoCodec?: typeof VIDEO_CODECS[number];
  readonly audioCodec?: typeof AUDIO_CODECS[number];
  /** Bits a second of pictures if there are any, else of sound. */
  readonly bitRate?: number;
  readonly videoBitRate?: number;
  readonly audioBitRate?: number;
  readonly size?: WantedSize;
  /** Pictures a second. */
  readonly frameRate?: number;
  readonly sampleRateHz?: number;
  readonly channels?: number;
  /** The loudness to bring sound to. */
  readonly loudnessLufs?: number;
  /** Where to begin and to end, seconds of the input. */
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  readonly noVideo: boolean;
  readonly noAudio: boolean;
  /** Encodes nothing. */
  readonly copy: boolean;
  /** Fails where something of the input is lost. */
  readonly strict: boolean;
  /** Overwrites the output. */
  readonly force: boolean;
  /** Prints the graph in place of running it. */
  readonly printGraph: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `sluice play`. */
export interface PlayArgs {
  readonly command: "play";
  readonly file: string;
  readonly loop: boolean;
  readonly speed?: number;
  /** Where to begin, seconds. */
  readonly fromSeconds?: number;
  /** Stops after this time. */
  readonly seconds?: number;
  /** Plays to a speaker, and pictures to a window. */
  readonly speaker: boolean;
  /** The speaker; by default that of the system. */
  readonly device?: string;
  readonly noVideo: boolean;
  readonly noAudio: boolean;
  /** Where to serve the page. */
  readonly serve?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What a command for media files asks for. */
export type MediaArgs = MediaInfoArgs | ConvertArgs | PlayArgs;

const mediaInfo = command(
  "info",
  object({
    command: constant("media-info"),
    files: multiple(
      argument(path({ metavar: "FILE" }), {
        description: message`A media file, or several; ${"-"} is standard input.`,
      }),
      {
        min: 1,
      },
    ),
    json,
  }),
  {
    brief: message`Say what is in a media file.`,
    description:
      message`Shows the container, the duration, the tags and the tracks of media files: codec, size, rates, channels, rotation, language, bit rate.`,
    footer: message`Exit codes: 0 done, 1 a file cannot be read, 2 bad input.`,
  },
);

const convertOptions = object({
  joined: multiple(option("--join", path({ metavar: "FILE" }), {
    description:
      message`Play this file behind FILE, without a gap, converted to its format. May be given several times.`,
  })),
  format: optional(option("--format", string({ metavar: "FORMAT" }), {
    description: message`Write this format, named as an extension, whatever that of OUTPUT: ${"wav"}, ${"mkv"}.`,
  })),
  videoCodec: optional(option("--video-codec", choice(VIDEO_CODECS, { metavar: "CODEC" }), {
    description: message`Encode pictures with this codec; the last four by ffmpeg.`,
  })),
  audioCodec: optional(option("--audio-codec", choice(AUDIO_CODECS, { metavar: "CODEC" }), {
    description: message`Encode sound with this codec, or write samples of this format; the last five by ffmpeg.`,
  })),
  bitRate: optional(option("--bitrate", bitRate(), {
    description: message`Bits a second, of pictures if there are any and else of sound: ${"2M"}, ${"128k"}.`,
  })),
  videoBitRate: optional(option("--video-bitrate", bitRate(), { description: message`Bits a second of pictures.` })),
  audioBitRate: optional(option("--audio-bitrate", bitRate(), { description: message`Bits a second of sound.` })),
  size: optional(option("--size", pictureSize(), {
    description: message`Scale pictures; a side that is left out keeps the shape: ${"1280x"}.`,
  })),
  frameRate: optional(option("--rate", float({ metavar: "FPS", min: 0.1, max: 1000 }), {
    description: message`Pictures a second; those of numbered files follow each other at this rate, by default 25.`,
  })),
  sampleRateHz: optional(option("--sample-rate", integer({ metavar: "HZ", min: 1000, max: 768_000 }), {
    description: message`Samples a second.`,
  })),
  channels: optional(option("--channels", integer({ metavar: "N", min: 1, max: 8 }), {
    description: message`Channels of sound.`,
  })),
  loudnessLufs: optional(option("--loudness", float({ metavar: "LUFS", min: -70, max: 0 }), {
    description:
      message`Bring sound to this loudness (EBU R128), ${"-16"} for podcasts: FILE is read twice, to measure and to write.`,
  })),
  fromSeconds: optional(option("--from", mediaTime(), { description: message`Begin at this time of FILE.` })),
  toSeconds: optional(option("--to", mediaTime(), { description: message`End at this time of FILE.` })),
  noVideo: option("--no-video", { description: message`Leave pictures out.` }),
  noAudio: option("--no-audio", { description: message`Leave sound out.` }),
  copy: option("--copy", {
    description:
      message`Encode nothing, and refuse what would need it. Without it a track is copied where it fits and nothing of it is to change, and else encoded.`,
  }),
});

const convert = command(
  "convert",
  map(
    object({
      input: argument(path({ metavar: "FILE" }), {
        description: message`What to read; ${"-"} is standard input.`,
      }),
      output: argument(path({ metavar: "OUTPUT" }), {
        description:
          message`What to write; its extension says the format. ${"-"} is standard output, in the format of ${
            optionName("--format")
          }.`,
      }),
      options: convertOptions,
      force: option("-f", "--force", { description: message`Overwrite OUTPUT.` }),
      strict: option("--strict", {
        description: message`Exit with 1 if FILE is damaged or cut off; OUTPUT has what could be read all the same.`,
      }),
      printGraph: option("--print-graph", {
        description: message`Print the graph that would run, as a file for ${"sluice run"}, and convert nothing.`,
      }),
      json,
      quiet: option("-q", "--quiet", { description: message`Show neither progress nor a summary.` }),
    }),
    ({ options, ...rest }): ConvertArgs => ({ command: "convert", ...options, ...rest }),
  ),
  {
    brief: message`Convert a media file to another format.`,
    description:
      message`Writes the first track of pictures and the first one of sound to a file of another format. What fits is copied; ${
        optionName("--copy")
      } says more.`,
    footer:
      message`Exit codes: 0 done, 1 failed, a track was not written, or with --strict something was lost, 2 bad input, 130 after Ctrl-C, which completes the file up to there, 141 when nobody reads standard output any more.`,
  },
);

const play = command(
  "play",
  object({
    command: constant("play"),
    file: argument(path({ metavar: "FILE" }), { description: message`The media file.` }),
    speaker: option("--speaker", {
      description: message`Play sound to a speaker and pictures to a window, in place of the page.`,
    }),
    device: optional(option("--device", string({ metavar: "NAME" }), {
      description:
        message`Play to this speaker, as ${"sluice devices speaker"} names it; by default to that of the system.`,
    })),
    noVideo: option("--no-video", { description: message`Leave pictures out.` }),
    noAudio: option("--no-audio", { description: message`Leave sound out.` }),
    loop: option("--loop", { description: message`Begin again after the end.` }),
    speed: optional(option("--speed", float({ metavar: "N", min: 0.0625, max: 16 }), {
      description: message`How fast: 2 is twice as fast as real time.`,
    })),
    fromSeconds: optional(option("--from", "--start", mediaTime(), { description: message`Begin at this time.` })),
    seconds,
    serve,
    json,
    quiet: option("-q", "--quiet", { description: message`Show neither progress nor a summary.` }),
  }),
  {
    brief: message`Play a media file to a speaker and a window, or to the live page.`,
    description: message`Runs a media file in real time, decoded as far as shipped nodes can. With ${
      optionName("--speaker")
    } it is heard and seen: space pauses and goes on, left and right go 5 seconds back and on, down and up a minute, q ends. Without it, and with ${
      optionName("--serve")
    }, the live page of the graph shows it, where its place, its speed and the loop can be changed.`,
    footer: message`Exit codes: 0 the end was reached or q was pressed, 1 failed, 2 bad input, 130 after Ctrl-C.`,
  },
);

/** The commands for media files. */
export const mediaCommands = [mediaInfo, convert, play] as const;
