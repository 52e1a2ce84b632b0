/**
 * `sluice record`: a screen, a camera and a microphone to a file.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { consoleToStderr } from "../../core/log/console_output.ts";
import { type RunSummary, sumLosses } from "../../core/stats.ts";
import { STANDARD } from "../../processors/file/standard_output.ts";
import { screenSizes } from "../../processors/media/screen_sizes.ts";
import { RECORDING, recordingGraph, screenConfig } from "../convert/recording_graph.ts";
import type { RecordArgs } from "../device_args.ts";
import { deviceLosses } from "../output/device_losses.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { WrittenFile } from "../output/files.ts";
import type { Io } from "../output/output.ts";
import { formatBytes, formatClock, formatCount } from "../output/table.ts";
import { loadTypes } from "../project/packages.ts";
import { runGraph } from "./run_command.ts";

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` for what cannot be recorded, and for a file that is there
 */
export async function recordCommand(args: RecordArgs, io: Io): Promise<number> {
  const { output, json, quiet, seconds, serve } = args;
  if (json) consoleToStderr();
  if (args.screen === undefined && args.camera === undefined && args.microphone === undefined) {
    throw refusal(args, "found nothing to record; add --screen, --camera or --microphone", "--screen");
  }
  if (output === STANDARD) throw refusal(args, "a recording goes to a file; name one", "--output");
  if (!args.printGraph) await assertWritable(args);
  const { registry } = await loadTypes({ packages: [], plugins: [] });
  const { screen } = args;
  const graph = recordingGraph(args, screen === undefined ? {} : screenSizes(registry, screenConfig(screen)));
  if (args.printGraph) {
    io.stdout.line(JSON.stringify(graph, null, 2));
    return EXIT.ok;
  }
  const text = JSON.stringify(graph);
  const { document, errors } = checkGraph(text, output, registry);
  if (document === undefined) return reportErrors(errors, io, json);
  const run = {
    command: "run",
    graph: output,
    set: [],
    watch: false,
    dev: false,
    packages: [],
    plugins: [],
    json,
    quiet,
    ...(seconds !== undefined && { seconds }),
    ...(serve !== undefined && { serve }),
  } as const;
  const made = { text, document, registry, isMade: true, secondsFrom: RECORDING, render: renderRecorded };
  return await runGraph(made, run, io);
}

/** `Recorded talk.mp4 (4.8 MB): 0:12.0`, and what was lost of it. */
function renderRecorded({ nodes, links }: RunSummary, files: readonly WrittenFile[]): string[] {
  const { progress } = nodes.find(({ id }) => id === RECORDING) ?? {};
  const isWritten = files.some(({ state }) => state === "complete" || state === "partial");
  const missing = links.filter(({ to, read }) => isWritten && to.startsWith(`${RECORDING}.`) && read === 0);
  const dropped = links.reduce((sum, link) => sum + sumLosses(link.policy, link), 0);
  return [
    ...files.map(({ path, bytes = 0, state }) =>
      state === "complete"
        ? `Recorded ${path} (${formatBytes(bytes)}): ${formatClock(progress?.doneNs ?? 0)}`
        : state === "partial"
        ? `Left ${path} (${formatBytes(bytes)}), which is not complete`
        : `Recorded nothing to ${path}`
    ),
    ...missing.map(({ to }) => `No ${to.includes(".video") ? "pictures" : "sound"} came: the file has none`),
    ...(dropped > 0 ? [`${formatCount(dropped)} frames were dropped: they came faster than they were recorded`] : []),
    ...deviceLosses(nodes).map(({ nodeId, words }) => `The ${nodeId} ${words}`),
  ];
}

async function assertWritable(args: RecordArgs): Promise<void> {
  const there = await Deno.stat(args.output).catch(() => undefined);
  if (there?.isDirectory) throw refusal(args, "it is a folder; name a file in it", "--output");
  if (there?.isFile && !args.overwrite) {
    throw refusal(args, "it is there already; give --overwrite to replace it", "--output");
  }
}

function refusal({ output }: RecordArgs, why: string, key: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot record to ${JSON.stringify(output)}: ${why}`, { key });
}
