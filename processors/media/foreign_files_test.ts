/** Files that others made: each is played right, or refused with what is not supported and what to do. */
import assert from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { assertSameSound, carry, decode, ffmpeg, FOLDER, input, mp4, probe } from "./fixtures/media_files.ts";

const X264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
const AAC = ["-c:a", "aac"];
const SURROUND = ["-ac", "6"];
const COPY = ["-c", "copy"];

/** A file, and what is in it by the names of a source's outputs. */
interface Played {
  readonly make: () => string;
  readonly tracks: Readonly<Record<string, string>>;
}

function remade(name: string, from: () => string, ...args: string[]): () => string {
  return () => {
    const path = `${FOLDER}/${name}`;
    ffmpeg("-i", from(), ...args, path);
    return path;
  };
}

const PLAYED: Readonly<Record<string, Played>> = {
  "H.264 with B-frames in a pyramid": {
    make: () => input("pyramid.mp4", ...X264, "-bf", "5", "-b_strategy", "0", "-x264-params", "b-pyramid=2", ...AAC),
    tracks: { video_0: "encoded h264, 160 × 120", audio_0: "encoded aac, 48000 Hz, 1 channel" },
  },
  "a rate that varies": {
    make: () => input("varies.mp4", ...X264, "-vf", "select=not(eq(mod(n\\,4)\\,1))", "-fps_mode", "vfr", ...AAC),
    tracks: { video_0: "encoded h264, 160 × 120" },
  },
  "an edit list that begins within a group of pictures": {
    make: () => {
      const path = `${FOLDER}/edited.mp4`;
      ffmpeg("-ss", "0.32", "-i", mp4(), ...COPY, path);
      return path;
    },
    tracks: { video_0: "encoded h264, 160 × 120" },
  },
  "an odd size": {
    make: () => input("odd.mkv", "-c:v", "libx264", "-vf", "format=yuv444p,crop=97:61", "-pix_fmt", "yuv444p", "-an"),
    tracks: { video_0: "encoded h264, 97 × 61" },
  },
  "H.264 with 10 bits": {
    make: () => input("ten.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-an"),
    tracks: { video_0: "encoded h264, 160 × 120" },
  },
  "fragments": {
    make: remade("fragments.mp4", mp4, ...COPY, "-movflags", "frag_keyframe+empty_moov+default_base_moof"),
    tracks: { video_0: "encoded h264, 160 × 120", audio_0: "encoded aac, 48000 Hz, 1 channel" },
  },
  "MPEG-TS": {
    make: remade("stream.ts", mp4, ...COPY),
    tracks: { video_0: "encoded h264, 160 × 120", audio_0: "encoded aac, 48000 Hz, 1 channel" },
  },
  "HEVC": {
    make: () => input("hevc.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-an"),
    tracks: { video_0: "encoded hevc, 160 × 120" },
  },
  "AV1": {
    make: () =>
      input("av1.mp4", "-c:v", "libaom-av1", "-crf", "50", "-b:v", "0", "-cpu-used", "8", "-usage", "realtime", "-an"),
    tracks: { video_0: "encoded av1, 160 × 120" },
  },
  "AAC of six channels": {
    make: () => input("surround.m4a", ...SURROUND, ...AAC),
    tracks: { audio_0: "encoded aac, 48000 Hz, 6 channels" },
  },
  "samples of six channels": {
    make: () => input("surround.mov", ...SURROUND, "-c:a", "pcm_s16le"),
    tracks: { pcm_0: "audio 48000 Hz, 6 channels" },
  },
  "MP3": {
    make: () => input("in.mp3", "-c:a", "libmp3lame"),
    tracks: { audio_0: "encoded mp3, 48000 Hz, 1 channel" },
  },
};

/** How ffmpeg takes the frames of a codec, one after the other. */
const STREAMS: Readonly<Record<string, string>> = { h264: "h264", hevc: "hevc", av1: "obu", aac: "aac", mp3: "mp3" };
/** What AV1 streams have in front of each frame: a temporal delimiter. */
const DELIMITER = Uint8Array.of(0x12, 0);

interface ToldTrack {
  readonly name: string;
  readonly format: string;
  readonly rotation?: number;
}

