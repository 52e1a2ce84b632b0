import { deepEqual, equal, ok } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { until } from "./fixtures/until.ts";

const RATE_HZ = 8000;
const TONE = ["-f", "lavfi", "-i", `sine=frequency=500:sample_rate=${RATE_HZ}:duration=0.5`];

function ffmpeg(...args: string[]): Deno.ChildProcess {
  const command = ["-v", "error", ...args];
  return new Deno.Command("ffmpeg", { args: command, stdin: "null", stdout: "piped", stderr: "inherit" }).spawn();
}

/** How often samples pass from below zero to above. */
function crossings(samples: readonly number[]): number {
  return samples.filter((sample, at) => at > 0 && samples[at - 1] < 0 && sample >= 0).length;
}

Deno.test("UdpSource receives the samples that ffmpeg sends", async () => {
  await using source = await ProcessorHarness.create(
    nodes.udpSource({ port: 0, format: "s16", channels: 1, sampleRateHz: RATE_HZ }),
    {},
    { mode: "live" },
  );
  const url = `udp://127.0.0.1:${source.figures!.port}?pkt_size=1000`;
  const child = ffmpeg("-re", ...TONE, "-f", "s16le", url);
  const samples: number[] = [];
  await until(source, () => {
    for (const { channels } of source.takeAudio("audio")) samples.push(...channels[0]);
    return samples.length >= RATE_HZ / 2;
  });
  equal((await child.output()).code, 0);
  equal(samples.length, RATE_HZ / 2);
  const count = crossings(samples);
  ok(count >= 249 && count <= 250, `${count}`);
});

Deno.test("UdpSink sends what ffmpeg receives", async () => {
  const port = 47_113;
  const child = ffmpeg(
    ...["-f", "s16le", "-ar", `${RATE_HZ}`, "-ac", "1", "-i", `udp://127.0.0.1:${port}?timeout=1000000`],
    ...["-t", "0.25", "-f", "f32le", "-"],
  );
  await using sink = await ProcessorHarness.create(nodes.udpSink({ port }));
  const block = Float32Array.from({ length: 400 }, (_, at) => Math.sin(2 * Math.PI * 500 * at / RATE_HZ) / 2);
  let isOver = false;
  const output = child.output().finally(() => isOver = true);
  // It does not say when it listens.
  while (!isOver) {
    sink.pushAudio("audio", { sampleRateHz: RATE_HZ, channels: [block] });
    await sink.run();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { stdout, code } = await output;
  equal(code, 0);
  const samples = new Float32Array(stdout.slice().buffer);
  equal(samples.length, RATE_HZ / 4);
  equal(Math.abs(samples[0]) < 0.01, true);
  equal(Math.abs(Math.max(...samples) - 0.5) < 0.001, true);
  const count = crossings([...samples]);
  ok(count >= 124 && count <= 125, `${count}`);
});

Deno.test("HttpSource gets a file from Python's server", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.ndjson`, '{"a":1}\n2\n');
  const child = new Deno.Command("python3", {
    args: ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  let said = "";
  while (!said.includes("port ")) said += new TextDecoder().decode((await reader.read()).value);
  const url = `http://127.0.0.1:${/port (\d+)/.exec(said)![1]}/a.ndjson`;
  const links = { data: { policy: "roll-off", capacity: 8 } } as const;
  await using source = await ProcessorHarness.create(nodes.httpSource({ url, format: "ndjson" }), {}, { links });
  await until(source, () => source.finished);
  deepEqual(source.takeData("data"), [{ a: 1 }, 2]);
  child.kill();
  await reader.cancel();
  await child.status;
  await Deno.remove(folder, { recursive: true });
});
