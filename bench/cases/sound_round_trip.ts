/**
 * Sound from a device to another one, beside GStreamer: the processor time of the whole process while it runs. The devices
 * are sinks of a PulseAudio of the benchmark's own; a tone is played into the one, and is to be heard on the other.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { crossings, Heard, RATE_HZ } from "../../tests/devices/fixtures/heard.ts";
import { noSoundServer, PulseServer } from "../../tests/devices/fixtures/pulse_server.ts";
import { sleep, until } from "../../tests/fixtures/waiting.ts";
import { runCommand } from "../../tools/command.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";
import { processorNs } from "../processor_time.ts";

/** What is measured of a run, and what goes before it. */
const [WARM_MS, MEASURED_MS] = [2_000, 5_000];
const TONE_HZ = 1_000;
/** Of the tone, and of what is heard of it after 6 dB less. */
const [PLAYED, HALVED] = [0.5, 0.25];
const MOST_RUNS = 3;

const PEER = "pulsesrc ! volume ! pulsesink";
const GSTREAMER = "pulsesrc device=one.monitor ! volume volume=0.5 ! pulsesink device=two";

/** What is compared with GStreamer's line. The speaker keeps as much sound as `pulsesink` does by itself. */
const LINES = [
  {
    what: "microphone → gain → speaker, a second of sound",
    line: "microphone device=one.monitor ! gain gainDb=-6.0206 ! speaker device=two latencyMs=200",
  },
  {
    what: "the same with the speaker's own gain, on a native lane alone",
    line: "microphone device=one.monitor ! speaker device=two latencyMs=200 gainDb=-6.0206",
  },
];

export const soundRoundTrip: Benchmark = {
  name: "sound",
  about:
    "A microphone, a gain and a speaker on sinks of PulseAudio: processor time of the whole process for each second " +
    `of sound, beside "${PEER}". The tone is found at the other end, in every run, before it counts.`,
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    const missing = await findMissing();
    if (missing !== undefined) {
      skip(`sound: ${missing}`);
      return [];
    }
    await using _server = await PulseServer.start();
    await using player = new Runtime({ native: "require", mode: "live" });
    const tone = player.add(nodes.toneSource({ frequencyHz: TONE_HZ, channels: 2, amplitude: PLAYED }));
    const speaker = player.add(nodes.speaker({ device: "one", latencyMs: 500 }));
    player.connect(tone.outputs.audio, speaker.inputs.audio);
    await player.start();
    await using heard = await Heard.start({ device: "two.monitor", latencyMs: 500, correctDrift: false });
    const rows: Row[] = [];
    for (const { what, line } of LINES) {
      const own = ["run", "-A", `${ROOT}cli/start.ts`, "run", "--quiet", "-e", line];
      rows.push(
        await compare(Math.min(runs, MOST_RUNS), {
          what,
          peer: PEER,
          goal: { of: "cost", limit: 1 },
          ours: () => measure(heard, Deno.execPath(), own),
          theirs: () => measure(heard, "gst-launch-1.0", ["-q", ...GSTREAMER.split(" ")]),
        }),
      );
    }
    await player.stop();
    return rows;
  },
};

async function findMissing(): Promise<string | undefined> {
  if (noSoundServer !== undefined) return noSoundServer;
  if (!isBundleCurrent()) return 'the bundle is missing or outdated; run "deno task bundle"';
  const found = await runCommand({ program: "gst-inspect-1.0", args: ["pulsesrc"] }).catch(() => ({ code: 1 }));
  if (found.code === 0) return undefined;
  return "GStreamer has no pulsesrc: apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-pulseaudio";
}

/** @returns nanoseconds of processor time for each second of sound */
async function measure({ samples }: Heard, program: string, args: readonly string[]): Promise<number> {
  const child = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" }).spawn();
  try {
    const newest = () => samples.slice(-RATE_HZ);
    samples.length = 0;
    await until(() => Math.max(...newest().slice(-480)) > 0.9 * HALVED, () => `the tone through ${program}`);
    await sleep(WARM_MS);
    samples.length = 0;
    const [beforeNs, fromMs] = [processorNs(child.pid), performance.now()];
    await sleep(MEASURED_MS);
    const spentNs = processorNs(child.pid) - beforeNs;
    const seconds = (performance.now() - fromMs) / 1_000;
    const sound = newest();
    const peak = sound.reduce((most, sample) => Math.max(most, sample), 0);
    ok(Math.abs(peak - HALVED) < 0.01, `${program} ${args.join(" ")} gives a peak of ${peak}, wanted ${HALVED}`);
    ok(Math.abs(crossings(sound) - TONE_HZ) < 0.02 * TONE_HZ, `${program}: ${crossings(sound)} Hz, wanted ${TONE_HZ}`);
    return spentNs / seconds;
  } finally {
    child.kill("SIGINT");
    await child.status;
  }
}