/** Opens a file. @returns the source, and what it tells of the tracks */
async function open(path: string) {
  const source = await ProcessorHarness.create(nodes.mediaSource({ path }));
  const { tracks } = source.emitted.find(({ name }) => name === "tracks")!.data as { readonly tracks: ToldTrack[] };
  return { source, tracks };
}

for (const [what, { make, tracks: wanted }] of Object.entries(PLAYED)) {
  Deno.test(`MediaSource plays ${what} as ffmpeg does`, async () => {
    const path = make();
    const { source, tracks } = await open(path);
    await using _ = source;
    const told = Object.fromEntries(tracks.map(({ name, format }) => [name, format]));
    for (const [port, format] of Object.entries(wanted)) {
      assert.equal(told[port], format);
      source.addOutput(port.replace(/_\d+$/, ""));
    }
    await source.run();
    for (const port of Object.keys(wanted)) {
      if (port.startsWith("pcm")) assertSameSamples(source, port, path);
      else assertSamePackets(source.takeEncoded(port), port, path);
    }
  });
}

function assertSameSamples(source: ProcessorHarness, port: string, path: string): void {
  const blocks = source.takeAudio(port);
  const samples = blocks.flatMap(({ channels }) =>
    Array.from(channels[0], (_, k) => channels.map((channel) => channel[k])).flat()
  );
  assert.deepEqual(Float32Array.from(samples), new Float32Array(decode(path, "a").slice().buffer));
}

/** The same times as ffprobe finds, and the same content as ffmpeg decodes. */
function assertSamePackets(packets: readonly EncodedOutput[], port: string, path: string): void {
  const kind = port.startsWith("video") ? "v" : "a";
  const seconds = (value: number) => Math.round(value * 1e5);
  // The clock of MPEG-TS begins anywhere, and the sound of MP3 behind the delay of LAME: ffmpeg has both start at 0 where it
  // converts them.
  const start = /\.(ts|mp3)$/.test(path) ? Number(probe(path, "format=start_time")[0]) : 0;
  const times = probe(path, "packet=pts_time", "-select_streams", kind).map((line) => seconds(Number(line) - start));
  assert.deepEqual(packets.map(({ ptsNs }) => seconds(ptsNs / 1e9)), times);
  const stream = `${FOLDER}/stream.${STREAMS[packets[0].codec]}`;
  const parts = packets.flatMap(({ codec, bytes }) => codec === "av1" ? [DELIMITER, bytes] : [bytes]);
  Deno.writeFileSync(stream, Uint8Array.from(parts.flatMap((part) => [...part])));
  const format = ["-f", STREAMS[packets[0].codec]];
  const mono = ["-ac", "1", "-f", "f32le", "-"];
  if (kind === "a") return assertSameSound(ffmpeg(...format, "-i", stream, ...mono), ffmpeg("-i", path, ...mono));
  const found = ffmpeg(...format, "-i", stream, "-fps_mode", "passthrough", "-f", "rawvideo", "-");
  const all = path.endsWith(".mp4") ? ["-ignore_editlist", "1"] : [];
  const whole = ffmpeg(...all, "-i", path, "-fps_mode", "passthrough", "-f", "rawvideo", "-");
  assert.equal(found.length, whole.length);
  assert.ok(found.every((level, at) => level === whole[at]), "pictures differ");
}

for (const rotation of [90, 180, 270] as const) {
  Deno.test(`MediaSource tells that pictures are to be turned by ${rotation}°, and MediaSink writes it`, async () => {
    const turned = remade(
      `turned-${rotation}.mp4`,
      mp4,
      "-an",
      "-c",
      "copy",
      "-metadata:s:v",
      `rotate=${360 - rotation}`,
    )();
    const { source, tracks } = await open(turned);
    await using _ = source;
    // ffmpeg counts the other way round.
    assert.equal(tracks[0].rotation, rotation);
    const path = `${FOLDER}/written-${rotation}.mp4`;
    await carry(turned, { path, rotate: rotation }, ["video_0"]);
    const side = ["stream_side_data=rotation", "-select_streams", "v"] as const;
    assert.deepEqual(probe(path, ...side), probe(turned, ...side));
  });
}

