import { deepEqual, equal, ok } from "node:assert/strict";
import type { EncodedFormat } from "../../core/frames/format.ts";
import type { EncodedOutput } from "../../testing.ts";
import { decode, FOLDER, input, mp4, play, probe, webm } from "../media/fixtures/media_files.ts";
import { joinByteStream, NAL, nalType, splitNalUnits } from "../media/nal_units.ts";
import { PACKET_BYTES } from "../media/transport_packet.ts";
import { DecodingTimes } from "./decoding_times.ts";
import { LiveClock } from "./live_clock.ts";
import { TsReader } from "./ts_reader.ts";
import { type LiveUnit, TsUnits } from "./ts_units.ts";
import { TsWriter } from "./ts_writer.ts";

type Tracks = readonly (readonly EncodedOutput[])[];

/** The transport stream of frames, in the order of their times. */
function write(tracks: Tracks): Uint8Array {
  const formats = tracks.map(([{ codec }]): EncodedFormat => ({ kind: "encoded", codec, channels: 1 }));
  const writer = new TsWriter(formats, 0);
  const frames = tracks.flatMap((track, place) => track.map((frame) => ({ place, frame })));
  frames.sort((first, second) => first.frame.ptsNs - second.frame.ptsNs);
  const order = tracks.map((track) => track.values());
  // Pictures stay in the order of decoding.
  const packets = frames.map(({ place }) => writer.write(place, order[place].next().value!));
  const bytes = new Uint8Array(packets.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const packet of packets) {
    bytes.set(packet, at);
    at += packet.length;
  }
  return bytes;
}

/** What a reader makes of bytes that come in pieces, by stream. */
function read(bytes: Uint8Array, piece = 1316): { units: LiveUnit[][]; lostPackets: number } {
  const reader = new TsReader();
  const streams = new Map<number, { units: TsUnits; all: LiveUnit[] }>();
  for (let at = 0; at < bytes.length; at += piece) {
    for (const packet of reader.push(bytes.subarray(at, at + piece))) {
      const stream = streams.get(packet.pid) ?? { units: new TsUnits(), all: [] };
      streams.set(packet.pid, stream);
      stream.all.push(...stream.units.take(packet));
    }
  }
  const units = [...streams].sort(([first], [second]) => first - second).map(([, { all }]) => all);
  return { units, lostPackets: reader.lostPackets };
}

function mp3(): string {
  return input("in.mp3", "-c:a", "libmp3lame", "-b:a", "64k");
}

Deno.test("TsWriter writes H.264 with B-frames and AAC that ffmpeg decodes as it does the file", async () => {
  const { video_0, audio_0 } = await play({ path: mp4() }, "video_0", "audio_0");
  const path = `${FOLDER}/written.ts`;
  Deno.writeFileSync(path, write([video_0, audio_0]));
  deepEqual(decode(path, "v"), decode(mp4(), "v"));
  const times = probe(path, "packet=pts,dts", "-select_streams", "v").map((line) => line.split(",").map(Number));
  equal(times.length, video_0.length);
  times.forEach(([pts, dts], k) =>
    ok(dts <= pts && (k === 0 || dts > times[k - 1][1]), `picture ${k}: ${pts}, ${dts}`)
  );
  const kinds = probe(path, "stream=codec_name,nb_read_packets", "-count_packets");
  deepEqual(kinds.slice(-2), ["h264,25", `aac,${audio_0.length}`]);
});

Deno.test("TsReader gives back what TsWriter wrote of H.264 and AAC, in pieces of any size", async () => {
  const { video_0, audio_0 } = await play({ path: mp4() }, "video_0", "audio_0");
  const bytes = write([video_0, audio_0]);
  for (const piece of [1, 188, 1000, bytes.length]) {
    const { units: [video, audio], lostPackets } = read(bytes, piece);
    equal(lostPackets, 0);
    // In front of each picture stands a delimiter.
    deepEqual(video.map(({ bytes }) => bytes.slice(6)), video_0.map(({ bytes }) => bytes));
    deepEqual(video.map(({ keyframe }) => keyframe), video_0.map(({ keyframe }) => keyframe));
    deepEqual([video[0].format.width, video[0].format.height], [160, 120]);
    deepEqual(audio.map(({ bytes }) => bytes), audio_0.map(({ bytes }) => bytes));
    const leap = video[0].ptsNs - video_0[0].ptsNs;
    video.forEach(({ ptsNs }, k) => ok(Math.abs(ptsNs - leap - video_0[k].ptsNs) < 2e4, `picture ${k}`));
    const apartNs = audio[9].ptsNs - audio[8].ptsNs;
    ok(Math.abs(apartNs - audio_0[9].ptsNs + audio_0[8].ptsNs) < 2e4, `${apartNs}`);
  }
});

