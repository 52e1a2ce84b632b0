import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { noteFrequencyHz } from "./chord_notes.ts";
import { amplitudeAt, join, peak } from "./fixtures/test_signals.ts";

const RATE = 48_000;

Deno.test("noteFrequencyHz() knows letters, accidentals and octaves", () => {
  for (
    const [note, frequencyHz] of [["A4", 440], ["A3", 220], ["C4", 261.626], ["C#4", 277.183], ["Db4", 277.183], [
      "B0",
      30.868,
    ]] as const
  ) {
    assert.ok(Math.abs(noteFrequencyHz(note)! - frequencyHz) < 1e-3, note);
  }
  for (const wrong of ["H4", "c4", "C", "C10", "C##4", ""]) assert.equal(noteFrequencyHz(wrong), undefined);
});

Deno.test("ChordSource plays each note with its share of the amplitude, for its duration", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.chordSource({ notes: ["A3", "A4", "E5"], amplitude: 0.6, durationSeconds: 1, channels: 2 }),
  );
  await harness.run();
  const blocks = harness.takeAudio("audio");
  const [left, right] = [0, 1].map((channel) => join(blocks.map(({ channels }) => channels[channel])));
  assert.equal(left.length, RATE);
  assert.deepEqual(left, right);
  for (const frequencyHz of [220, 440, noteFrequencyHz("E5")!]) {
    assert.ok(Math.abs(amplitudeAt(left, frequencyHz, RATE) - 0.2) < 0.002, `${frequencyHz} Hz`);
  }
  assert.ok(peak(left) <= 0.6 && peak(left) > 0.5);
  assert.equal(blocks[1].ptsNs, Math.round(1024 / RATE * 1e9));
});

Deno.test("ChordSource fades to other notes over one block, and keeps the phase of those that stay", async () => {
  await using harness = await ProcessorHarness.create(nodes.chordSource({ notes: ["A3", "A4"], blockSize: 4800 }));
  await harness.run(1);
  harness.configure({ notes: ["A3", "E4"] });
  await harness.run(4);
  const out = join(harness.takeAudio("audio").map(({ channels }) => channels[0]));
  // The steepest slope of the notes is 2π · (220 + 440 + 330) / 48,000 · 0.25 a sample.
  for (let i = 1; i < out.length; i++) assert.ok(Math.abs(out[i] - out[i - 1]) < 0.033, `a step at sample ${i}`);
  const late = out.subarray(9600);
  assert.ok(amplitudeAt(late, 440, RATE) < 0.01);
  assert.ok(Math.abs(amplitudeAt(late, 220, RATE) - 0.25) < 0.01);
});

Deno.test("ChordSource names what is no note", async () => {
  await assert.rejects(ProcessorHarness.create(nodes.chordSource({ notes: ["C4", "X"] })), {
    code: "InvalidConfig",
    key: "notes",
    message: /Cannot play "X" in "node": wanted a letter from A to G/,
  });
});
