/**
 * `sluice convert`: a media file in another format, by a graph of shipped nodes.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { consoleToStderr } from "../../core/log/console_output.ts";
import type { RunSummary } from "../../core/stats.ts";
import { assertNoTerminal, STANDARD } from "../../processors/file/standard_output.ts";
import { imagePath, isSequence, pathOfPicture } from "../../processors/media/image_path.ts";
import {
  countBefore,
  countBeyond,
  type MediaInfo,
  type NumberedSize,
  readOtherSizes,
  type TrackInfo,
} from "../../processors/media/media_info.ts";
import { hasFfmpeg } from "../../processors/media/ffmpeg_probe.ts";
import type { PictureSize } from "../../processors/media/scale_advice.ts";
import type { OutputFormat } from "../../processors/media/output_formats.ts";
import type { RunArgs } from "../args.ts";
import { conversionGraph, OUTPUT } from "../convert/conversion_graph.ts";
import { outputFormatsOf } from "../convert/formats.ts";
import { readJoined } from "../convert/joined_files.ts";
import { readInput } from "../convert/media_input.ts";
import { findLost, findUnwritten, renderConverted, renderLost } from "../convert/result.ts";
import { INPUT_FILE, InputFile } from "../convert/standard_streams.ts";
import { type NeededPictures, planTrack, type TrackPlan } from "../convert/track_plan.ts";
import { isOfOneSize, keepsAspect, plannedSize, steadyRate } from "../convert/video_chain.ts";
import type { ConvertArgs } from "../media_args.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { WrittenFile } from "../output/files.ts";
import type { Io } from "../output/output.ts";
import { loadTypes } from "../project/packages.ts";
import { describeTrack } from "./info_command.ts";
import { measureLoudness, renderLimited } from "./measure_loudness.ts";
import { runGraph } from "./run_command.ts";

/** What the graph is called where a file would be named. */
const NAME = "convert";
/** What a `concat` takes. */
const MOST_FILES = 16;

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` for what cannot be converted, and for an output that is there
 */
export async function convertCommand(given: ConvertArgs, io: Io): Promise<number> {
  if (given.json) consoleToStderr();
  const outputs = await outputFormatsOf(given);
  if (given.printGraph && given.input === STANDARD) {
    throw refusal(given, "a graph names the file that it reads; name one", "FILE");
  }
  if (given.joined.length > 0) assertJoinable(given);
  if (!given.printGraph) await assertWritable(given);
  await using input = await InputFile.open(given.input, { keepsRaw: false });
  return await convertFile({ ...given, input: input.path }, outputs, input.info, io);
}

/** @param told what is known of standard input that is not a file */
async function convertFile(
  given: ConvertArgs,
  outputs: readonly OutputFormat[],
  told: MediaInfo | undefined,
  io: Io,
): Promise<number> {
  const { output, info, args, plans: planned } = await choosePlan(given, outputs, told);
  const { registry } = await loadTypes({ packages: [], plugins: [] });
  const measuringIo = args.output === STANDARD || args.printGraph ? { ...io, stdout: io.stderr } : io;
  const joined = await readJoined(planned, args);
  const files = [{ info, plans: planned, args }, ...joined];
  const plans = await measureLoudness(files, runArgs(args), registry, measuringIo);
  if (typeof plans === "number") return plans;
  const otherSizes = isSequence(args.input)
    ? readOtherSizes(args.input, 1)
    : plans.flatMap(({ track }) => track.otherSizes ?? []);
  const graph = conversionGraph(info, plans, output, args, otherSizes, joined);
  if (args.printGraph) {
    io.stdout.line(JSON.stringify(graph, null, 2));
    return EXIT.ok;
  }
  if (!args.json && !args.quiet) {
    for (const line of renderPlans(info, plans, args, otherSizes, output.sink)) {
      io.stderr.line(line);
    }
    for (const each of joined) {
      for (const { track } of each.plans) io.stderr.line(`${each.info.path}: ${track.name}: ${describeTrack(track)}`);
    }
  }
  const text = JSON.stringify(graph);
  const { document, errors } = checkGraph(text, NAME, registry);
  if (document === undefined) return reportErrors(errors, io, args.json);
  const render = (
    summary: RunSummary,
    files: readonly WrittenFile[],
  ) => [
    ...renderConverted(summary, files, output, args.output),
    ...renderLimited(summary, args),
    ...renderLost(summary, args.input),
  ];
  const judge = (summary: RunSummary) => [
    ...findUnwritten(summary, plans, output, args.output),
    ...(args.strict ? findLost(summary, files.map(({ info }) => info)) : []),
  ];
  const explain = (error: unknown, summary: RunSummary | undefined) => {
    const isMissing = error instanceof SluiceError && error.nodeId === OUTPUT && error.code === "NodeFailed" &&
      error.port !== undefined;
    return isMissing && summary ? findUnwritten(summary, plans, output, args.output)[0] : undefined;
  };
  return await runGraph({ text, document, registry, isMade: true, render, judge, explain }, runArgs(args), io);
}

/** @throws {SluiceError} `InvalidConfig` for what does not go with several files */
function assertJoinable(args: ConvertArgs): void {
  const { joined, fromSeconds, toSeconds } = args;
  if (fromSeconds !== undefined || toSeconds !== undefined) {
    throw refusal(
      args,
      "--from and --to are times of one file, and --join names another; cut the files first",
      "--join",
    );
  }
  const stream = [args.input, ...joined].find((path) => path === STANDARD || isSequence(path));
  if (joined.length >= MOST_FILES) {
    throw refusal(args, `${joined.length + 1} files are joined, wanted at most ${MOST_FILES}`, "--join");
  }
  if (stream !== undefined) throw refusal(args, `"${stream}" is no single file, and --join takes those`, "--join");
}

/** What is done: how a file is read, and to what it becomes. */
interface Plan {
  readonly output: OutputFormat;
  readonly info: MediaInfo;
  readonly args: ConvertArgs;
  readonly plans: readonly TrackPlan[];
}

/**
 * The first way there is: by shipped nodes alone, with ffmpeg to read, with ffmpeg to write.
 *
 * @throws {SluiceError} what is wrong with the first one, if there is none
 */
async function choosePlan(
  given: ConvertArgs,
  outputs: readonly OutputFormat[],
  told: MediaInfo | undefined,
): Promise<Plan> {
  const errors: unknown[] = [];
  for (const output of outputs) {
    // Only what shipped nodes do not write takes ffmpeg.
    if (errors.length > 0 && !await hasFfmpeg()) break;
    let found: Plan | undefined;
    const serves = async (info: MediaInfo): Promise<boolean> => {
      try {
        const args = spreadBitRate(given, info, output);
        found = { output, info, args, plans: await planTracks(info, output, args) };
      } catch (error) {
        errors.push(error);
      }
      return found !== undefined;
    };
    if (told !== undefined) await serves(told);
    else await readInput(pathOfPicture(given.input, 1), serves).catch((error) => errors.push(error));
    if (found !== undefined) return found;
  }
  throw errors[0];
}

/** `--bitrate` is that of the pictures, if there are any. */
function spreadBitRate(args: ConvertArgs, info: MediaInfo, output: OutputFormat): ConvertArgs {
  const { bitRate } = args;
  if (bitRate === undefined) return args;
  const isFilm = !args.noVideo && output.video.length > 0 && info.tracks.some(({ kind }) => kind === "video");
  return isFilm
    ? { ...args, videoBitRate: args.videoBitRate ?? bitRate }
    : { ...args, audioBitRate: args.audioBitRate ?? bitRate };
}

/** What is done with the first track of pictures, and with the first one of sound. */
async function planTracks(info: MediaInfo, output: OutputFormat, args: ConvertArgs): Promise<TrackPlan[]> {
  const wanted = (["video", "audio"] as const).flatMap((kind) => {
    const isWanted = kind === "video" ? !args.noVideo : !args.noAudio;
    const track = info.tracks.find((each) => each.kind === kind);
    return isWanted && track !== undefined && output[kind].length > 0 ? [track] : [];
  });
  assertTimes(info, wanted, args);
  if (wanted.length > 0) {
    return await Promise.all(wanted.map(async (track) => {
      return planTrack(track, wanted, output, args, await countNeeded(info, track, output, args));
    }));
  }
  const kinds = [...new Set(info.tracks.map(({ kind }) => kind))];
  throw refusal(
    args,
    `nothing of it is left: it has ${kinds.join(" and ")}, and ${output.name} holds ${
      (["video", "audio"] as const).filter((kind) => output[kind].length > 0).join(" and ")
    }`,
    "OUTPUT",
  );
}

/** The pictures that come with what is wanted of a track if it is copied. Players leave out those before an edit list. */
async function countNeeded(
  { path, container, byFfmpeg }: MediaInfo,
  { kind, name }: TrackInfo,
  { skips }: OutputFormat,
  { fromSeconds = 0, toSeconds }: ConvertArgs,
): Promise<NeededPictures> {
  if (kind !== "video" || byFfmpeg || ["PNG", "JPEG", "YUV4MPEG2"].includes(container)) return { before: 0, beyond: 0 };
  return {
    before: skips ? 0 : await countBefore(path, name, fromSeconds),
    beyond: toSeconds === undefined ? 0 : await countBeyond(path, name, toSeconds),
  };
}

/** @throws {SluiceError} `InvalidConfig` for times between which nothing lies */
function assertTimes(info: MediaInfo, tracks: readonly TrackInfo[], args: ConvertArgs): void {
  const { fromSeconds = 0, toSeconds = Infinity } = args;
  if (toSeconds <= fromSeconds) throw refusal(args, `--to ${toSeconds} is not after --from ${fromSeconds}`, "--to");
  const { durationSeconds = Infinity } = info;
  if (fromSeconds >= durationSeconds) {
    throw refusal(args, `--from ${fromSeconds} is not before its end at ${inSeconds(durationSeconds)}`, "--from");
  }
  const over = tracks.find((track) => fromSeconds >= (track.durationSeconds ?? Infinity));
  if (over === undefined) return;
  const end = inSeconds(over.durationSeconds!);
  throw refusal(
    args,
    `--from ${fromSeconds} is not before the end of ${over.name} at ${end}; leave it out with --no-${over.kind}`,
    "--from",
  );
}

function inSeconds(seconds: number): string {
  return `${Math.floor(seconds * 1e3) / 1e3} s`;
}

/** @throws {SluiceError} `InvalidConfig` for a file that is there already, or is the one that is read */
async function assertWritable(args: ConvertArgs): Promise<void> {
  if (args.output === STANDARD) return assertNoTerminal({ key: "OUTPUT" });
  const { input, force } = args;
  // Of numbered pictures, the first one.
  const output = imagePath(args.output, 1);
  const inputs = [input === STANDARD ? INPUT_FILE : input, ...args.joined];
  const [there, ...read] = await Promise.all([output, ...inputs].map((path) => Deno.stat(path).catch(() => undefined)));
  if (there === undefined || (!there.isFile && !there.isDirectory)) return;
  if (there.isDirectory) throw refusal(args, `"${output}" is a folder; name a file in it`, "OUTPUT");
  if (there.ino !== null && read.some((each) => there.ino === each?.ino && there.dev === each.dev)) {
    throw refusal(args, `"${output}" is the file that is read; name another one`, "OUTPUT");
  }
  if (!force) throw refusal(args, `"${output}" is there already; give --force to overwrite it`, "OUTPUT");
}

function refusal({ input, output }: ConvertArgs, why: string, key: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot convert "${input}" to "${output}": ${why}`, { key });
}

