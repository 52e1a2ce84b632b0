/** Files in, files out, through whole graphs; measured by sox, which is not ours. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { appSource, nodes, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { talkative } from "./fixtures/talkative.ts";
import { until, untilStill } from "./fixtures/waiting.ts";

const hasSox = await isInstalled("sox");

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

async function sox(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sox", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

async function peakOf(path: string): Promise<number> {
  const stat = await sox(path, "-n", "stat");
  return Number(/Maximum amplitude:\s+(\S+)/.exec(stat)![1]);
}

async function inFolder(task: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_wav_" });
  try {
    await task(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function throughGain(from: string, to: string, format: "u8" | "s16" | "s24" | "s32" | "f32", gainDb: number) {
  await using runtime = new Runtime({ mode: "offline" });
  const source = runtime.add(nodes.wavSource({ path: from }));
  const gain = runtime.add(nodes.gain({ gainDb }), { lane: "other" });
  const sink = runtime.add(nodes.wavSink({ path: to, format }));
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  await runtime.finished;
}

/** What sox calls our formats. */
const SOX_FORMATS = {
  u8: ["-b", "8", "-e", "unsigned-integer"],
  s16: ["-b", "16", "-e", "signed-integer"],
  s24: ["-b", "24", "-e", "signed-integer"],
  s32: ["-b", "32", "-e", "signed-integer"],
  f32: ["-b", "32", "-e", "floating-point"],
} as const;

for (const format of ["u8", "s16", "s24", "s32", "f32"] as const) {
  Deno.test({
    name: `gain of -6.0206 dB halves the peak of ${format}, as sox measures it`,
    ignore: !hasSox,
    fn: () =>
      inFolder(async (folder) => {
        const [from, to] = [join(folder, "from.wav"), join(folder, "to.wav")];
        await sox(
          "-n",
          "-r",
          "48000",
          "-c",
          "2",
          ...SOX_FORMATS[format],
          from,
          "synth",
          "0.5",
          "sine",
          "440",
          "vol",
          "0.8",
        );
        await throughGain(from, to, format, -6.0206);
        const ratio = await peakOf(to) / await peakOf(from);
        const tolerance = format === "u8" ? 1 / 128 / 0.8 : 0.0005;
        assert.ok(Math.abs(ratio - 0.5) <= tolerance, `${ratio}`);
      }),
  });

  Deno.test({
    name: `gain of 0 dB gives sox the same samples of ${format}`,
    ignore: !hasSox,
    fn: () =>
      inFolder(async (folder) => {
        const [from, to] = [join(folder, "from.wav"), join(folder, "to.wav")];
        await sox(
          "-n",
          "-r",
          "44100",
          "-c",
          "3",
          ...SOX_FORMATS[format],
          from,
          "synth",
          "0.3",
          "whitenoise",
          "vol",
          "0.9",
        );
        await throughGain(from, to, format, 0);
        const raws = [join(folder, "a.raw"), join(folder, "b.raw")];
        await sox(from, raws[0]);
        await sox(to, raws[1]);
        const [a, b] = await Promise.all(raws.map((path) => Deno.readFile(path)));
        assert.equal(a.length, b.length);
        if (format !== "s32") {
          assert.deepEqual(b, a);
          return;
        }
        const before = new Int32Array(a.buffer);
        const after = new Int32Array(b.buffer);
        // Within 2^-24 of full scale: frames are 32-bit floats.
        assert.ok(before.every((sample, at) => Math.abs(sample - after[at]) <= 2 ** 31 / 2 ** 24));
      }),
  });
}

Deno.test("a gain on one branch leaves the other branch's file alone", () =>
  inFolder(async (folder) => {
    const [plain, louder] = [join(folder, "plain.wav"), join(folder, "louder.wav")];
    await using runtime = new Runtime({ mode: "offline" });
    const source = runtime.add(nodes.wavSource({ path: "examples/speech.wav" }));
    const gain = runtime.add(nodes.gain({ gainDb: -20 }));
    const first = runtime.add(nodes.wavSink({ path: louder, format: "s16" }));
    const second = runtime.add(nodes.wavSink({ path: plain, format: "s16" }));
    runtime.connect(source.outputs.audio, gain.inputs.audioIn);
    runtime.connect(gain.outputs.audioOut, first.inputs.audio);
    runtime.connect(source.outputs.audio, second.inputs.audio);
    await runtime.start();
    await runtime.finished;
    const samples = async (path: string) => (await Deno.readFile(path)).subarray(-2 * 385_230);
    assert.deepEqual(await samples(plain), await samples("examples/speech.wav"));
    assert.notDeepEqual(await samples(louder), await samples(plain));
  }));

