/**
 * Shows a graph of its own on the live page, and lets it grow while it runs: a tone at first, then a second one with a
 * reverb, then a meter at the mix.
 *
 * Run it from the root, open the address that it prints, and end it with Ctrl-C: `deno run -A examples/page.ts`
 *
 * @module
 */
import { serveControl } from "../control.ts";
import { nodes, Runtime } from "../mod.ts";

const PAUSE_MS = 3_000;

await using runtime = new Runtime();
const tone = runtime.add(nodes.toneSource({ frequencyHz: 220 }), { id: "low" });
const mixer = runtime.add(nodes.mixer({}));
runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]);
await using server = serveControl(runtime);
await runtime.start();
console.log(`Live page: ${server.url}`);

if (await pause()) {
  await runtime.edit((edit) => {
    const source = edit.add(nodes.toneSource({ frequencyHz: 330 }), { id: "high" });
    const reverb = edit.add(nodes.reverb({}));
    edit.connect(source.outputs.audio, reverb.inputs.audioIn);
    edit.connect(reverb.outputs.audioOut, mixer.inputs.audioIn[1]);
  });
  console.log('"high" goes into the mix by a reverb');
}
if (await pause()) {
  const meter = await runtime.add(nodes.levelMeter({}));
  await runtime.connect(mixer.outputs.audioOut, meter.inputs.audioIn);
  console.log(`"${meter.id}" listens`);
}
const { outcome } = await runtime.finished;
console.log(outcome);

/** Gives time to look at the page. @returns whether the graph still runs */
async function pause(): Promise<boolean> {
  await Promise.race([runtime.finished, new Promise((resolve) => setTimeout(resolve, PAUSE_MS))]);
  return runtime.running;
}