/** What is done with each track, a line each. */
export function renderPlans(
  { tracks }: MediaInfo,
  plans: readonly TrackPlan[],
  args: ConvertArgs,
  otherSizes: readonly PictureSize[],
  sink: OutputFormat["sink"] = "media-sink",
): string[] {
  return tracks.map((track) => {
    const plan = plans.find((each) => each.track === track);
    const what = plan === undefined ? "left out" : renderPlan(plan, args, sink);
    const sizes = plan === undefined || plan.copied ? "" : renderSizes(otherSizes, plan, args);
    const square = plan === undefined || plan.copied ? "" : renderSquare(plan, args);
    const rate = plan === undefined || args.frameRate !== undefined ? undefined : steadyRate(plan);
    const steady = rate === undefined ? "" : ` at a steady ${rate} pictures/s, which --rate changes`;
    return `${track.name}: ${describeTrack(track)}: ${what}${steady}${square}${sizes}`;
  });
}

function renderPlan(plan: TrackPlan, args: ConvertArgs, sink: OutputFormat["sink"]): string {
  if (plan.copied) return renderCopied(plan);
  if (sink !== "ffmpeg-sink") return `to ${plan.codec}`;
  const asked = plan.track.kind === "video" ? args.videoCodec : args.audioCodec;
  return `${asked === undefined ? "encoded" : `to ${asked}`} by ffmpeg`;
}

