/** What `microphone` and `speaker` do with a sound server, and what they say where there is none. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { Runtime } from "../../core/runtime.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";
import { amplitudeOf, crossings, figures, Heard, listen, playTone, RATE_HZ, steepest } from "./fixtures/heard.ts";
import { PulseServer, withPulse } from "./fixtures/pulse_server.ts";

/** Enough that a busy machine does not break off the sound. */
const AMPLE = { latencyMs: 500 };

/** As it is captured, sample by sample. */
const EXACT = { ...AMPLE, correctDrift: false };

const noPlugin = noRustPlugin("audio-devices");

withPulse("a tone comes back from the sink's monitor, sample by sample", async () => {
  await using _server = await PulseServer.start();
  await using heard = await Heard.start({ device: "one.monitor", ...EXACT });
  const played = await playTone({ device: "one", ...AMPLE }, { frequencyHz: 1_000, durationSeconds: 1 });
  await until(() => heard.samples.length > RATE_HZ * 1.1);
  deepEqual([played.frames, played.lost, played.inserted, played.xruns], [RATE_HZ, 0, 0, 0]);
  const sine = (k: number) => Math.fround(0.5 * Math.sin(2 * Math.PI * 1_000 * k / RATE_HZ));
  // Sample 0 of a sine is silence, too.
  for (let k = 1; k < RATE_HZ; k++) {
    ok(Math.abs(heard.samples[k - 1] - sine(k)) < 1e-5, `sample ${k} is ${heard.samples[k - 1]}, not ${sine(k)}`);
  }
  ok(heard.samples.slice(RATE_HZ - 1).every((sample) => sample === 0), "silence follows");
});

withPulse("a tone with a pace of its own is heard whole on a sink that takes long to begin", async () => {
  await using _server = await PulseServer.start(true);
  await using heard = await Heard.start({ device: "one.monitor", latencyMs: 2_000, correctDrift: false });
  const tone = { frequencyHz: 1_000, durationSeconds: 1 };
  const played = await playTone({ device: "one", latencyMs: 100 }, tone, "live");
  await until(() => heard.samples.length > RATE_HZ * 1.1);
  deepEqual([played.frames, played.lost, played.inserted, played.xruns], [RATE_HZ, 0, 0, 0]);
  const length = heard.samples.findLastIndex((sample) => sample !== 0) + 1;
  // The monitor of such a sink may leave out 10 ms, whoever plays.
  ok(Math.abs(length / RATE_HZ - 1) < 0.02, `${length} samples`);
  ok(steepest(heard.samples) < 1.01 * 2 * Math.PI * 1_000 / RATE_HZ * 0.5, `${steepest(heard.samples)}`);
});

withPulse("a tone with a pace of its own is heard with its frequency and without a gap", async () => {
  await using _server = await PulseServer.start();
  await toneInOneGraph(1);
});

rare(withPulse)("a tone of a minute, or of SLUICE_TONE_SECONDS, has no gap", async () => {
  await using _server = await PulseServer.start();
  await toneInOneGraph(Number(Deno.env.get("SLUICE_TONE_SECONDS") ?? 60));
});

withPulse("a server that is killed and started again is found again by graphs that go on", async () => {
  await using server = await PulseServer.start();
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const microphone = runtime.add(nodes.microphone({ device: "one.monitor" }), { id: "microphone" });
  const gain = runtime.add(nodes.gain({ gainDb: -6 }));
  const speaker = runtime.add(nodes.speaker({ device: "two" }), { id: "speaker" });
  runtime.connect(microphone.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, speaker.inputs.audio);
  const said = listen(runtime);
  await runtime.start();
  const frames = () => [figures(runtime, "microphone").frames, figures(runtime, "speaker").frames];
  await until(() => frames().every((count) => count > 9_600));
  await server.kill();
  await until(() => said.length === 2);
  for (const each of said) match(each, /^unavailable: .*(connection|closed)/);
  await server.again();
  await until(() => said.filter((each) => each === "available").length === 2);
  const before = frames();
  await until(() => frames().every((count, k) => count > before[k] + 9_600));
  deepEqual([figures(runtime, "microphone").reconnects, figures(runtime, "speaker").reconnects], [1, 1]);
  await runtime.stop();
});

withPulse("two graphs play on one sink, which mixes them", async () => {
  await using _server = await PulseServer.start();
  await using heard = await Heard.start({ device: "one.monitor", ...EXACT });
  const tone = { amplitude: 0.25, durationSeconds: 1 };
  await Promise.all([500, 2_000].map((frequencyHz) => playTone({ device: "one", ...AMPLE }, { ...tone, frequencyHz })));
  await until(() => heard.samples.length > RATE_HZ * 1.5);
  // Both begin within half a second, and each lasts for a second.
  const common = heard.samples.slice(RATE_HZ / 2, RATE_HZ);
  for (const hz of [500, 2_000]) ok(Math.abs(amplitudeOf(hz, common) - 0.25) < 0.15, `${amplitudeOf(hz, common)}`);
});

