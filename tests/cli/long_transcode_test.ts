/** How much memory an hour of film takes that is decoded and encoded again. Only with `SLUICE_DEEP`: it takes minutes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { FOLDER, probe } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { spawn } from "./command_line.ts";

const SECONDS = 3600;
/** Few pictures a second: memory goes by their number, and by the length of the film. */
const RATE = 2;
/** Looks at the memory, a second apart, of which the first quarter has what is made once. */
const LOOK_EVERY_MS = 1_000;
/** By how much of what it has a garbage collector may let it grow meanwhile. */
const MOST_GROWTH = 1.1;

const ignore = Deno.env.get("SLUICE_DEEP") === undefined || Deno.build.os !== "linux" ||
  noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined;

Deno.test("sluice convert takes no more memory at the end of an hour of 1080p than early on", { ignore }, async () => {
  const [from, to] = [`${FOLDER}/hour.mp4`, `${FOLDER}/hour-again.mp4`];
  const sources = [`testsrc2=s=1920x1080:r=${RATE}:d=${SECONDS}`, `sine=r=48000:d=${SECONDS}`];
  const inputs = sources.flatMap((source) => ["-f", "lavfi", "-i", source]);
  execFileSync("ffmpeg", ["-v", "error", ...inputs, "-preset", "ultrafast", "-c:a", "aac", "-y", from]);
  const child = spawn(["convert", from, to, "--video-codec", "h264", "--audio-codec", "opus", "--force"]);
  const ended = child.output();
  let isOver = false;
  void ended.finally(() => isOver = true);
  const bytes: number[] = [];
  while (!isOver) {
    const resident = residentBytes(child.pid);
    if (resident !== undefined) bytes.push(resident);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const { code, stderr } = await ended;
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.deepEqual(probe(to, "stream=nb_frames", "-select_streams", "v"), [`${SECONDS * RATE}`]);
  const quarter = Math.floor(bytes.length / 4);
  const [early, late] = [bytes.slice(quarter, 2 * quarter), bytes.slice(3 * quarter)].map((part) => Math.max(...part));
  assert.ok(late <= early * MOST_GROWTH, `${late} bytes at the end, ${early} early on`);
  console.log(`${Math.round(early / 1e6)} MB early on, ${Math.round(late / 1e6)} MB at the end`);
  for (const path of [from, to]) rmSync(path);
});

/** @returns nothing for a process that has ended */
function residentBytes(pid: number): number | undefined {
  try {
    return 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
  } catch {
    return undefined;
  }
}
