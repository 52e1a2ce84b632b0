import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";

const RATE = 8000;

/** What becomes of ones in blocks of 100 samples. */
async function faded(
  config: Parameters<typeof nodes.fade>[0],
  samples: number,
  command?: (at: number) => Record<string, unknown> | undefined,
) {
  await using harness = await ProcessorHarness.create(nodes.fade(config));
  const found: number[] = [];
  for (let at = 0; at < samples; at += 100) {
    const given = command?.(at);
    if (given !== undefined) harness.configure(given);
    const ones = new Float32Array(100).fill(1);
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [ones, ones], ptsNs: 7e9 + at / RATE * 1e9 });
    await harness.run();
    const [block] = harness.takeAudio("audioOut");
    assert.deepEqual(block.channels[0], block.channels[1]);
    found.push(...block.channels[0]);
  }
  return found;
}

Deno.test("Fade rises and falls as afade of ffmpeg does, and is silent afterwards", async () => {
  const found = await faded({ inSeconds: 0.1, outSeconds: 0.05, outAtSeconds: 0.2 }, 2400);
  const { stdout } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-v", "error", "-f", "lavfi", "-i", `aevalsrc=1:s=${RATE}:d=0.3`],
      ...["-af", "afade=t=in:d=0.1,afade=t=out:st=0.2:d=0.05", "-f", "f32le", "-"],
    ],
  }).output();
  const wanted = new Float32Array(stdout.slice().buffer);
  assert.equal(wanted.length, found.length);
  // Within a step of the shorter one.
  wanted.forEach((sample, at) => assert.ok(Math.abs(sample - found[at]) < 0.003, `${at}: ${found[at]}, ${sample}`));
  assert.deepEqual([found[0], found[1000], found[2000], found[2399]], [0, 1, 0, 0]);
});

Deno.test("Fade keeps the power of two that cross", async () => {
  const rising = await faded({ inSeconds: 0.1, curve: "equal-power" }, 800);
  const falling = await faded({ outSeconds: 0.1, outAtSeconds: 0, curve: "equal-power" }, 800);
  rising.forEach((gain, at) => assert.ok(Math.abs(gain ** 2 + falling[at] ** 2 - 1) < 1e-6));
});

Deno.test("Fade falls and rises on command, from where it is", async () => {
  const commands: Readonly<Record<number, Record<string, unknown>>> = {
    400: { muted: true },
    600: { muted: false },
    1600: { muted: true },
  };
  const found = await faded({ inSeconds: 0.1, outSeconds: 0.05 }, 2400, (at) => commands[at]);
  const steps = found.slice(801).map((gain, k) => Math.abs(gain - found[800 + k]));
  assert.ok(Math.max(...steps) < 1 / 400 + 1e-6);
  assert.deepEqual([found[1599], found[1999], found[2399]].map((gain) => Math.round(gain * 1000) / 1000), [1, 0, 0]);
  assert.ok(Math.abs(found[599] - 0.5 * 600 / 800) < 0.01, `${found[599]}`);
});
