/**
 * FLAC beside ffmpeg: whole conversions from the shell, start-up included, and the size of the files.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { noRustPlugin } from "../../tests/fixtures/plugins/build.ts";
import { runCommand } from "../../tools/command.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, ratioRow, type Row } from "../measure.ts";

const SECONDS = 600;
const [TIME_LIMIT, SIZE_LIMIT] = [1.5, 1.1];
/** Chords with a little noise, which beat: music, as far as an encoder knows. */
const CHORD = "0.3*sin(2*PI*220*t)+0.2*sin(2*PI*277*t+sin(t*5))+0.1*sin(2*PI*1330*t)*exp(-3*mod(t\\,0.5))";
const MUSIC = `aevalsrc=${CHORD}+0.01*(2*random(0)-1)|${CHORD}+0.01*(2*random(1)-1):s=48000:d=5`;

/** What is encoded, with how ffmpeg makes ten minutes of it. */
const SOUNDS = [
  {
    name: "speech, mono, 16 bits",
    from: ["-stream_loop", "-1", "-i", `${ROOT}examples/speech.wav`],
    to: ["-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le"],
  },
  {
    name: "music, stereo, 24 bits",
    from: ["-f", "lavfi", "-i", MUSIC, "-af", "aloop=loop=-1:size=240000"],
    to: ["-c:a", "pcm_s24le"],
  },
];

export const flacJob: Benchmark = {
  name: "flac",
  about: "Ten minutes of WAV to FLAC, as commands of the shell with all start-up, beside ffmpeg's encoder at its " +
    "default level in one thread; and how large the files are. The decoded sound is compared first.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    const missing = await findMissing();
    if (missing !== undefined) {
      skip(`flac: ${missing}`);
      return [];
    }
    const folder = await Deno.makeTempDir({ prefix: "sluice_flac_" });
    try {
      const rows: Row[] = [];
      for (const sound of SOUNDS) rows.push(...await measure(sound, folder, runs));
      return rows;
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

async function measure({ name, from, to }: typeof SOUNDS[number], folder: string, runs: number): Promise<Row[]> {
  const [input, ours, theirs] = ["in.wav", "ours.flac", "theirs.flac"].map((file) => join(folder, file));
  await run("ffmpeg", "-v", "error", "-y", ...from, "-t", `${SECONDS}`, ...to, input);
  const sluice = ["run", "-A", `${ROOT}cli/start.ts`, "convert", input, ours, "--quiet"];
  const convert = async () => {
    await Deno.remove(ours).catch(() => {});
    return await run(Deno.execPath(), ...sluice);
  };
  const ffmpeg = () => run("ffmpeg", "-v", "error", "-y", "-threads", "1", "-i", input, "-c:a", "flac", theirs);
  await convert();
  deepEqual(await soundOf(ours), await soundOf(input), `${name}: the sound is another one`);
  const time = await compare(runs, {
    what: `10 minutes of ${name}, to FLAC`,
    peer: "ffmpeg -c:a flac",
    goal: { of: "cost", limit: TIME_LIMIT },
    ours: convert,
    theirs: ffmpeg,
  });
  const [own, other] = [Deno.statSync(ours).size, Deno.statSync(theirs).size];
  const sizes = { what: `the same: size of the file`, peer: "ffmpeg -c:a flac" };
  return [time, {
    ...ratioRow({ ...sizes, goal: { of: "cost", limit: SIZE_LIMIT } }, [own], [other]),
    result: `${(own / other).toFixed(3)} × its size`,
    detail: `ours ${own} bytes, ${sizes.peer} ${other} bytes`,
  }];
}

/** A sum of all samples of a file, at their full width. */
async function soundOf(path: string): Promise<string> {
  const args = ["-v", "error", "-i", path, "-c:a", "pcm_s32le", "-f", "md5", "-"];
  return new TextDecoder().decode((await new Deno.Command("ffmpeg", { args, stderr: "inherit" }).output()).stdout);
}

/** @returns nanoseconds that the command takes */
async function run(program: string, ...args: string[]): Promise<number> {
  const fromMs = performance.now();
  const { code } = await new Deno.Command(program, { args, stdout: "null", stderr: "inherit" }).output();
  ok(code === 0, `${program} ${args.join(" ")}`);
  return (performance.now() - fromMs) * 1e6;
}
