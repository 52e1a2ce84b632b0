/** What is wrong with the server of an HLS stream is said in words of its own, and a live graph goes on with what comes then. */
import { deepEqual, match, ok, rejects } from "node:assert/strict";
import { rare } from "../../tests/fixtures/rare.ts";
import { wallMs } from "./fixtures/peers.ts";
import {
  folder,
  openSink,
  openSource,
  pushRounds,
  serve,
  type Served,
  serveFolder,
  untilLive,
} from "./fixtures/hls.ts";

/** A folder with a complete list. */
async function talk(rounds = 1): Promise<string> {
  const place = folder();
  await using sink = await openSink({ path: `${place}/a.m3u8`, kind: "vod", segmentSeconds: 1 });
  await pushRounds(sink, rounds);
  sink.end();
  await sink.run();
  return place;
}

/** The file that a request asks for. */
async function fileOf(place: string, request: Request): Promise<Response> {
  return new Response(await Deno.readFile(place + new URL(request.url).pathname));
}

/** What a live source says while an answer is wrong, and whether it plays all once the answer is right. */
async function saidAndPlayed(
  place: string,
  wrong: (request: Request, isRight: Promise<void>) => Promise<Response> | Response,
): Promise<{ readonly said: string; readonly pictures: number; readonly tookMs: number }> {
  const right = Promise.withResolvers<void>();
  let isWrong = true;
  await using server: Served = serve((request) => isWrong ? wrong(request, right.promise) : fileOf(place, request));
  const lines: string[] = [];
  const fromMs = wallMs();
  await using source = await openSource({ url: `${server.url}/a.m3u8`, timeoutSeconds: 0.2 }, { mode: "live" }, lines);
  await untilLive(source, () => lines.some((line) => line.includes("warn")));
  const tookMs = wallMs() - fromMs;
  isWrong = false;
  right.resolve();
  let pictures = 0;
  await untilLive(source, () => {
    pictures += source.takeEncoded("video").length;
    source.takeEncoded("audio");
    return source.finished;
  });
  return { said: lines.find((line) => line.includes("warn"))!.replace(server.url, ""), pictures, tookMs };
}

Deno.test("HlsSource tells a wrong token, waits, and plays once it is right", async () => {
  const { said, pictures } = await saidAndPlayed(await talk(), () => new Response(null, { status: 403 }));
  match(said, /Cannot get "\/a\.m3u8": .*status 403.*; it is tried again in 0\.25 s/);
  deepEqual(pictures, 25);
});

Deno.test("HlsSource tells a server that does not answer within its time, and plays once it does", async () => {
  const { said, pictures, tookMs } = await saidAndPlayed(
    await talk(),
    async (_, isRight) => (await isRight, new Response(null)),
  );
  match(said, /Cannot get "\/a\.m3u8": .*0\.2 s.*; it is tried again in 0\.25 s/);
  ok(tookMs < 2000, `${tookMs}`);
  deepEqual(pictures, 25);
});

Deno.test("HlsSource tells a codec that frames do not carry, and plays once the list has another", async () => {
  const master = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="dvh1.05.01,ec-3"\na-video_0.m3u8';
  const { said, pictures } = await saidAndPlayed(await talk(), () => new Response(master));
  match(said, /its codecs are dvh1\.05\.01, ec-3, wanted H\.264, .*; it is tried again in 0\.25 s/);
  deepEqual(pictures, 25);
});

Deno.test("HlsSource tells once that a live list has no new segment, and goes on when it has", async () => {
  const place = await talk(2);
  const path = `${place}/a-video_0.m3u8`;
  const whole = Deno.readTextFileSync(path).replace(/#EXT-X-PLAYLIST-TYPE.*\n/, "");
  const second = whole.indexOf("#EXTINF", whole.indexOf("000000.m4s"));
  Deno.writeTextFileSync(path, whole.slice(0, second));
  const lines: string[] = [];
  await using server = serveFolder(place);
  await using source = await openSource({ url: `${server.url}/a-video_0.m3u8` }, { mode: "live" }, lines);
  const pictures: number[] = [];
  const take = () => pictures.push(...source.takeEncoded("video").map(({ ptsNs }) => ptsNs));
  await untilLive(source, () => (take(), lines.length > 0));
  match(lines[0], /"http:.*a-video_0\.m3u8" has named no new segment for \d+ s; look after what writes it/);
  ok(pictures.length < 50);
  Deno.writeTextFileSync(path, whole);
  await untilLive(source, () => (take(), source.finished));
  deepEqual([pictures.length, lines.filter((line) => /no new segment/.test(line)).length], [50, 1]);
});

rare(Deno.test)(
  "HlsSource tells a segment that stops in its middle, leaves it out and flags what follows",
  async () => {
    const place = await talk(2);
    await using server = serve(async (request) => {
      if (!request.url.endsWith("video_0-000000.m4s")) return await fileOf(place, request);
      return new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(100)) }));
    });
    const lines: string[] = [];
    await using source = await openSource({ url: `${server.url}/a-video_0.m3u8` }, { mode: "live" }, lines);
    const flags: boolean[] = [];
    const fromMs = wallMs();
    let toldMs = 0;
    await untilLive(source, () => {
      if (lines.length > 0 && toldMs === 0) toldMs = wallMs() - fromMs;
      flags.push(...source.takeEncoded("video").map(({ discontinuity }) => discontinuity));
      return source.finished;
    });
    ok(toldMs < 6000, `${toldMs}`);
    match(lines[0], /video_0-000000\.m4s": .*5 s/);
    deepEqual([flags.length, flags.indexOf(true), source.figures!.lostSegments], [25, 0, 1]);
  },
);

Deno.test("HlsSink says that its folder cannot be written, while it runs", async () => {
  const place = folder();
  await using sink = await openSink({ path: `${place}/a.m3u8`, segmentSeconds: 1 });
  await pushRounds(sink, 1);
  Deno.mkdirSync(`${place}/a-video_0-000000.m4s.tmp`);
  await rejects(pushRounds(sink, 1, { first: 1 }), /Cannot write ".*a-video_0-000000\.m4s": .*/);
});
