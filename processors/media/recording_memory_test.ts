/** How much memory a recording takes for each packet, however long it is: with `SLUICE_DEEP` twelve hours. */
import assert from "node:assert/strict";
import { FOLDER } from "./fixtures/media_files.ts";

const SECONDS = Deno.env.get("SLUICE_DEEP") === undefined ? 600 : 12 * 3600;
const RECORDER = new URL("./fixtures/long_recording.ts", import.meta.url).pathname;

/** The most bytes of a packet by which memory grows: those of the index, whose lists grow to twice their size. */
const MOST_BYTES = 16;
/** What a garbage collector leaves now and then. */
const NOISE_BYTES = 1e6;

for (const container of ["mp4", "fragmented-mp4", "matroska"]) {
  Deno.test(`Recording keeps at most ${MOST_BYTES} bytes of a packet in memory in ${container}`, async () => {
    const run = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", RECORDER];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...run, container, `${FOLDER}/long.${container}`, `${SECONDS}`],
      stderr: "inherit",
    }).output();
    assert.equal(code, 0);
    const { used, packets } = JSON.parse(new TextDecoder().decode(stdout)) as { used: number[]; packets: number };
    // The first tenths have what is made once.
    const grown = used[9] - used[2] - NOISE_BYTES;
    assert.ok(grown <= 0.7 * packets * MOST_BYTES, `${grown} bytes of ${0.7 * packets} packets: ${used}`);
  });
}
