/** A recorder that is killed leaves a file that a player opens. */
import { equal, ok } from "node:assert/strict";
import { eachDriver } from "./fixtures/each_driver.ts";

const SAMPLE_RATE_HZ = 48_000;
const BYTES_PER_SECOND = SAMPLE_RATE_HZ * 4;

/** How long a program may take to start and record on a busy machine, milliseconds. */
const PATIENCE_MS = 120_000;

eachDriver("kill -9 leaves a .partial that a player opens up to the last second", async (native) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/out.wav`;
  const graph = {
    version: 1,
    mode: "live",
    nodes: {
      tone: { type: "tone-source", config: { sampleRateHz: SAMPLE_RATE_HZ } },
      file: { type: "wav-sink", config: { path } },
    },
    links: [{ from: "tone.audio", to: "file.audio" }],
  };
  await Deno.writeTextFile(`${folder}/graph.json`, JSON.stringify(graph));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "cli/start.ts", "run", `--native=${native}`, "-q", `${folder}/graph.json`],
    cwd: new URL("..", import.meta.url),
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const size = () => Deno.stat(`${path}.partial`).then((info) => info.size, () => 0);
    for (const untilMs = performance.now() + PATIENCE_MS; await size() < 2.5 * BYTES_PER_SECOND;) {
      ok(performance.now() < untilMs, "the recording does not grow");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    child.kill("SIGKILL");
  }
  equal((await child.status).signal, "SIGKILL");
  const writtenSeconds = ((await Deno.stat(`${path}.partial`)).size - 200) / BYTES_PER_SECOND;
  const { code, stdout } = await new Deno.Command("ffprobe", {
    args: ["-v", "error", "-show_entries", "stream=duration", "-of", "csv=p=0", `${path}.partial`],
  }).output();
  equal(code, 0);
  const seconds = Number(new TextDecoder().decode(stdout));
  ok(seconds >= writtenSeconds - 1 && seconds >= 1, `${seconds} s can be played, ${writtenSeconds} s were written`);
  await Deno.remove(folder, { recursive: true });
});
