/**
 * What a run with media files came to: the lines at its end, and what is missing in what was written.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { RunSummary } from "../../core/stats.ts";
import { STANDARD } from "../../processors/file/standard_output.ts";
import { isNumbered } from "../../processors/media/image_path.ts";
import type { MediaInfo } from "../../processors/media/media_info.ts";
import type { OutputFormat } from "../../processors/media/output_formats.ts";
import type { WrittenFile } from "../output/files.ts";
import { formatSpeed } from "../output/progress.ts";
import { formatBytes, formatClock, formatCount, formatDuration } from "../output/table.ts";
import { INPUT, OUTPUT, outputAddress } from "./conversion_graph.ts";
import type { TrackPlan } from "./track_plan.ts";

/** `Wrote b.ogg (4.8 MB): 10:00.0 of media in 1.20 s, 500 × real time`. */
export function renderConverted(
  summary: RunSummary,
  files: readonly WrittenFile[],
  { sink }: OutputFormat,
  path: string,
): string[] {
  const { progress, framesIn = 0 } = summary.nodes.find(({ id }) => id === OUTPUT) ?? {};
  const took = renderLength(progress?.doneNs ?? 0, summary);
  if (sink === "image-sink") return [renderPictures(path, framesIn, took)];
  if (path === STANDARD) return [`Wrote standard output: ${took}`];
  return files.map(({ path, bytes = 0, state }) =>
    state === "complete"
      ? `Wrote ${path} (${formatBytes(bytes)}): ${took}`
      : state === "partial"
      ? `Left ${path} (${formatBytes(bytes)}), which is not complete`
      : `Wrote nothing to ${path}`
  );
}

/**
 * The tracks of which nothing came to the file, though the run went well.
 *
 * @returns an error for each
 */
export function findUnwritten(
  { links }: RunSummary,
  plans: readonly TrackPlan[],
  output: OutputFormat,
  path: string,
): SluiceError[] {
  const missing = plans.filter((plan) => {
    const address = outputAddress(plan, output);
    return !links.some(({ to, read }) => to === address && read > 0);
  });
  return missing.map(({ track: { name, kind } }) =>
    new SluiceError(
      "NodeFailed",
      `Cannot write ${name} to "${path}": nothing of it can be read there; leave it out with --no-${kind}, or choose ` +
        "other times",
    )
  );
}

/** What of a damaged file did not come to the output: a line, or none. */
export function renderLost({ nodes }: RunSummary, path: string): string[] {
  const inputs = nodes.filter(({ id }) => id === INPUT || id.startsWith(`${INPUT}-`));
  const sumOf = (name: string) => inputs.reduce((sum, { figures }) => sum + (figures?.[name] ?? 0), 0);
  const [lostBytes, lostParts, lostPackets] = ["lostBytes", "lostParts", "lostPackets"].map(sumOf);
  const [faults, missingSeconds] = ["faults", "missingSeconds"].map(sumOf);
  const packets = nodes.reduce((sum, { figures }) => sum + (figures?.damaged ?? 0), 0);
  const lost = [
    ...(lostBytes === 0 ? [] : [`${formatCount(lostBytes)} bytes in ${counted(lostParts, "place")} are left out`]),
    ...(lostPackets === 0 ? [] : [`${counted(lostPackets, "packet")} could not be read`]),
    ...(packets === 0 ? [] : [`${counted(packets, "packet")} could not be decoded`]),
    ...(faults === 0 ? [] : [`ffmpeg found ${counted(faults, "fault")} in it`]),
    ...(missingSeconds === 0 ? [] : [`its last ${missingSeconds.toFixed(1)} s are missing`]),
  ];
  return lost.length === 0 ? [] : [`${path} is damaged: ${lost.join(", and ")}`];
}

/** The errors for what a run that takes no loss has lost, and for what is wrong with its files, the first one first. */
export function findLost(summary: RunSummary, files: readonly MediaInfo[]): SluiceError[] {
  const faulty = files.flatMap(({ path, part, faults = [] }) => [
    ...(part === undefined ? [] : [`${path} is cut off: ${part} are there`]),
    ...faults.map((fault) => `${path}: ${fault}`),
  ]);
  return [...faulty, ...renderLost(summary, files[0].path)].map((message) =>
    new SluiceError("NodeFailed", `${message}; leave --strict out to take it all the same`)
  );
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** `10:00.0 of media in 1.20 s, 500 × real time`. */
export function renderLength(mediaNs: number, { elapsedNs }: RunSummary): string {
  const speed = formatSpeed(mediaNs / elapsedNs);
  return `${formatClock(mediaNs)} of media in ${formatDuration(elapsedNs)}, ${speed} × real time`;
}

function renderPictures(path: string, count: number, took: string): string {
  if (count === 0) return `Wrote nothing to ${path}`;
  if (isNumbered(path)) return `Wrote ${formatCount(count)} pictures to ${path}: ${took}`;
  const kept = count === 1 ? "" : `, the last one of ${formatCount(count)}; a name such as %04d.png keeps them all`;
  return `Wrote ${path}: ${took}${kept}`;
}