for (const [codec, file] of [["opus", webm], ["mp3", mp3]] as const) {
  Deno.test(`TsWriter and TsReader carry ${codec}, which ffmpeg hears`, async () => {
    const { audio_0 } = await play({ path: file() }, "audio_0");
    const bytes = write([audio_0]);
    const { units: [units] } = read(bytes);
    deepEqual(units.map(({ bytes }) => bytes), audio_0.map(({ bytes }) => bytes));
    deepEqual(units.map(({ format: { codec } }) => codec), audio_0.map(() => codec));
    const path = `${FOLDER}/${codec}.ts`;
    Deno.writeFileSync(path, bytes);
    equal(probe(path, "stream=codec_name").at(-1), codec);
    ok(Math.abs(decode(path, "a").length / 4 / 48_000 - 1) < 0.06);
  });
}

Deno.test("TsUnits puts parameters before key frames whose sender has sent them earlier", async () => {
  const { video_0: [first] } = await play({ path: mp4() }, "video_0");
  const bare = joinByteStream(splitNalUnits(first.bytes).filter((unit) => nalType(unit) === NAL.idr));
  const { units: [[, second]] } = read(write([[first, { ...first, bytes: bare, ptsNs: 1e9 }]]));
  deepEqual(splitNalUnits(second.bytes).map(nalType), [NAL.accessUnitDelimiter, NAL.sps, NAL.pps, NAL.idr]);
  deepEqual([second.keyframe, second.format.width], [true, 160]);
});

Deno.test("TsReader counts packets that are missing, leaves out what they belong to, and flags what follows", async () => {
  const { video_0 } = await play({ path: mp4() }, "video_0");
  const bytes = write([video_0]);
  const at = Math.floor(bytes.length / PACKET_BYTES / 2) * PACKET_BYTES;
  const cut = new Uint8Array(bytes.length - 2 * PACKET_BYTES);
  cut.set(bytes.subarray(0, at));
  cut.set(bytes.subarray(at + 2 * PACKET_BYTES), at);
  const { units: [units], lostPackets } = read(cut);
  equal(lostPackets, 2);
  ok(units.length < video_0.length && units.length >= video_0.length - 3, `${units.length}`);
  equal(units.filter(({ isAfterLoss }) => isAfterLoss).length, 1);
});

Deno.test("TsReader takes whatever comes: 10,000 packets with faults", async () => {
  const { video_0, audio_0 } = await play({ path: mp4() }, "video_0", "audio_0");
  const whole = write([video_0, audio_0]);
  let seed = 5;
  const random = (below: number) => (seed = (seed * 48_271) % 0x7fffffff) % below;
  let packets = 0;
  while (packets < 10_000) {
    const bytes = whole.slice();
    packets += bytes.length / PACKET_BYTES;
    for (let count = 0; count < 300; count++) bytes[random(bytes.length)] = random(256);
    const from = random(PACKET_BYTES);
    read(bytes.subarray(from, bytes.length - random(1000)), 1 + random(4000));
  }
});

Deno.test("DecodingTimes rise, and are no later than those of the pictures", () => {
  const times = new DecodingTimes();
  const bytes = Uint8Array.of(0, 0, 0, 1, 0x67, 100, 0, 31);
  const shown = [0, 4, 2, 1, 3, 8, 6, 5, 7].map((k) => k * 40e6);
  const decoded = shown.map((ptsNs) => times.of({ codec: "h264", ptsNs, durationNs: 40e6, bytes }));
  shown.forEach((ptsNs, k) => ok(decoded[k] <= ptsNs && (k === 0 || decoded[k] > decoded[k - 1]), `${decoded}`));
});

Deno.test("LiveClock begins when the first frame comes, follows the stream, and rises over joints", () => {
  const clock = new LiveClock();
  deepEqual(clock.set(5e9, 5.04e9, 1e9), { offsetNs: -4e9, jumps: true });
  deepEqual(clock.set(5.04e9, 5.08e9, 9e9), { offsetNs: -4e9, jumps: false });
  // The stream's times leap back, before what was written has passed.
  deepEqual(clock.set(0, 40e6, 1.05e9), { offsetNs: 1.08e9, jumps: true });
  clock.reset();
  deepEqual(clock.set(0, 40e6, 3e9), { offsetNs: 3e9, jumps: true });
});
