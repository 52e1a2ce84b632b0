import { deepEqual, equal, match, ok } from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { ffmpeg, FOLDER, mp4, play, probe } from "../media/fixtures/media_files.ts";
import { folder, openSink, openSource, pushRounds, read, serve, serveFolder, untilLive } from "./fixtures/hls.ts";

/** A complete list of two seconds, with sound apart. */
async function talk(): Promise<string> {
  const place = folder();
  await using sink = await openSink({ path: `${place}/a.m3u8`, kind: "vod", segmentSeconds: 1 });
  await pushRounds(sink, 2);
  sink.end();
  await sink.run();
  return place;
}

/** A playlist's text. */
const list = (...lines: string[]) => ["#EXTM3U", "#EXT-X-TARGETDURATION:1", ...lines].join("\n");

/** What an offline source fails with for what a server says. */
async function failure(handler: (request: Request) => Response | Promise<Response>): Promise<string> {
  await using server = serve(handler);
  const error = await read({ url: `${server.url}/a.m3u8?key=secret` }).then(
    () => new Error("it has ended"),
    (each) => each,
  );
  equal(error.message.includes("secret"), false);
  return `${error.code} ${error.message}`.replace('Node "in" (hls-source): ', "").replaceAll(server.url, "");
}

Deno.test("HlsSource gives what an HlsSink has written, bit for bit", async () => {
  const place = await talk();
  const played = await play({ path: mp4() }, "video_0", "audio_0");
  await using server = serveFolder(place);
  for (const config of [{ path: `${place}/a.m3u8` }, { url: `${server.url}/a.m3u8` }]) {
    const { video, audio } = await read(config);
    deepEqual(video.slice(25).map(({ bytes }) => bytes), played.video_0.map(({ bytes }) => bytes));
    deepEqual(audio.slice(0, 40).map(({ bytes }) => bytes), played.audio_0.slice(0, 40).map(({ bytes }) => bytes));
    const shift = video[0].ptsNs - played.video_0[0].ptsNs;
    for (const [k, { ptsNs }] of played.video_0.entries()) {
      ok(Math.abs(video[k + 25].ptsNs - ptsNs - 1e9 - shift) < 1e5, `picture ${k} at ${video[k + 25].ptsNs}`);
    }
    ok(Math.abs(shift - audio[0].ptsNs + played.audio_0[0].ptsNs) < 1e5);
    equal([...video, ...audio].some(({ discontinuity }) => discontinuity), false);
  }
});

Deno.test("HlsSource reads MPEG-TS of ffmpeg and parts of one file, and flags a discontinuity behind which times go on", async () => {
  const place = folder();
  const list = `${place}/a.m3u8`;
  const hls = ["-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0"];
  ffmpeg("-stream_loop", "1", "-i", mp4(), ...hls, "-hls_flags", "omit_endlist", list);
  ffmpeg("-i", mp4(), ...hls, "-hls_flags", "append_list+discont_start", list);
  const { video, audio, figures } = await read({ path: list });
  equal(video.length, 75);
  deepEqual(video.flatMap(({ discontinuity }, k) => discontinuity ? [k] : []), [50]);
  equal(audio.filter(({ discontinuity }) => discontinuity).length, 1);
  ok(audio.every(({ ptsNs }, k) => k === 0 || ptsNs > audio[k - 1].ptsNs));
  ok(video[50].ptsNs > Math.max(...video.slice(0, 50).map(({ ptsNs }) => ptsNs)));
  equal((figures as { breaks: number }).breaks, 1);

  await using server = serveFolder(place);
  ffmpeg("-stream_loop", "1", "-i", mp4(), ...hls, "-hls_segment_type", "fmp4", "-hls_flags", "single_file", list);
  equal((await read({ url: `${server.url}/a.m3u8` })).video.length, 50);
});

Deno.test("HlsSource puts AAC without a container behind each other, or at the times that its tags tell", async () => {
  const place = folder();
  for (const name of ["a", "b"]) {
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.5", "-c:a", "aac", `${place}/${name}.aac`);
  }
  Deno.writeTextFileSync(
    `${place}/list.m3u8`,
    list("#EXTINF:0.5,", "a.aac", "#EXTINF:0.5,", "b.aac", "#EXT-X-ENDLIST"),
  );
  const gaps = async () => {
    const { audio } = await read({ path: `${place}/list.m3u8` });
    ok(audio.length > 40, `${audio.length} packets`);
    return audio.slice(1).map(({ ptsNs, discontinuity }, k) => {
      return Math.round((ptsNs - audio[k].ptsNs - audio[k].durationNs) / 1e6) + (discontinuity ? 1000 : 0);
    }).filter((ms) => ms !== 0);
  };
  deepEqual(await gaps(), []);
  const tag = "com.apple.streaming.transportStreamTimestamp\0";
  for (const [name, ticks] of [["a", 900_000], ["b", 900_000 + 90_000]] as const) {
    // An ID3 tag with a private frame, each with its length.
    const body = [
      ...new TextEncoder().encode(tag),
      0,
      0,
      0,
      0,
      ...new Uint8Array(new Uint32Array([ticks]).buffer).toReversed(),
    ];
    const frame = [...new TextEncoder().encode("PRIV"), 0, 0, 0, body.length, 0, 0, ...body];
    const head = [...new TextEncoder().encode("ID3"), 4, 0, 0, 0, 0, 0, frame.length, ...frame];
    Deno.writeFileSync(
      `${place}/${name}.aac`,
      Uint8Array.from([...head, ...Deno.readFileSync(`${place}/${name}.aac`)]),
    );
  }
  const [gap] = await gaps();
  ok(gap > 400 && gap < 500, `${gap} ms`);
});

