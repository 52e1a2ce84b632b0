/** A recorder that is killed leaves files that play up to a moment before. */
import assert from "node:assert/strict";
import { ffmpeg, FOLDER, probe } from "./fixtures/media_files.ts";

const KILLS = Deno.env.get("SLUICE_DEEP") === undefined ? 1 : 100;
/** How much of the media may be lost. */
const MOST_LOST_SECONDS = 2;
const FILES = ["r.mp4", "r.mkv", "r.webm", "r.ogg"];
const RECORDER = new URL("./fixtures/recorder.ts", import.meta.url).pathname;

function film(name: string, ...codec: string[]): string {
  const path = `${FOLDER}/${name}`;
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=4"];
  const tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=4:sample_rate=48000"];
  ffmpeg(
    ...picture,
    ...tone,
    "-c:v",
    ...codec,
    "-g",
    "25",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "libopus",
    "-b:a",
    "32k",
    path,
  );
  return path;
}

/** Kills the recorder once the film has come to a place. @returns how far each file was then, in seconds */
async function killAt(seconds: number, films: readonly string[], folder: string): Promise<number[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", RECORDER, ...films, folder],
    stdout: "piped",
  }).spawn();
  let taken: number[] = [];
  let rest = "";
  let isKilled = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    if (lines.length > 0) taken = lines.at(-1)!.split(" ").map(Number);
    if (isKilled || Math.min(...taken) < seconds) continue;
    child.kill("SIGKILL");
    isKilled = true;
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return taken;
}

Deno.test(`MediaSink leaves files that play up to ${MOST_LOST_SECONDS} s before kill -9, at ${KILLS} moments`, async () => {
  const films = [
    film("killed.mp4", "libx264", "-bf", "0"),
    film("killed.webm", "libvpx-vp9", "-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8"),
  ];
  for (let kill = 0; kill < KILLS; kill++) {
    const folder = `${FOLDER}/kill-${kill}`;
    Deno.mkdirSync(folder);
    // Moments are dealt out over the second in which a part of a file is written.
    const seconds = 3 + (kill * 0.618 % 1) * (KILLS === 1 ? 1 : 4);
    const taken = await killAt(seconds, films, folder);
    for (const [k, name] of FILES.entries()) assertPlays(`${folder}/${name}.partial`, taken[k]);
    Deno.removeSync(folder, { recursive: true });
  }
});

function assertPlays(path: string, takenSeconds: number): void {
  const kinds = path.includes(".ogg") ? ["audio"] : ["video", "audio"];
  assert.deepEqual(probe(path, "stream=codec_type"), kinds, path);
  for (const kind of path.includes(".ogg") ? ["a"] : ["v", "a"]) {
    const times = probe(path, "frame=pts_time", "-select_streams", kind).map(Number);
    const lost = takenSeconds - Math.max(...times);
    assert.ok(lost < MOST_LOST_SECONDS, `${path}, ${kind}: ${lost} s of ${takenSeconds} s are lost`);
    if (kind === "a") continue;
    // Sound is a little longer than the pictures, so that there is a gap where the film begins again.
    const gaps = times.slice(1).map((time, k) => time - times[k]);
    assert.ok(gaps.every((gap) => gap > 0.03 && gap < 0.06), `${path}: ${gaps}`);
  }
}
