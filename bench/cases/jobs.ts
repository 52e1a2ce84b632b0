/**
 * Whole jobs from the shell, start-up included: a file through one node, into another file.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { join } from "node:path";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { PartialFile } from "../../processors/file/partial_file.ts";
import { PcmBlock } from "../../processors/file/pcm.ts";
import { WavReader } from "../../processors/file/wav_reader.ts";
import { WavWriter } from "../../processors/file/wav_writer.ts";
import { runCommand } from "../../tools/command.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";

/** Seconds of audio, against peers. */
const SECONDS = 600;
/** Seconds of audio, against plain TypeScript, which takes its time. */
const FEW_SECONDS = 60;
const RATE_HZ = 48_000;

/** One job, and who else does it. */
interface Job {
  readonly name: string;
  readonly node: { readonly type: string; readonly config: Readonly<Record<string, number>> };
  readonly rateHz: number;
  /** By the name of the program; files are `IN` and `OUT`. */
  readonly peers: Readonly<Record<string, { readonly command: string; readonly limit?: number }>>;
}

const JOBS: readonly Job[] = [
  {
    name: "gain",
    node: { type: "gain", config: { gainDb: -6 } },
    rateHz: RATE_HZ,
    peers: {
      GStreamer: { command: gstreamer("audioconvert ! volume volume=0.5 ! audioconvert"), limit: 1.2 },
      ffmpeg: { command: "ffmpeg -v error -y -i IN -af volume=-6dB -c:a pcm_s16le OUT" },
    },
  },
  {
    name: "48 to 44.1 kHz",
    node: { type: "resampler", config: { sampleRateHz: 44_100 } },
    rateHz: 44_100,
    peers: {
      GStreamer: {
        command: gstreamer("audioconvert ! audioresample ! audio/x-raw,rate=44100 ! audioconvert"),
        limit: 1.2,
      },
      sox: { command: "sox -V1 IN -b 16 OUT rate 44100" },
    },
  },
  {
    name: "reverb",
    node: { type: "reverb", config: { wet: 0.3 } },
    rateHz: RATE_HZ,
    peers: { sox: { command: "sox -V1 IN -b 16 OUT gain -6 reverb 50", limit: 0.5 } },
  },
];

export const jobs: Benchmark = {
  name: "jobs",
  about:
    "Stereo at 48 kHz and 16 bits from file to file, as commands of the shell with all their start-up, the bundled one.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    if (!isBundleCurrent()) {
      skip('jobs: the bundle is missing or outdated; run "deno task bundle"');
      return [];
    }
    const folder = await Deno.makeTempDir({ prefix: "sluice_jobs_" });
    const rows: Row[] = [];
    try {
      const input = join(folder, "in.wav");
      const shortInput = join(folder, "short.wav");
      const output = join(folder, "out.wav");
      writeNoise(input, SECONDS);
      writeNoise(shortInput, FEW_SECONDS);
      for (const job of JOBS) {
        const sluice = async (from: string, seconds: number, kernels: "auto" | "wasm") => {
          const graph = join(folder, `${seconds}.json`);
          await Deno.writeTextFile(graph, JSON.stringify(graphOf(job, from, output)));
          const command = [Deno.execPath(), "run", "-A", `${ROOT}cli/start.ts`, "run", graph, "--quiet"];
          return await timed(command, { output, seconds, rateHz: job.rateHz, kernels });
        };
        rows.push(
          await compare(runs, {
            what: `job of a minute: ${job.name}`,
            peer: "itself with the WebAssembly kernels",
            of: "speed",
            ours: () => sluice(shortInput, FEW_SECONDS, "auto"),
            theirs: () => sluice(shortInput, FEW_SECONDS, "wasm"),
          }),
        );
        for (const [peer, { command, limit }] of Object.entries(job.peers)) {
          const words = command.split(" ").map((word) => word.replace("IN", input).replace("OUT", output));
          if (!await isThere(words[0])) {
            skip(
              `jobs: ${peer} is not installed: apt-get install sox ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-good`,
            );
            continue;
          }
          rows.push(
            await compare(runs, {
              what: `job of ten minutes: ${job.name}`,
              peer,
              goal: limit === undefined ? undefined : { of: "cost", limit },
              ours: () => sluice(input, SECONDS, "auto"),
              theirs: () => timed(words, { output, seconds: SECONDS, rateHz: job.rateHz }),
            }),
          );
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    return rows;
  },
};

/** What a command is to have written. */
interface Result {
  readonly output: string;
  readonly seconds: number;
  readonly rateHz: number;
  readonly kernels?: "auto" | "wasm";
}

/** Runs a command to its end, and looks at the file that it has written. @returns nanoseconds */
async function timed(
  [program, ...args]: readonly string[],
  { output, seconds, rateHz, kernels = "auto" }: Result,
): Promise<number> {
  const env = { SLUICE_KERNELS: kernels };
  const fromMs = performance.now();
  const { code } = await new Deno.Command(program, { args, env, stdout: "null", stderr: "inherit" }).output();
  const elapsedMs = performance.now() - fromMs;
  ok(code === 0, `${program} ${args.join(" ")}`);
  using reader = WavReader.open(output);
  // A reverberator's tail follows.
  const written = reader.sampleCount / rateHz;
  ok(
    reader.format.sampleRateHz === rateHz && written >= seconds - 1 && written < seconds + 15,
    `${program}: ${written} s`,
  );
  await Deno.remove(output);
  return elapsedMs * 1e6;
}

function writeNoise(path: string, seconds: number): void {
  const block = new PcmBlock("s16", 2, RATE_HZ);
  const format = { sampleFormat: "s16", channels: 2, sampleRateHz: RATE_HZ, layout: "stereo" } as const;
  const writer = new WavWriter(PartialFile.claim(path, {}), format);
  for (let channel = 0; channel < 2; channel++) {
    block.encode(channel, Float32Array.from({ length: RATE_HZ }, () => 0.5 * (2 * Math.random() - 1)));
  }
  for (let second = 0; second < seconds; second++) writer.write(block, RATE_HZ);
  writer.finish();
}

/** The pipeline of `gst-launch-1.0` around some elements. */
function gstreamer(elements: string): string {
  return `gst-launch-1.0 -q filesrc location=IN ! wavparse ! ${elements} ! audio/x-raw,format=S16LE ! wavenc ! ` +
    "filesink location=OUT";
}

function graphOf({ node }: Job, input: string, output: string): unknown {
  return {
    version: 1,
    mode: "offline",
    nodes: {
      input: { type: "wav-source", config: { path: input } },
      node,
      output: { type: "wav-sink", config: { path: output, format: "s16" } },
    },
    links: [{ from: "input.audio", to: "node.audioIn" }, { from: "node.audioOut", to: "output.audio" }],
  };
}

/** Whether a program is there, GStreamer with what reads files. */
async function isThere(program: string): Promise<boolean> {
  const probe = program.startsWith("gst") ? ["gst-inspect-1.0", "--exists", "wavparse"] : [program, "--version"];
  const { code } = await runCommand({ program: probe[0], args: probe.slice(1) });
  return program.startsWith("gst") ? code === 0 : code !== 127;
}
