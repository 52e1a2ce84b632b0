/**
 * `sluice play`: a media file in real time, to a speaker and a window, or to the live page.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { consoleToStderr } from "../../core/log/console_output.ts";
import type { Runtime } from "../../core/runtime.ts";
import type { RunSummary } from "../../core/stats.ts";
import type { MediaInfo, TrackInfo } from "../../processors/media/media_info.ts";
import { readableLine } from "../../processors/media/ffmpeg_line.ts";
import { undecodable } from "../../processors/media/decoders.ts";
import { readInput } from "../convert/media_input.ts";
import { playedTracks, playingGraph, SOURCE, WINDOW } from "../convert/playing_graph.ts";
import { renderLength } from "../convert/result.ts";
import type { PlayArgs } from "../media_args.ts";
import { deviceLosses } from "../output/device_losses.ts";
import { reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { SERVE_AUTO } from "../output/serve_address.ts";
import { Player, PlayerDisplay } from "../playback/player.ts";
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
  const { file, json, quiet, seconds } = args;
  if (json) consoleToStderr();
  assertOptions(args);
  const serve = args.serve ?? (args.speaker ? undefined : SERVE_AUTO);
  // What ffmpeg reads goes by at the pace of the media, once.
  const isPlain = (args.speed ?? 1) === 1 && !args.loop;
  const lossesOf = (info: MediaInfo) => describeLosses(info, playedTracks(info, args), args);
  const info = await readInput(file, (info) => !isPlain || lossesOf(info).length === 0);
  if (STILLS.includes(info.container)) {
    throw refusal(file, `: it is ${info.container}, wanted a file of video or sound`, "FILE");
  }
  const { durationSeconds = Infinity } = info;
  if (args.fromSeconds !== undefined && args.fromSeconds >= durationSeconds) {
    throw refusal(file, `: --from ${args.fromSeconds} is not before its end at ${durationSeconds} s`, "--from");
  }
  const tracks = playedTracks(info, args);
  const notes = lossesOf(info);
  if (tracks.length === 0) throw refusal(file, `: ${[...notes, ...leftOut(info, args)].join("; ")}`, "FILE");
  const { registry } = await loadTypes({ packages: [], plugins: [] });
  const text = JSON.stringify(playingGraph(tracks, args, info.byFfmpeg));
  const { document, errors } = checkGraph(text, file, registry);
  if (document === undefined) return reportErrors(errors, io, json);
  if (!json && !quiet) { for (const line of renderMedia(info)) io.stderr.line(line); }
  for (const note of notes) io.stderr.line(`warning: ${note}`);
  const how = { json, quiet, ...(serve !== undefined && { serve }), ...(seconds !== undefined && { seconds }) };
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
  const graph = { text, document, registry, isMade: true, render: renderPlayed };
  return await runGraph(args.speaker ? { ...graph, console: showPlayer, window: WINDOW } : graph, run, io);
}

/** Shows the place on a terminal, and obeys its keys. */
function showPlayer(runtime: Runtime, end: () => void, io: Io): Disposable | undefined {
  return io.interactive ? new PlayerDisplay(new Player(runtime, SOURCE, end), io) : undefined;
}

/** @throws {SluiceError} `InvalidConfig` for options that do not go together */
function assertOptions({ file, speaker, device, speed = 1, noAudio, noVideo }: PlayArgs): void {
  if (device !== undefined && !speaker) throw refusal(file, "to a device: --device needs --speaker", "--device");
  if (device !== undefined && noAudio) {
    throw refusal(file, "to a device: found --no-audio, too; leave one of them out", "--device");
  }
  if (noAudio && noVideo) throw refusal(file, ": found --no-audio and --no-video, which leave nothing", "--no-audio");
  // A speaker plays samples at their own rate.
  if (speaker && !noAudio && speed !== 1) {
    throw refusal(file, `at ${speed} times its speed to a speaker; leave sound out with --no-audio`, "--speed");
  }
}

/** The kinds of tracks that the caller has left out, though the file has them. */
function leftOut({ tracks }: MediaInfo, { noAudio, noVideo }: PlayArgs): string[] {
  const has = (kind: string) => tracks.some((track) => track.kind === kind);
  return [
    ...(noVideo && has("video") ? ["--no-video leaves its pictures out"] : []),
    ...(noAudio && has("audio") ? ["--no-audio leaves its sound out"] : []),
  ];
}

/** What is not seen or heard of a file, though the caller wants it, and why. */
function describeLosses({ path, tracks }: MediaInfo, played: readonly TrackInfo[], args: PlayArgs): string[] {
  const wanted = tracks.filter(({ kind }) => kind === "video" ? !args.noVideo : !args.noAudio);
  const lost = wanted.flatMap((track) => {
    const { name, kind, refusal } = track;
    if (refusal !== undefined) return [`${name} is left out: ${refusal}`];
    const reason = undecodable(track);
    // Without a decoder it comes to the page as it is, and to no speaker.
    const isLost = args.speaker ? !played.some((other) => other.kind === kind) : played.includes(track);
    if (reason === undefined || !isLost) return [];
    return [`${name} is ${args.speaker ? "left out" : "not decoded"}: ${reason}`];
  });
  return lost.length === 0 ? [] : [`${lost.join("; ")}; ffmpeg makes a file that is: ${readableLine(path, tracks)}`];
}

/** `Played 0:12.0 of media in 12.0 s`, from where it began, and what came again as often as it came. */
function renderPlayed(summary: RunSummary): string[] {
  const { playedSeconds = 0 } = summary.nodes.find(({ id }) => id === SOURCE)?.figures ?? {};
  return [
    `Played ${renderLength(Number(playedSeconds) * 1e9, summary)}`,
    ...deviceLosses(summary.nodes).map(({ nodeId, words }) => `The ${nodeId} ${words}`),
  ];
}

function refusal(file: string, why: string, key: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot play "${file}"${why.startsWith(":") ? why : ` ${why}`}`, { key });
}