eachDriver(
  "a wav-sink that an edit gives another path, or another lane and path, completes its file",
  async (native) => {
    await inFolder(async (folder) => {
      const path = (name: string) => join(folder, `${name}.wav`);
      await using runtime = new Runtime({ mode: "live", native });
      const tone = runtime.add(nodes.toneSource({}), { lane: "far" });
      const sink = runtime.add(nodes.wavSink({ path: path("a") }), { id: "sink", lane: "near" });
      runtime.connect(tone.outputs.audio, sink.inputs.audio);
      await runtime.start();
      const flow = async () => {
        const framesIn = () => runtime.stats().nodes.find(({ id }) => id === "sink")!.framesIn;
        const before = framesIn();
        while (framesIn() < before + 5) await new Promise((resolve) => setTimeout(resolve, 2));
      };
      await flow();
      await runtime.edit((edit) => edit.reconfigure("sink", { path: path("b") }));
      await flow();
      await runtime.edit((edit) => void edit.replace("sink", nodes.wavSink({ path: path("c") })));
      await flow();
      await runtime.edit((edit) => void edit.replace("sink", nodes.wavSink({ path: path("d") }), { lane: "other" }));
      await flow();
      await runtime.stop();
      const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(files, ["a.wav", "b.wav", "c.wav", "d.wav"]);
    });
  },
);

eachDriver("a wav-sink that runs is not restarted or moved, is told why, and writes on", async (native) => {
  await inFolder(async (folder) => {
    const path = join(folder, "take.wav");
    await using runtime = new Runtime({ mode: "live", native });
    const tone = runtime.add(nodes.toneSource());
    const sink = runtime.add(nodes.wavSink({ path }), { id: "take", lane: "near" });
    runtime.connect(tone.outputs.audio, sink.inputs.audio);
    await runtime.start();
    const why =
      `the instance of "take" whose place it is to take runs until then, and may hold what "path" names: give ` +
      "the new one another, or stop the graph first";
    const message =
      `Node "take" (wav-sink): Cannot write ${JSON.stringify(path)}: another node or process is writing it ` +
      `now; wanted a path of its own; ${why}`;
    const refusal = { code: "InvalidConfig", nodeId: "take", key: "path", message };
    await assert.rejects(runtime.restartNode("take"), refusal);
    await assert.rejects(runtime.move("take", "other"), refusal);
    await assert.rejects(
      runtime.replace("take", nodes.wavSink({ path: folder })),
      ({ message }: Error) => message.includes(JSON.stringify(folder)) && !message.includes("the instance of"),
    );
    await runtime.stop();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["take.wav"]);
  });
});

eachDriver(
  "a wav-sink of a live graph that is held back for longer than its link holds loses nothing",
  async (native) => {
    await inFolder(async (folder) => {
      using hold = new Hold();
      const path = join(folder, "held.wav");
      await using runtime = new Runtime({ mode: "live", native });
      const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "source" });
      const sink = runtime.add(nodes.wavSink({ path }), { id: "sink", lane: "disk" });
      const other = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "other" });
      const holding = runtime.add(talkative({ hold: hold.path }), { id: "holding", lane: "disk" });
      runtime.connect(source.outputs.audio, sink.inputs.audio);
      runtime.connect(other.outputs.audio, holding.inputs.audio);
      await runtime.start();
      await other.push({ channels: [new Float32Array(1)] });
      await until(() => hold.sinceMs !== undefined);
      let pushed = 0;
      const feeding = (async () => {
        for (; pushed < 60; pushed++) await source.push({ channels: [new Float32Array(100).fill(pushed / 64)] });
        source.end();
        other.end();
      })();
      // By then the link is full, and drops or holds back.
      await untilStill(() => pushed);
      hold.release();
      await feeding;
      const { links } = await runtime.finished;
      const { written, read, dropped } = links.find(({ to }) => to === "sink.audio")!;
      assert.deepEqual([written, read, dropped.full], [60, 60, 0]);
      const samples = new Float32Array(Deno.readFileSync(path).slice(-4 * 6000).buffer);
      assert.deepEqual([...samples], Array.from({ length: 6000 }, (_, at) => Math.floor(at / 100) / 64));
    });
  },
);