Deno.test("HlsSource follows what ffmpeg writes live, to the last frame, over a server that goes and comes back", async () => {
  const place = folder();
  const picture = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=3"];
  const codec = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "13", "-pix_fmt", "yuv420p"];
  const hls = ["-f", "hls", "-hls_time", "0.5", "-hls_list_size", "0", `${place}/a.m3u8`];
  const args = ["-v", "error", "-nostdin", ...picture, ...codec, ...hls];
  const writer = new Deno.Command("ffmpeg", { args, stdin: "null" }).spawn();
  let server = serveFolder(place);
  const port = Number(new URL(server.url).port);
  const lines: string[] = [];
  configureLog({ write: (line) => void lines.push(line) });
  await using runtime = new Runtime({ mode: "live", native: "off" });
  runtime.add(nodes.hlsSource({ url: `${server.url}/a.m3u8`, fromStart: true }), { id: "in", lane: "main" });
  runtime.add(nodes.mediaSink({ path: `${place}/a.mp4` }), { id: "out", lane: "main", ports: ["video_0"] });
  runtime.connectByName("in.video", "out.video_0");
  await runtime.start();
  const figures = () => runtime.stats().nodes.find(({ id }) => id === "in")!.figures ?? {};
  const until = async (look: () => boolean) => {
    while (!look()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await until(() => figures().frames >= 13);
  await server[Symbol.asyncDispose]();
  await until(() => lines.some((line) => line.includes("nobody listens there")));
  const answer = async (path: string) => new Response(await Deno.readFile(path));
  server = serve((request) => answer(place + new URL(request.url).pathname), port);
  await runtime.finished;
  await server[Symbol.asyncDispose]();
  await writer.status;
  equal(probe(`${place}/a.mp4`, "packet=pts_time").length, 75);
  equal(figures().lostSegments, 0);
  ok(lines.some((line) => line.includes("it works again")), lines.join(""));
});

Deno.test("HlsSource leaves out a segment that is lost, and flags what is behind it", async () => {
  const place = await talk();
  Deno.removeSync(`${place}/a-video_0-000000.m4s`);
  Deno.removeSync(`${place}/a-audio_0-000000.m4s`);
  await using server = serveFolder(place);
  const lines: string[] = [];
  await using source = await openSource({ url: `${server.url}/a.m3u8` }, { mode: "live" }, lines);
  const video: boolean[] = [];
  await untilLive(source, () => {
    video.push(...source.takeEncoded("video").map(({ discontinuity }) => discontinuity));
    source.takeEncoded("audio");
    return source.finished;
  });
  deepEqual([video.length, video.indexOf(true), source.figures!.lostSegments], [25, 0, 2]);
  match(lines.join(""), /status 404: there is nothing at that path.*; this segment is left out/);
});

Deno.test("HlsSource says what is wrong with the other side, and shows no secret", async () => {
  const text = (body: string) => () => new Response(body);
  match(
    await failure(() => new Response(null, { status: 401 })),
    /^AccessDenied .*it does not know who asks; give a token/,
  );
  match(
    await failure(() => new Response(null, { status: 404 })),
    /the answer has status 404: there is nothing at that path/,
  );
  match(await failure(text("<html>")), /^InvalidMedia Cannot read "\/a\.m3u8": it is no playlist of HLS/);
  match(await failure(text("#EXTM3U\n#EXT-X-VERS")), /it tells no target duration: it is cut off/);
  const itself = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8";
  match(await failure(text(itself)), /it is a list of variants that names itself or another one/);
  match(
    await failure(text(list("#EXTINF:1,", "file:///etc/passwd"))),
    /it names "file:\/\/\/etc\/passwd", wanted an address of http/,
  );
  const media = (request: Request) =>
    new Response(request.url.includes(".m3u8") ? list("#EXTINF:1,", "a.ts") : "no media");
  match(
    await failure(media),
    /^InvalidMedia Cannot read "\/a\.ts": it is faulty, or cut off/,
  );
  const endless = () => new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(2 ** 20).fill(10)) });
  match(await failure(() => new Response(endless())), /it is larger than 8 MiB/);
  const sealed = list('#EXT-X-KEY:METHOD=AES-128,URI="k"', "#EXTINF:1,", "a.ts");
  match(await failure(text(sealed)), /segment "a\.ts" of .* it is encrypted \(AES-128\)/);
});

Deno.test("HlsSource refuses an address with a password, and shows none", async () => {
  const error = await openSource({ url: "http://me:secret@127.0.0.1/a.m3u8" }, { mode: "live" }).catch((each) => each);
  match(error.message, /Cannot get "http:\/\/127\.0\.0\.1\/a\.m3u8": it has a name or a password in it/);
});

Deno.test("HlsSource reads no file outside the folder of its playlist", async () => {
  const place = folder();
  Deno.writeTextFileSync(`${place}/a.m3u8`, list("#EXTINF:1,", `../${mp4().slice(FOLDER.length + 1)}`));
  const error = await read({ path: `${place}/a.m3u8` }).then(() => new Error("it has ended"), (each) => each);
  match(error.message, /wanted a file in its folder/);
});
