/**
 * The grammar of the commands about devices: `sluice devices` and `sluice record`.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message, optionName } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { choice, float, string } from "@optique/core/valueparser";
import { pictureSize, type WantedSize } from "./media_values.ts";
import { path } from "./path_argument.ts";
import { json, seconds, serve } from "./shared_options.ts";

/** The node types that record from devices and play to them. */
export const DEVICE_KINDS = ["microphone", "speaker", "camera", "screen"] as const;

/** A kind of device: the node type for it. */
export type DeviceKind = typeof DEVICE_KINDS[number];

/** `sluice devices`. */
export interface DevicesArgs {
  readonly command: "devices";
  /** Absent: all. */
  readonly kind?: DeviceKind;
  readonly json: boolean;
}

/** `sluice record`. A device is `""` where the option has no value: that of the system. */
export interface RecordArgs {
  readonly command: "record";
  readonly output: string;
  /** A display such as `:1`, or the title or the id of a window. */
  readonly screen?: string;
  readonly camera?: string;
  readonly microphone?: string;
  /** Stops after this time. */
  readonly seconds?: number;
  /** Pictures a second. */
  readonly frameRate?: number;
  readonly size?: WantedSize;
  readonly overwrite: boolean;
  /** Prints the graph in place of running it. */
  readonly printGraph: boolean;
  /** Where to serve the page. */
  readonly serve?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What a command line asks of devices. */
export type DeviceArgs = DevicesArgs | RecordArgs;

/** Options of `sluice record` whose value may be left out. */
const WITH_DEVICE: readonly string[] = ["--screen", "--camera", "--microphone"];

const devices = command(
  "devices",
  object({
    command: constant("devices"),
    kind: optional(argument(choice(DEVICE_KINDS, { metavar: "KIND" }), {
      description: message`Only those of this kind.`,
    })),
    json,
  }),
  {
    brief: message`List microphones, speakers, cameras and screens.`,
    description: message`Lists the devices that nodes can record from and play to: the name that ${
      optionName("device")
    } of the node takes, what people call it, which one is used where none is named, and the formats that it has. Where there is none, it says what to do.`,
    footer: message`Exit codes: 0 done, 1 devices of a kind cannot be listed, 2 bad input.`,
  },
);

const record = command(
  "record",
  object({
    command: constant("record"),
    output: option("-o", "--output", path({ metavar: "FILE" }), {
      description:
        message`The file to write; its extension says the format: ${".mp4"}, ${".mkv"}, ${".wav"} and others.`,
    }),
    screen: optional(option("--screen", string({ metavar: "[DISPLAY|WINDOW]" }), {
      description: message`Record the screen, or the window of this title or id; a display is named as ${":1"}.`,
    })),
    camera: optional(option("--camera", string({ metavar: "[DEVICE]" }), {
      description: message`Record this camera, or the first; with ${
        optionName("--screen")
      }, as a picture in the picture.`,
    })),
    microphone: optional(option("--microphone", string({ metavar: "[DEVICE]" }), {
      description: message`Record this microphone, or that of the system.`,
    })),
    frameRate: optional(option("--fps", float({ metavar: "N", min: 0.1, max: 1000 }), {
      description: message`Pictures a second, by default 30.`,
    })),
    size: optional(option("--size", pictureSize(), {
      description: message`Scale pictures; a side that is left out keeps the shape: ${"1280x"}.`,
    })),
    overwrite: option("--overwrite", "-f", "--force", { description: message`Overwrite FILE.` }),
    printGraph: option("--print-graph", {
      description: message`Print the graph that would run, as a file for ${"sluice run"}, and record nothing.`,
    }),
    seconds,
    serve,
    json,
    quiet: option("-q", "--quiet", { description: message`Show neither progress nor a summary.` }),
  }),
  {
    brief: message`Record a screen, a camera and a microphone to a file.`,
    description:
      message`Records until Ctrl-C or for the given seconds. Pictures and sound have their times by one clock. ${"sluice devices"} lists what can be named.`,
    footer: message`Exit codes: 0 done, 1 failed, 2 bad input, 130 after Ctrl-C, which completes the file up to there.`,
  },
);

/**
 * Joins the options of `sluice record` that name a device with the next word, or with nothing if that is another option:
 * `--screen :1`, `--screen=:1` and `--screen --camera` all work.
 *
 * @param args a command line
 */
export function joinDevices(args: readonly string[]): string[] {
  if (args[0] !== "record") return [...args];
  const joined: string[] = [];
  for (let at = 0; at < args.length; at++) {
    if (args[at] === "--") return [...joined, ...args.slice(at)];
    if (!WITH_DEVICE.includes(args[at])) {
      joined.push(args[at]);
      continue;
    }
    const next = args[at + 1];
    const hasValue = next !== undefined && !next.startsWith("-");
    joined.push(`${args[at]}=${hasValue ? next : ""}`);
    if (hasValue) at++;
  }
  return joined;
}

/** The commands about devices. */
export const deviceCommands = [devices, record] as const;
