/**
 * `sluice play`: a media file in real time, to the live page.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { consoleToStderr } from "../../core/log/console_output.ts";
import type { RunSummary } from "../../core/stats.ts";
import type { MediaInfo, TrackInfo } from "../../processors/media/media_info.ts";
import { readableLine } from "../../processors/media/ffmpeg_line.ts";
import { undecodable } from "../../processors/media/decoders.ts";
import { readInput } from "../convert/media_input.ts";
import { playedTracks, playingGraph, SOURCE } from "../convert/playing_graph.ts";
import { renderLength } from "../convert/result.ts";
import type { PlayArgs } from "../media_args.ts";
import { reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { SERVE_AUTO } from "../output/serve_address.ts";
import { loadTypes } from "../project/packages.ts";
import { renderMedia } from "./info_command.ts";
import { runGraph } from "./run_command.ts";

/** Containers of files that do not play: they hold one picture, or none that `media-source` reads. */
const STILLS: readonly string[] = ["PNG", "JPEG", "YUV4MPEG2"];

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` for what cannot be played, and where
 */
export async function playCommand(args: PlayArgs, io: Io): Promise<number> {
  const { file, json, quiet, serve = SERVE_AUTO, seconds } = args;
  if (json) consoleToStderr();
  if (args.speaker) {
    throw refusal(
      file,
      "to a speaker: there is no node for one yet; leave --speaker out, and watch the page",
      "--speaker",
    );
  }
  // What ffmpeg reads goes by at the pace of the media, once.
  const isPlain = (args.speed ?? 1) === 1 && !args.loop;
  const info = await readInput(file, (info) => !isPlain || describeLosses(info, playedTracks(info)).length === 0);
  if (STILLS.includes(info.container)) {
    throw refusal(file, `: it is ${info.container}, wanted a file of video or sound`, "FILE");
  }
  const { durationSeconds = Infinity } = info;
  if (args.fromSeconds !== undefined && args.fromSeconds >= durationSeconds) {
    throw refusal(file, `: --from ${args.fromSeconds} is not before its end at ${durationSeconds} s`, "--from");
  }
  const tracks = playedTracks(info);
  const notes = describeLosses(info, tracks);
  if (tracks.length === 0) throw refusal(file, `: ${notes.join("; ")}`, "FILE");
  const { registry } = await loadTypes({ packages: [], plugins: [] });
  const text = JSON.stringify(playingGraph(tracks, args, info.byFfmpeg));
  const { document, errors } = checkGraph(text, file, registry);
  if (document === undefined) return reportErrors(errors, io, json);
  if (!json && !quiet) { for (const line of renderMedia(info)) io.stderr.line(line); }
  for (const note of notes) io.stderr.line(`warning: ${note}`);
  const how = { json, quiet, serve, ...(seconds !== undefined && { seconds }) };
  const run = {
    command: "run",
    graph: file,
    set: [],
    watch: false,
    dev: false,
    packages: [],
    plugins: [],
    ...how,
  } as const;
  return await runGraph({ text, document, registry, isMade: true, render: renderPlayed }, run, io);
}

/** What is not seen or heard of a file, and why. */
function describeLosses({ path, tracks }: MediaInfo, played: readonly TrackInfo[]): string[] {
  const lost = tracks.flatMap((track) => {
    const { name, refusal } = track;
    if (refusal !== undefined) return [`${name} is left out: ${refusal}`];
    const reason = undecodable(track);
    return reason === undefined || !played.includes(track) ? [] : [`${name} is not decoded: ${reason}`];
  });
  return lost.length === 0 ? [] : [`${lost.join("; ")}; ffmpeg makes a file that is: ${readableLine(path, tracks)}`];
}

/** `Played 0:12.0 of media in 12.0 s`, from where it began, and what came again as often as it came. */
function renderPlayed(summary: RunSummary): string[] {
  const { playedSeconds = 0 } = summary.nodes.find(({ id }) => id === SOURCE)?.figures ?? {};
  return [`Played ${renderLength(Number(playedSeconds) * 1e9, summary)}`];
}

function refusal(file: string, why: string, key: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot play "${file}"${why.startsWith(":") ? why : ` ${why}`}`, { key });
}
