import assert from "node:assert/strict";
import { ProcessorHarness } from "../testing.ts";
import { formatTypeScript } from "./emit/format.ts";
import { scale as generated } from "./testdata/accepted/by_hand/sluice.gen.ts";
import { scale as wired } from "./testdata/accepted/by_hand/wired.ts";

const FOLDER = new URL("./testdata/accepted/by_hand/", import.meta.url);

/** Lines of code that a person writes: no empty ones, no comments. */
async function countLines(name: string): Promise<number> {
  const text = formatTypeScript(await Deno.readTextFile(new URL(name, FOLDER)));
  return text.replace(/\/\*\*[^]*?\*\//g, "").split("\n").filter((line) => line.trim() !== "").length;
}

Deno.test("an annotated processor of two ports and a parameter takes 60 % fewer lines than one wired by hand", async () => {
  const [annotated, byHand] = [await countLines("annotated.ts"), await countLines("wired.ts")];
  const saved = 1 - annotated / byHand;
  console.log(`annotated: ${annotated} lines; by hand: ${byHand} lines; ${Math.round(saved * 100)} % fewer`);
  assert.ok(saved >= 0.6, `only ${Math.round(saved * 100)} % fewer`);
});

for (const [name, type] of [["annotated", generated], ["wired by hand", wired]] as const) {
  Deno.test(`the processor that is ${name} runs, and has the other's ports and configuration`, async () => {
    await using harness = await ProcessorHarness.create(type({ factor: 0.5 }));
    harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [new Float32Array([1, -0.5])] });
    await harness.run();
    assert.deepEqual([...harness.takeAudio("audioOut")[0].channels[0]], [0.5, -0.25]);
    assert.deepEqual(type.descriptor.inputs, generated.descriptor.inputs);
    assert.deepEqual(type.descriptor.outputs, generated.descriptor.outputs);
    assert.deepEqual(type.descriptor.config, generated.descriptor.config);
    await assert.rejects(ProcessorHarness.create(type({ factor: 11 })), { code: "InvalidConfig" });
  });
}
