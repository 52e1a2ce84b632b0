/** Files that end anywhere, or whose tracks do not begin and end together: what is whole is played, and none waits. */
import assert from "node:assert/strict";
import * as mediabunny from "mediabunny";
import { apart, carry, ffmpeg, FOLDER, input, mp4, probe, recorded } from "./fixtures/media_files.ts";
import { MediaFile } from "./media_file.ts";
import { readMediaInfo } from "./media_info.ts";

const COPY = ["-c", "copy"];

const IS_DEEP = Deno.env.get("SLUICE_DEEP") === "1";

/** At how many places a file is cut. */
const CUTS = IS_DEEP ? 40 : 15;

function remade(name: string, ...args: string[]): string {
  const path = `${FOLDER}/${name}`;
  // It says that it is not told how long frames of sound are, which it needs not know.
  ffmpeg("-v", "error", "-i", mp4(), ...args, path);
  return path;
}

/** Files, and how many packets fewer are read than by ffmpeg, which hands on the last one as far as it is there. */
const FILES: Readonly<Record<string, readonly [make: () => string | Promise<string>, fewer: number]>> = {
  "MP4 in fragments": [() => remade("whole.mp4", ...COPY, "-movflags", "frag_keyframe+empty_moov"), 1],
  "Matroska": [() => remade("whole.mkv", ...COPY), 0],
  "Matroska of short clusters": [() => remade("short.mkv", ...COPY, "-cluster_time_limit", "100"), 0],
  "Matroska of a killed recorder": [async () => (await recorded("recorder.mkv")).killed, 0],
  "WebM of a killed recorder": [async () => (await recorded("recorder.webm")).killed, 0],
  "Ogg": [() => input("whole.ogg", "-c:a", "libopus", "-b:a", "64k", "-page_duration", "60000"), 0],
  "MPEG-TS": [() => remade("whole.ts", ...COPY), 1],
};

/** Packets of all tracks of a file. @throws {SluiceError} for one that cannot be read */
async function countPackets(path: string): Promise<number> {
  using file = await MediaFile.open(mediabunny, path);
  let count = 0;
  for (const track of file.tracks.values()) {
    for (await track.seek(0, Infinity); track.next !== undefined; await track.advance()) count++;
  }
  return count;
}

function countByFfprobe(path: string): number {
  const args = ["-v", "quiet", "-show_entries", "packet=stream_index", "-of", "csv=p=0", path];
  const { stdout } = new Deno.Command("ffprobe", { args, stdout: "piped", stderr: "null" }).outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => /^\d/.test(line)).length;
}

for (const [what, [make, fewer]] of Object.entries(FILES)) {
  Deno.test(`MediaFile reads what is whole of ${what}, wherever it is cut, or refuses it by name`, async () => {
    const bytes = Deno.readFileSync(await make());
    const path = `${FOLDER}/cut-${what.replaceAll(" ", "-")}`;
    let last = 0;
    for (let cut = 1; cut <= CUTS; cut++) {
      const size = Math.floor(bytes.length * cut / CUTS);
      Deno.writeFileSync(path, bytes.subarray(0, size));
      const found = await countPackets(path).catch((error) => {
        assert.equal(error.code, "InvalidMedia", error.stack);
        assert.doesNotMatch(error.message, /Assertion/);
        return 0;
      });
      assert.ok(found >= last, `${found} packets of ${size} bytes, ${last} of fewer`);
      last = found;
      // A few times in place of each, for ffprobe takes its time.
      if (cut % (CUTS / 5) !== 0) continue;
      const wanted = countByFfprobe(path);
      assert.ok(
        found <= wanted && found >= wanted - 2 * fewer,
        `${found} packets of ${size} bytes, ${wanted} by ffprobe`,
      );
    }
  });
}

for (const kind of ["video", "audio"] as const) {
  Deno.test(`MediaFile leaves out the packet of ${kind} that MPEG-TS ends within, and says that it is cut off`, async () => {
    const [path, copy] = ["ts", "mkv"].map((extension) => `${FOLDER}/cut-${kind}.${extension}`);
    const whole = remade(`whole-${kind}.ts`, ...COPY, "-map", `0:${kind[0]}`);
    const bytes = Deno.readFileSync(whole);
    assert.equal((await readMediaInfo(whole)).part, undefined);
    const sizes = (file: string) => probe(file, "packet=size").map(Number);
    for (const share of IS_DEEP ? [0.4, 0.6, 0.8] : [0.6]) {
      for (const more of [0, 100]) {
        const size = Math.floor(bytes.length / 188 * share) * 188 + more;
        Deno.writeFileSync(path, bytes.subarray(0, size));
        const { part } = await readMediaInfo(path);
        if (more > 0) assert.match(part!, new RegExp(`^\\d+ whole of ${size} bytes$`));
        await carry(path, { path: copy }, [`${kind}_0`]);
        // ffmpeg hands on the last one as far as it is there, and its decoder says so.
        const [found, wanted] = [sizes(copy).length, sizes(path).length];
        assert.ok(found === wanted || found === wanted - 1, `${found} of ${wanted}`);
        ffmpeg("-xerror", "-i", copy, "-f", "null", "-");
      }
    }
  });
}

Deno.test("MediaFile has MPEG-TS start at 0, and finds places from there", async () => {
  const path = remade("clock.ts", ...COPY, "-output_ts_offset", "100");
  assert.ok(Number(probe(path, "format=start_time")[0]) > 99);
  using file = await MediaFile.open(mediabunny, path);
  const times = [];
  for (const track of file.tracks.values()) {
    await track.seek(0, 0.5e9);
    times.push(track.next!.timeNs);
    let endNs = 0;
    for (; track.next !== undefined; await track.advance()) endNs = Math.max(endNs, track.next.timeNs);
    assert.ok(endNs >= 0.4e9 && endNs < 0.6e9, `${endNs}`);
  }
  assert.equal(Math.min(...times), 0);
});

/** Files whose tracks do not begin or end together. */
const APART: Readonly<Record<string, () => string>> = {
  "sound that ends long before the pictures": () => apart("short-sound.mp4", [], ["-t", "0.2"]),
  "sound that begins long after the pictures": () => apart("late-sound.mp4", [], ["-itsoffset", "0.8"]),
  "pictures that begin long after the sound": () => apart("late-film.mp4", ["-itsoffset", "0.9"], []),
  "pictures alone, where the sound is cut off": () => {
    const path = apart("fragment.mp4", [], [], "-movflags", "frag_keyframe+empty_moov");
    const bytes = Deno.readFileSync(path);
    const cut = path.replace("fragment", "cut-fragment");
    Deno.writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    return cut;
  },
};

for (const [what, make] of Object.entries(APART)) {
  Deno.test(`MediaSource feeds a node that joins tracks with ${what}`, async () => {
    const [from, path] = [make(), `${FOLDER}/joined.mkv`];
    await carry(from, { path, aheadSeconds: 0.1, overwrite: true }, ["video_0", "audio_0"]);
    for (const kind of ["v", "a"]) {
      const [found, wanted] = [path, from].map((each) =>
        probe(each, "packet=pts_time", "-select_streams", kind).length
      );
      // Of a file that is cut off, ffmpeg hands on the last packet as far as it is there.
      assert.ok(
        found <= wanted && found >= wanted - (from.includes("cut") ? 1 : 0),
        `${found} ${kind}, ${wanted} there`,
      );
    }
  });
}
