import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { Runtime } from "../../core/runtime.ts";
import { input, mp4, probe } from "../media/fixtures/media_files.ts";
import { folder, openSink, pushRounds, serveFolder } from "./fixtures/hls.ts";

const text = (path: string) => Deno.readTextFileSync(path);

Deno.test("HlsSink writes whole segments of a list that is complete, which ffmpeg reads to the last frame", async () => {
  const path = `${folder()}/talk.m3u8`;
  await using sink = await openSink({ path, kind: "vod", segmentSeconds: 1 });
  await pushRounds(sink, 3);
  ok(!Deno.readDirSync(path.replace("talk.m3u8", "")).some(({ name }) => name === "talk.m3u8"));
  sink.end();
  await sink.run();
  ok(sink.finished);
  equal(sink.figures!.segments, 3);
  const streams = new Set(probe(path, "stream=codec_name,width,height", "-allowed_extensions", "ALL"));
  deepEqual([...streams].sort(), ["aac", "h264,160,120"]);
  for (const [kind, count] of [["v", 75], ["a", 3 * 48]] as const) {
    const times = probe(path, "packet=pts_time", "-select_streams", kind).map(Number);
    ok(Math.abs(times.length - count) <= 3, `${times.length} of ${kind}`);
  }
  equal(probe(path, "packet=pts_time", "-select_streams", "v").length, 75);
  const list = text(path.replace(".m3u8", "-video_0.m3u8"));
  match(
    list,
    /#EXT-X-PLAYLIST-TYPE:VOD\n(.*\n)*#EXTINF:1\.000000,\ntalk-video_0-000000\.m4s\n(.*\n)*#EXT-X-ENDLIST\n$/,
  );
  deepEqual([...Deno.readDirSync(path.replace("talk.m3u8", ""))].filter(({ name }) => name.endsWith(".tmp")), []);
});

Deno.test("HlsSink names the newest segments in a live list, and removes those that left it a while ago", async () => {
  const place = folder();
  await using sink = await openSink({ path: `${place}/live.m3u8`, segmentSeconds: 1, windowSegments: 3 }, {
    mode: "live",
  });
  await pushRounds(sink, 9);
  const list = text(`${place}/live-video_0.m3u8`);
  match(list, /#EXT-X-MEDIA-SEQUENCE:5\n/);
  deepEqual(list.match(/\d{6}\.m4s/g), ["000005.m4s", "000006.m4s", "000007.m4s"]);
  equal(list.includes("#EXT-X-ENDLIST"), false);
  const kept = [...Deno.readDirSync(place)].map(({ name }) => name).filter((name) => /video_0-\d+\.m4s/.test(name));
  deepEqual(kept.sort(), [2, 3, 4, 5, 6, 7].map((number) => `live-video_0-00000${number}.m4s`));
});

Deno.test("HlsSink tells a discontinuity of its pictures in all lists", async () => {
  const place = folder();
  await using sink = await openSink({ path: `${place}/a.m3u8`, kind: "event", segmentSeconds: 1 });
  await pushRounds(sink, 1);
  await pushRounds(sink, 1, { first: 5, breaks: true });
  sink.end();
  await sink.run();
  for (const port of ["video_0", "audio_0"]) {
    match(text(`${place}/a-${port}.m3u8`), /000000\.m4s\n#EXT-X-DISCONTINUITY\n#EXTINF:.*\na-.*000001\.m4s\n/);
  }
  equal(sink.figures!.breaks, 1);
});

Deno.test("HlsSink begins another init segment where pictures change their size, behind a discontinuity of all lists", async () => {
  const place = folder();
  const args = ["-vf", "scale=64:48", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"];
  await using sink = await openSink({ path: `${place}/a.m3u8`, kind: "vod", segmentSeconds: 1 });
  await pushRounds(sink, 1);
  await pushRounds(sink, 1, { first: 1, path: input("small.mp4", ...args) });
  sink.end();
  await sink.run();
  const pictures = text(`${place}/a-video_0.m3u8`);
  match(pictures, /000000\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="a-video_0-init-2\.mp4"\n/);
  match(text(`${place}/a-audio_0.m3u8`), /#EXT-X-DISCONTINUITY\n#EXTINF/);
  // ffmpeg itself reads the first init segment of a list alone.
  const parts = ["init-2.mp4", "000001.m4s"].map((name) => Deno.readFileSync(`${place}/a-video_0-${name}`));
  Deno.writeFileSync(`${place}/second.mp4`, new Uint8Array(parts.flatMap((bytes) => [...bytes])));
  const sizes = probe(`${place}/second.mp4`, "frame=width,height", "-select_streams", "v");
  deepEqual([sizes.length, sizes[0]], [25, "64,48"]);
});

Deno.test("HlsSink makes renditions of several pictures, with the sound of all", async () => {
  const place = folder();
  await using sink = await openSink({ path: `${place}/a.m3u8`, kind: "vod", segmentSeconds: 1 }, {
    connect: ["video_0", "video_1", "audio_0"],
  });
  await pushRounds(sink, 2, { ports: ["video_0", "video_1", "audio_0"] });
  sink.end();
  await sink.run();
  const master = text(`${place}/a.m3u8`);
  match(master, /#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio_0",.*CHANNELS="1",URI="a-audio_0\.m3u8"\n/);
  deepEqual(master.match(/^a-video_\d\.m3u8$/gm), ["a-video_0.m3u8", "a-video_1.m3u8"]);
  match(master, /#EXT-X-STREAM-INF:BANDWIDTH=\d+,CODECS="avc1\.\w{6},mp4a\.40\.2",RESOLUTION=160x120,AUDIO="audio"\n/);
});

Deno.test("HlsSink says what is wrong with a path, and with a second sink of it", async () => {
  const place = folder();
  await rejects(openSink({ path: `${place}/none/a.m3u8` }), /its directory does not exist: make it first/);
  await using _first = await openSink({ path: `${place}/a.m3u8` });
  await rejects(openSink({ path: `${place}/a.m3u8` }), /another node or process is writing it now/);
});

Deno.test("HlsSink writes a live stream that ffmpeg plays meanwhile, from a server of files", async () => {
  const place = folder();
  await using runtime = new Runtime({ mode: "live", native: "off" });
  runtime.add(nodes.mediaSource({ path: mp4(), loop: true }), {
    id: "from",
    lane: "main",
    ports: ["video_0", "audio_0"],
  });
  const config = { path: `${place}/live.m3u8`, segmentSeconds: 1, windowSegments: 3 };
  runtime.add(nodes.hlsSink(config), { id: "hls", lane: "main", ports: ["video_0", "audio_0"] });
  for (const port of ["video_0", "audio_0"]) runtime.connectByName(`from.${port}`, `hls.${port}`);
  await runtime.start();
  await using server = serveFolder(place);
  while (!(await fetch(`${server.url}/live.m3u8`).then((answer) => answer.body?.cancel().then(() => answer.ok)))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const args = ["-v", "error", "-nostdin", "-live_start_index", "-1", "-i", `${server.url}/live.m3u8`, "-t", "2"];
  const played = await new Deno.Command("ffmpeg", { args: [...args, "-c", "copy", "-f", "framecrc", "-"] }).output();
  await runtime.stop();
  equal(new TextDecoder().decode(played.stderr), "");
  const pictures = new TextDecoder().decode(played.stdout).split("\n").filter((line) => line.startsWith("0,"));
  ok(pictures.length >= 49, `${pictures.length} pictures`);
});
