/**
 * `deno task bench [--only NAME]… [--runs N]`: measures Sluice against what users would pick instead. Every benchmark
 * asserts its result before it counts. A run of all of them writes `bench/results.md`; a missed goal is
 * printed as such and is no failure.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadNative } from "../ffi/loader.ts";
import type { Benchmark } from "./benchmark.ts";
import { answers } from "./cases/answers.ts";
import { autoLanes } from "./cases/auto_lanes.ts";
import { convertJob } from "./cases/convert_job.ts";
import { counters } from "./cases/counters.ts";
import { firstLoad } from "./cases/first_load.ts";
import { flacJob } from "./cases/flac_job.ts";
import { generator } from "./cases/generator.ts";
import { glassToGlass } from "./cases/glass_to_glass.ts";
import { grpcRoundTrip } from "./cases/grpc_round_trip.ts";
import { gpu } from "./cases/gpu.ts";
import { inLane } from "./cases/in_lane.ts";
import { jobs } from "./cases/jobs.ts";
import { laneToLane } from "./cases/lane_to_lane.ts";
import { liveEdit } from "./cases/live_edit.ts";
import { linkWrite } from "./cases/link_write.ts";
import { livePage } from "./cases/live_page.ts";
import { liveStatistics } from "./cases/live_statistics.ts";
import { manyNodes } from "./cases/many_nodes.ts";
import { nativeRing } from "./cases/native_ring.ts";
import { isolation } from "./cases/isolation.ts";
import { nativeStages } from "./cases/native_stages.ts";
import { noCopy } from "./cases/no_copy.ts";
import { pictures } from "./cases/pictures.ts";
import { pluginLoad } from "./cases/plugin_load.ts";
import { portAccess } from "./cases/port_access.ts";
import { python } from "./cases/python.ts";
import { rtsp } from "./cases/rtsp.ts";
import { screen } from "./cases/screen.ts";
import { sessions } from "./cases/sessions.ts";
import { soundRoundTrip } from "./cases/sound_round_trip.ts";
import { start } from "./cases/start.ts";
import { streams } from "./cases/streams.ts";
import { taps } from "./cases/taps.ts";
import { values } from "./cases/values.ts";
import { wakeUp } from "./cases/wake_up.ts";
import { videoCodecs } from "./cases/video_codecs.ts";
import type { Row } from "./measure.ts";
import { formatLine, writePage } from "./report.ts";

const BENCHMARKS: readonly Benchmark[] = [
  jobs,
  convertJob,
  flacJob,
  inLane,
  laneToLane,
  values,
  nativeRing,
  nativeStages,
  pluginLoad,
  isolation,
  python,
  videoCodecs,
  pictures,
  gpu,
  soundRoundTrip,
  screen,
  glassToGlass,
  rtsp,
  wakeUp,
  noCopy,
  portAccess,
  linkWrite,
  counters,
  autoLanes,
  manyNodes,
  liveEdit,
  answers,
  liveStatistics,
  taps,
  firstLoad,
  livePage,
  generator,
  start,
  sessions,
  streams,
  grpcRoundTrip,
];

const USAGE = `Usage: deno task bench [--only NAME]… [--runs N]

  --only NAME  run this one and leave bench/results.md alone; may be given more than once:
${BENCHMARKS.map(({ name }) => `               ${name}`).join("\n")}
  --runs N     paired runs, 1 to 99 (default: 5)
  --help       show this`;

/** Runs the command. @returns the exit code: 0, 1 (a benchmark's result was wrong), 2 (wrong arguments) */
async function main(args: readonly string[]): Promise<number> {
  const options = readArgs(args);
  if (options === undefined) return 2;
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const { chosen, runs } = options;
  try {
    loadNative();
  } catch (error) {
    console.error(`Cannot run the benchmarks without the native library: ${(error as Error).message}`);
    return 1;
  }
  const rows: Row[] = [];
  let wrong = false;
  for (const { name, about, run } of chosen) {
    console.log(`\n${name}: ${about}`);
    try {
      const skip = (reason: string) => console.log(`  left out: ${reason}`);
      const note = (text: string) => console.log(`  ${text}`);
      for (const row of await run({ runs, skip, note })) {
        rows.push(row);
        console.log(`  ${formatLine(row)}`);
      }
    } catch (error) {
      wrong = true;
      console.error(`  failed: ${(error as Error).message}`);
    }
  }
  if (wrong) return 1;
  if (chosen.length === BENCHMARKS.length) await writePage(rows, runs);
  return 0;
}

function readArgs(args: readonly string[]): { chosen: readonly Benchmark[]; runs: number; help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        runs: { type: "string", default: "5" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const names = BENCHMARKS.map(({ name }) => name);
    const unknown = values.only?.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new RangeError(`there is no benchmark "${unknown}": ${names.join(", ")}`);
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1 || runs > 99) {
      throw new RangeError(`--runs is ${values.runs}, wanted 1 to 99`);
    }
    const chosen = BENCHMARKS.filter(({ name }) => values.only === undefined || values.only.includes(name));
    return { chosen, runs, help: values.help };
  } catch (error) {
    console.error(`Cannot run the benchmarks: ${(error as Error).message}\n\n${USAGE}`);
    return undefined;
  }
}

Deno.exit(await main(Deno.args));