withPulse("gain and mute change while sound is played", async () => {
  await using _server = await PulseServer.start();
  await using heard = await Heard.start({ device: "one.monitor", ...EXACT });
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 1_000, channels: 2 }));
  const speaker = runtime.add(nodes.speaker({ device: "one", ...AMPLE, correctDrift: false }), { id: "speaker" });
  runtime.connect(tone.outputs.audio, speaker.inputs.audio);
  await runtime.start();
  const level = () => amplitudeOf(1_000, heard.samples.slice(-4_800));
  await until(() => heard.samples.length > 9_600 && level() > 0.4);
  await runtime.configure("speaker", { gainDb: -20 });
  await until(() => Math.abs(level() - 0.05) < 0.005);
  await runtime.configure("speaker", { muted: true });
  await until(() => heard.samples.slice(-4_800).every((sample) => sample === 0));
  await runtime.stop();
  ok(steepest(heard.samples) < 1.05 * 2 * Math.PI * 1_000 / RATE_HZ * 0.5, `${steepest(heard.samples)}`);
});

withPulse("a device that is not there is refused with those that are", async () => {
  await using _server = await PulseServer.start();
  await rejects(
    Heard.start({ device: "three" }),
    /cannot open the microphone: there is no device "three"; available: "one.monitor", "two.monitor"/,
  );
  await rejects(
    playTone({ device: "three" }, {}),
    /cannot open the speaker: there is no device "three"; available: "one", "two"/,
  );
});

Deno.test({
  name: "without a server the error says what was tried and what can be done",
  ignore: noPlugin !== undefined || Deno.build.os !== "linux",
  fn: async () => {
    const before = Deno.env.get("PULSE_SERVER");
    Deno.env.set("PULSE_SERVER", "unix:/nonexistent/native");
    try {
      const tried = "tried unix:/nonexistent/native \\(No such file or directory \\(os error 2\\)\\)";
      const mend = 'start PulseAudio or PipeWire, set PULSE_SERVER, or set backend to "simulated"';
      await rejects(playTone({ backend: "pulse" }, {}), new RegExp(`no sound server answers: ${tried}; ${mend}`));
    } finally {
      if (before === undefined) Deno.env.delete("PULSE_SERVER");
      else Deno.env.set("PULSE_SERVER", before);
    }
  },
});

Deno.test({
  name: "what a simulated speaker plays, a simulated microphone of the same loop hears",
  ignore: noPlugin !== undefined,
  fn: async () => {
    await using heard = await Heard.start({ backend: "simulated", device: "loop:test", ...EXACT });
    const played = await playTone(
      { backend: "simulated", device: "loop:test", ...AMPLE },
      { frequencyHz: 1_000, durationSeconds: 0.5 },
    );
    await until(() => heard.samples.length > RATE_HZ * 0.55);
    equal(played.frames, RATE_HZ / 2);
    const sound = heard.samples.slice(0, RATE_HZ / 2 - 1);
    ok(steepest(sound) < 1.01 * 2 * Math.PI * 1_000 / RATE_HZ * 0.5);
    ok(Math.abs(crossings(sound) - 500) <= 1, `${crossings(sound)}`);
  },
});

/** Plays a tone that keeps to the runtime's clock, and hears it back, in one graph. */
async function toneInOneGraph(seconds: number): Promise<void> {
  await using heard = await Heard.start({ device: "one.monitor", ...EXACT });
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 1_000, channels: 2 }));
  const speaker = runtime.add(nodes.speaker({ device: "one", ...AMPLE }), { id: "speaker" });
  runtime.connect(tone.outputs.audio, speaker.inputs.audio);
  await runtime.start();
  await until(() => heard.samples.length >= Math.min(seconds, 30) * RATE_HZ);
  for (let left = seconds - 30; left > 0; left -= 30) {
    const wanted = heard.samples.length + Math.min(left, 30) * RATE_HZ;
    await until(() => heard.samples.length >= wanted);
  }
  const sound = heard.samples.slice(0, seconds * RATE_HZ);
  const { xruns, lost, inserted } = figures(runtime, "speaker");
  await runtime.stop();
  deepEqual([xruns, lost, inserted], [0, 0, 0]);
  ok(steepest(sound) < 1.01 * 2 * Math.PI * 1_000 / RATE_HZ * 0.5, `${steepest(sound)}`);
  // At most 1,000 millionths of correction, and one crossing at the ends.
  ok(Math.abs(crossings(sound) - 1_000 * seconds) <= 1 + seconds, `${crossings(sound)} in ${seconds} s`);
}
