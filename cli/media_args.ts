/**
 * The grammar of the commands for media files: `sluice info`.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { argument, command, constant } from "@optique/core/primitives";
import { path } from "./path_argument.ts";
import { json } from "./shared_options.ts";

/** `sluice info`. */
export interface MediaInfoArgs {
  readonly command: "media-info";
  readonly files: readonly string[];
  readonly json: boolean;
}

/** What a command for media files asks for. */
export type MediaArgs = MediaInfoArgs;

const mediaInfo = command(
  "info",
  object({
    command: constant("media-info"),
    files: multiple(argument(path({ metavar: "FILE" }), { description: message`A media file, or several.` }), {
      min: 1,
    }),
    json,
  }),
  {
    brief: message`Say what is in a media file.`,
    description:
      message`Shows the container, the duration, the tags and the tracks of media files: codec, size, rates, channels, rotation, language, bit rate.`,
    footer: message`Exit codes: 0 done, 1 a file cannot be read, 2 bad input.`,
  },
);

/** The commands for media files. */
export const mediaCommands = [mediaInfo] as const;
