import { deepEqual, equal, throws } from "node:assert/strict";
import { type MediaPlaylist, parsePlaylist } from "./hls_playlist.ts";
import { chooseVariant } from "./hls_variants.ts";

const parse = (...lines: string[]) => parsePlaylist(new TextEncoder().encode(["#EXTM3U", ...lines].join("\r\n")));

Deno.test("parsePlaylist() numbers segments, and counts breaks before them", () => {
  const list = parse(
    "#EXT-X-TARGETDURATION:4",
    "#EXT-X-MEDIA-SEQUENCE:7",
    "#EXT-X-DISCONTINUITY-SEQUENCE:2",
    '#EXT-X-MAP:URI="init.mp4",BYTERANGE="10@0"',
    "#EXTINF:3.5,a title",
    "#EXT-X-BYTERANGE:100@10",
    "all.mp4",
    "#EXTINF:4,",
    "#EXT-X-BYTERANGE:50",
    "all.mp4",
    "#EXT-X-DISCONTINUITY",
    '#EXT-X-KEY:METHOD=AES-128,URI="key"',
    "#EXTINF:4",
    "other.mp4",
    "#EXT-X-ENDLIST",
  ) as MediaPlaylist;
  const init = { uri: "init.mp4", range: { start: 0, length: 10 } };
  const [first, second, third] = list.segments;
  deepEqual(first, {
    uri: "all.mp4",
    range: { start: 10, length: 100 },
    number: 7,
    seconds: 3.5,
    breaks: 2,
    init,
    refusal: undefined,
  });
  deepEqual([second.number, second.range, second.breaks], [8, { start: 110, length: 50 }, 2]);
  deepEqual([third.breaks, third.refusal], [3, "it is encrypted (AES-128)"]);
  deepEqual([list.nextNumber, list.isComplete, list.targetSeconds], [10, true, 4]);
});

Deno.test("parsePlaylist() says what is wrong", () => {
  throws(() => parsePlaylist(new TextEncoder().encode("<html>")), /it is no playlist of HLS/);
  throws(() => parse("#EXTINF:4,", "a.ts"), /it tells no target duration/);
  throws(() => parse("#EXT-X-TARGETDURATION:1e99"), /its target duration is "1e99", wanted a number from 0 to 3600/);
  throws(() => parse("#EXT-X-STREAM-INF:BANDWIDTH=1"), /it is cut off behind #EXT-X-STREAM-INF/);
  throws(() => parse("#EXT-X-TARGETDURATION:4", "#EXT-X-MEDIA-SEQUENCE:-1"), /its media sequence is "-1"/);
});

Deno.test("chooseVariant() takes the best one within a limit whose codecs frames carry", () => {
  const list = parse(
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",URI="x.m3u8"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="y",DEFAULT=YES,URI="y.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=100,CODECS="avc1.42c00a,mp4a.40.2",AUDIO="a"',
    "low.m3u8",
    '#EXT-X-STREAM-INF:BANDWIDTH=300,CODECS="avc1.42c00a,ec-3"',
    "surround.m3u8",
    '#EXT-X-STREAM-INF:BANDWIDTH=200,CODECS="avc1.42c00a,mp4a.40.2"',
    "high.m3u8",
  );
  if (list.kind !== "master") throw new Error("it is a list of segments");
  const url = new URL("http://a/b.m3u8");
  equal(chooseVariant(list, Infinity, url).uri, "high.m3u8");
  deepEqual([150, 1].map((limit) => chooseVariant(list, limit, url).uri), ["low.m3u8", "low.m3u8"]);
  equal(chooseVariant(list, 150, url).audioUri, "y.m3u8");
  const foreign = { kind: "master", variants: list.variants.slice(1, 2) } as const;
  throws(() => chooseVariant(foreign, Infinity, url), /its codecs are avc1\.42c00a, ec-3, wanted H\.264/);
});

Deno.test("parsePlaylist() reads a long line of attributes in the time of its length", () => {
  const long = "A".repeat(2 ** 20);
  throws(() => parse("#EXT-X-TARGETDURATION:2", `#EXT-X-MAP:${long}`), /names no file/);
  const map = `#EXT-X-MAP:${long},B,URI="a, b=c.mp4",BYTERANGE="10@5"`;
  const { segments } = parse("#EXT-X-TARGETDURATION:2", map, "#EXTINF:1,", "0.m4s") as MediaPlaylist;
  deepEqual(segments[0].init, { uri: "a, b=c.mp4", range: { start: 5, length: 10 } });
});