function renderCopied({ before, beyond }: TrackPlan): string {
  const counted = (
    count: number,
    where: string,
  ) => (count === 0 ? [] : [`${count} ${count === 1 ? "picture" : "pictures"} ${where}`]);
  const named = [...counted(before, "before the start"), ...counted(beyond, "after --to")];
  return named.length === 0 ? "copied" : `copied, with ${named.join(" and ")} that others need`;
}

/** That pixels become square, where that is not asked for by a size. */
function renderSquare(plan: TrackPlan, args: ConvertArgs): string {
  if (plan.track.pixelAspect === undefined || args.size !== undefined || keepsAspect(plan, args)) return "";
  const { width, height } = plannedSize(plan, args);
  return ` of square pixels, ${width} × ${height}`;
}

/** What becomes of pictures that have not the size of the first one. */
function renderSizes(others: readonly (PictureSize | NumberedSize)[], plan: TrackPlan, args: ConvertArgs): string {
  if (others.length === 0 || args.size !== undefined || !isOfOneSize(plan.codec)) return "";
  const { width, height } = plannedSize(plan, args);
  const which = others.some((other) => "path" in other)
    ? describeNumbered(others as NumberedSize[])
    : describeLater(others);
  return `, with ${which} scaled to ${width} × ${height}, which --size changes`;
}

function describeNumbered(others: readonly NumberedSize[]): string {
  const count = others.reduce((sum, { pictures }) => sum + pictures, 0);
  const [{ path, width, height }] = others;
  const such = `${JSON.stringify(path)} of ${width} × ${height}`;
  return count === 1 ? such : `${count} pictures of other sizes, such as ${such},`;
}

function describeLater(others: readonly PictureSize[]): string {
  return `pictures of ${others.map(({ width, height }) => `${width} × ${height}`).join(" and ")}`;
}

function runArgs({ output, json, quiet }: ConvertArgs): RunArgs {
  return {
    command: "run",
    graph: output,
    set: [],
    json,
    quiet,
    watch: false,
    dev: false,
    packages: [],
    plugins: [],
    // Who reads may rest.
    ...(output === STANDARD && { stuckAfter: 0 }),
  };
}