/** Tracks that no frame carries, and what is said of them. */
const REFUSED: Readonly<Record<string, readonly [make: () => string, port: string, message: RegExp]>> = {
  "Vorbis": [
    () => input("vorbis.ogg", "-c:a", "libvorbis", "-ac", "2"),
    "audio",
    /^Cannot read audio_0 of ".*vorbis\.ogg": its codec is vorbis, wanted opus, aac, flac, mp3, pcm-u8, .*; let "ffmpeg .* f32le .*" decode it/,
  ],
  "Opus of six channels": [
    () => input("surround.webm", ...SURROUND, "-c:a", "libopus", "-b:a", "256k", "-mapping_family", "1"),
    "audio",
    /^Cannot read audio_0 of ".*surround\.webm": its Opus has 6 channels, wanted mono or stereo; let "ffmpeg /,
  ],
  "Opus of no channel": [
    () => {
      const path = `${FOLDER}/silent.ogg`;
      const bytes = Deno.readFileSync(input("opus.ogg", "-c:a", "libopus", "-b:a", "64k"));
      const magic = new TextDecoder("latin1").decode(bytes).indexOf("OpusHead");
      bytes[magic + 9] = 0;
      Deno.writeFileSync(path, bytes);
      return path;
    },
    "audio",
    /^Cannot read audio_0 of ".*silent\.ogg": its opus has a faulty header, or more than 8 channels; let "ffmpeg /,
  ],
  "ProRes": [
    () => input("prores.mov", "-c:v", "prores_ks", "-an"),
    "video",
    /^Cannot read video_0 of ".*prores\.mov": its codec is prores, wanted .*; let "ffmpeg .* yuv4mpegpipe .*" decode it/,
  ],
};

for (const [what, [make, port, message]] of Object.entries(REFUSED)) {
  Deno.test(`MediaSource refuses ${what} where it is linked, and tells what to do`, async () => {
    const { source } = await open(make());
    await using _ = source;
    assert.throws(() => source.addOutput(port), { code: "InvalidMedia", message });
  });
}

/** Files that can be played without their end. */
const CUT: Readonly<Record<string, () => string>> = {
  "MP4 with its index in front": remade("front.mp4", mp4, ...COPY, "-movflags", "+faststart"),
  "fragments": () =>
    input("small.mp4", ...X264, "-bf", "0", "-g", "5", ...AAC, "-movflags", "frag_keyframe+empty_moov"),
  "Matroska": remade("cut.mkv", mp4, ...COPY, "-cluster_time_limit", "100"),
  "Matroska of one cluster": remade("cluster.mkv", mp4, ...COPY),
};

/** The first part of a file. */
function cutOff(good: string): string {
  const path = `${FOLDER}/cut-off.${good.split(".").at(-1)}`;
  const bytes = Deno.readFileSync(good);
  Deno.writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  return path;
}

for (const [what, make] of Object.entries(CUT)) {
  Deno.test(`MediaSource plays ${what} that is cut off up to there, and says so`, async () => {
    const path = cutOff(make());
    const said: string[] = [];
    const end = tapLog(({ level, message }) => level === "warn" && said.push(message));
    const { source } = await open(path);
    await using _ = source;
    end();
    source.addOutput("video");
    await source.run();
    const played = source.takeEncoded("video_0").length;
    assert.ok(played >= 10 && played < 20, `${played} pictures of 25`);
    assert.match(said.join(), /cut-off\.\w+" is cut off, and plays so far: \d+ of \d+ bytes are there$/);
  });
}

Deno.test("MediaSource plays the whole pages of Ogg that is cut off, and says so once", async () => {
  const path = cutOff(input("pages.opus", "-c:a", "libopus", "-b:a", "64k", "-page_duration", "100000"));
  const said: string[] = [];
  const end = tapLog(({ level, message }) => level === "warn" && said.push(message));
  const { source } = await open(path);
  await using _ = source;
  source.addOutput("audio");
  await source.run();
  end();
  const wanted = probe(path, "packet=pts_time").length;
  assert.ok(wanted > 10 && wanted < 50, `${wanted} packets`);
  assert.equal(source.takeEncoded("audio_0").length, wanted);
  assert.match(said.join("\n"), /^".*cut-off\.opus" is cut off, and plays so far: \d+ whole of \d+ bytes are there$/);
});

Deno.test("MediaSource refuses MP4 whose index at the end is cut off, and says so", async () => {
  await assert.rejects(open(cutOff(mp4())), {
    code: "InvalidMedia",
    message:
      /cut-off\.mp4": it is cut off: \d+ of \d+ bytes are there, and what tells its tracks is not; wanted a complete/,
  });
});
