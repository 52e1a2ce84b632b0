/**
 * The first pass of `sluice convert --loudness`: how loud the sound is.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { checkGraph } from "../../core/graph/load.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { RunSummary } from "../../core/stats.ts";
import { GATE_LUFS } from "../../processors/audio/gated_loudness.ts";
import type { RunArgs } from "../args.ts";
import { MOST_PEAK_DB, NORMALIZE } from "../convert/audio_chain.ts";
import { measuringGraph, METER } from "../convert/conversion_graph.ts";
import type { JoinedFile } from "../convert/joined_files.ts";
import type { MeasuredLoudness, TrackPlan } from "../convert/track_plan.ts";
import type { ConvertArgs } from "../media_args.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { runGraph } from "./run_command.ts";

/** Decibels of a reduction that nobody hears. */
const LEAST_TOLD_DB = 0.1;

/**
 * Measures the sound of a file, as far as it is wanted, and shows the progress.
 *
 * @param files the first one, and those that follow it
 * @param how to run the graph
 * @returns the plans with what was found, or the exit code of a run that failed or was broken off
 * @throws {SluiceError} `InvalidConfig` where there is no sound, and where it is too quiet or too short to be measured
 */
export async function measureLoudness(
  files: readonly JoinedFile[],
  how: RunArgs,
  registry: NodeRegistry,
  io: Io,
): Promise<readonly TrackPlan[] | number> {
  const [{ plans, args }] = files;
  const { loudnessLufs: targetLufs, input } = args;
  if (targetLufs === undefined) return plans;
  const plan = plans.find(({ track }) => track.kind === "audio");
  if (plan === undefined) throw refusal(args, "nothing of it is sound; leave --loudness out");
  if (!await isReadAgain(input)) {
    throw refusal(args, "--loudness reads it twice, which a pipe cannot be; write it to a file first");
  }
  const isShown = !args.json && !args.quiet;
  if (isShown) io.stderr.line(`${plan.track.name}: measuring its loudness`);
  const text = JSON.stringify(measuringGraph(files, plans.indexOf(plan)));
  const { document, errors } = checkGraph(text, "convert", registry);
  if (document === undefined) return reportErrors(errors, io, args.json);
  let measured: MeasuredLoudness | undefined;
  const judge = ({ nodes }: RunSummary) => {
    const { integratedLufs = GATE_LUFS, rangeLu = 0, truePeakDb = 0 } = nodes.find(({ id }) => id === METER)?.figures ??
      {};
    measured = { integratedLufs, rangeLu, truePeakDb };
    return [];
  };
  const code = await runGraph({ text, document, registry, isMade: true, prepares: true, judge }, how, io);
  if (code !== EXIT.ok || measured === undefined) return code;
  if (measured.integratedLufs === GATE_LUFS) {
    throw refusal(args, `its loudness cannot be measured: it is silent, or shorter than 0.4 s; leave --loudness out`);
  }
  if (args.json) io.stdout.line(JSON.stringify({ event: "loudness", track: plan.track.name, ...measured }));
  if (isShown) io.stderr.line(`${plan.track.name}: ${renderMeasured(measured, targetLufs)}`);
  const found = measured;
  return plans.map((each) => each === plan ? { ...each, measured: found } : each);
}

/** By how much the peaks of what was brought to a loudness were turned down: a line, or none. */
export function renderLimited({ nodes }: RunSummary, { loudnessLufs }: ConvertArgs): string[] {
  const { mostReductionDb = 0 } = nodes.find(({ id }) => id === NORMALIZE)?.figures ?? {};
  if (mostReductionDb < LEAST_TOLD_DB) return [];
  const turned = `Its peaks were turned down by up to ${mostReductionDb.toFixed(1)} dB, to ${MOST_PEAK_DB} dBTP`;
  return [`${turned}: it may be quieter than ${loudnessLufs} LUFS`];
}

function renderMeasured({ integratedLufs, rangeLu, truePeakDb }: MeasuredLoudness, targetLufs: number): string {
  const gainDb = targetLufs - integratedLufs;
  const found = `${integratedLufs.toFixed(1)} LUFS, range ${rangeLu.toFixed(1)} LU, true peak ${
    truePeakDb.toFixed(1)
  } dBTP`;
  const changed = Math.abs(gainDb).toFixed(1);
  const does = changed === "0.0"
    ? `that is ${targetLufs} LUFS`
    : `made ${gainDb < 0 ? "quieter" : "louder"} by ${changed} dB, to ${targetLufs} LUFS`;
  return `${found}: ${does}`;
}

async function isReadAgain(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}

function refusal({ input, output }: ConvertArgs, why: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot convert "${input}" to "${output}": ${why}`, { key: "--loudness" });
}
