/**
 * A whole conversion from the shell, start-up included: ten minutes of speech to Opus.
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
import { readMediaInfo } from "../../processors/media/media_info.ts";
import { noRustPlugin } from "../../tests/fixtures/plugins/build.ts";
import { runCommand } from "../../tools/command.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";

/** Seconds of speech. */
const SECONDS = 600;
const BITS_PER_SECOND = 64_000;
const LIMIT = 1.2;
const SPEECH = `${ROOT}examples/speech.wav`;

export const convertJob: Benchmark = {
  name: "convert",
  about:
    "Ten minutes of speech, mono at 48 kHz and 16 bits, to Ogg with Opus, as commands of the shell with all start-up.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    const missing = await findMissing();
    if (missing !== undefined) {
      skip(`convert: ${missing}`);
      return [];
    }
    const folder = await Deno.makeTempDir({ prefix: "sluice_convert_" });
    try {
      const [input, output] = [join(folder, "in.wav"), join(folder, "out.ogg")];
      repeatSpeech(input);
      const sluice = [Deno.execPath(), "run", "-A", `${ROOT}cli/start.ts`, "convert", input, output, "--quiet"];
      // What libopus does by itself, and so Sluice: complexity 10, tuned for audio, a rate that is kept on average.
      const same = ["-application", "audio", "-compression_level", "10", "-vbr", "constrained"];
      const bits = String(BITS_PER_SECOND);
      const ffmpeg = ["ffmpeg", "-v", "error", "-y", "-i", input, "-c:a", "libopus", "-b:a", bits, ...same, output];
      return [
        await compare(runs, {
          what: "10 minutes of speech to Ogg/Opus",
          peer: "ffmpeg -c:a libopus",
          goal: { of: "cost", limit: LIMIT },
          ours: () => timed([...sluice, "--audio-bitrate", bits], output),
          theirs: () => timed(ffmpeg, output),
        }),
      ];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

async function findMissing(): Promise<string | undefined> {
  if (!isBundleCurrent()) return 'the bundle is missing or outdated; run "deno task bundle"';
  const { code } = await runCommand({ program: "ffmpeg", args: ["-version"] });
  return code === 0 ? noRustPlugin("codecs") : "ffmpeg is not installed: apt-get install ffmpeg";
}

/** Runs a command to its end, and looks at the file that it has written. @returns nanoseconds */
async function timed([program, ...args]: readonly string[], output: string): Promise<number> {
  const fromMs = performance.now();
  const { code } = await new Deno.Command(program, { args, stdout: "null", stderr: "inherit" }).output();
  const elapsedMs = performance.now() - fromMs;
  ok(code === 0, `${program} ${args.join(" ")}`);
  const { durationSeconds = 0, bitRate = 0, tracks } = await readMediaInfo(output);
  ok(tracks[0].codec === "opus" && Math.abs(durationSeconds - SECONDS) < 0.1, `${program}: ${durationSeconds} s`);
  ok(Math.abs(bitRate / BITS_PER_SECOND - 1) < 0.1, `${program}: ${bitRate} bit/s`);
  await Deno.remove(output);
  return elapsedMs * 1e6;
}

function repeatSpeech(path: string): void {
  using reader = WavReader.open(SPEECH);
  const { format, sampleCount } = reader;
  const block = new PcmBlock(format.sampleFormat, format.channels, sampleCount);
  reader.read(block, sampleCount);
  const writer = new WavWriter(PartialFile.claim(path, {}), format);
  for (let left = SECONDS * format.sampleRateHz; left > 0; left -= sampleCount) {
    writer.write(block, Math.min(left, sampleCount));
  }
  writer.finish();
}
