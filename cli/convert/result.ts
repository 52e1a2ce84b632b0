/**
 * What a run with media files came to: the lines at its end, and what is missing in what was written.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { RunSummary } from "../../core/stats.ts";
import { isNumbered } from "../../processors/media/image_path.ts";
import type { OutputFormat } from "../../processors/media/output_formats.ts";
import type { WrittenFile } from "../output/files.ts";
import { formatSpeed } from "../output/progress.ts";
import { formatBytes, formatClock, formatCount, formatDuration } from "../output/table.ts";
import { OUTPUT, outputAddress } from "./conversion_graph.ts";
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
