import { deepEqual } from "node:assert/strict";
import { until } from "../../tests/fixtures/waiting.ts";
import { payloadWriter } from "./call_files.ts";

Deno.test("payloadWriter() writes values beside the file, and puts them in its place at the end alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.jsonl`;
    const files = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    await Deno.writeTextFile(path, "old\n");
    const first = payloadWriter({ path });
    await first.write({ kind: "data", value: 1 });
    deepEqual([await Deno.readTextFile(path), files()], ["old\n", ["a.jsonl", "a.jsonl.partial"]]);
    await first.abort();
    const second = payloadWriter({ path });
    await second.write({ kind: "text", text: "b" });
    await second.end();
    deepEqual(files(), ["a.jsonl", "a.jsonl.partial.1"]);
    deepEqual(await Deno.readTextFile(path), '"b"\n');
    deepEqual(await Deno.readTextFile(`${path}.partial.1`), "1\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("payloadWriter() leaves sound that is broken off beside the file that was there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.wav`;
    await Deno.writeTextFile(path, "old\n");
    const empty = payloadWriter({ path });
    deepEqual(await empty.end(), false);
    const writer = payloadWriter({ path });
    const files = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    await writer.write({ kind: "audio", sampleRateHz: 48_000, channels: [new Float32Array(480)] });
    // The sink takes the block in its own time, and makes the file before.
    await until(() => files().length === 2 && Deno.statSync(`${path}.partial`).size > 0);
    await writer.abort();
    deepEqual(await Deno.readTextFile(path), "old\n");
    deepEqual(files(), ["a.wav", "a.wav.partial"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
