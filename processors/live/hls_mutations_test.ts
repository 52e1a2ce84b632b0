/** What is spoiled by chance ends in a message, or is read. */
import { ok } from "node:assert/strict";
import * as mediabunny from "mediabunny";
import { SluiceError } from "../../core/errors.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { ffmpeg, FOLDER, mp4 } from "../media/fixtures/media_files.ts";
import { MediaFault } from "../media/media_fault.ts";
import { readSegment } from "./hls_packets.ts";
import { parsePlaylist } from "./hls_playlist.ts";

const PORTS = new Set(["video", "audio"] as const);
const MOST_GROWTH_BYTES = 400 * 2 ** 20;

/** Numbers that look like chance, the same each time. */
function* chance(seed: number): Generator<number, never> {
  for (;;) yield seed = (seed * 48_271) % 0x7fffffff;
}

/** A copy of bytes of which a few are others, are missing, or come twice. */
function spoiled(bytes: Uint8Array, numbers: Generator<number, never>): Uint8Array {
  const next = (below: number) => numbers.next().value % below;
  let copy = Uint8Array.from(bytes);
  for (let count = 1 + next(6); count > 0; count--) {
    const at = next(copy.length);
    const length = next(40);
    const kind = next(4);
    if (kind === 0) copy[at] = next(256);
    else if (kind === 1) copy.fill(next(2) * 255, at, at + length);
    else if (kind === 2) copy = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + length)]);
    else copy = Uint8Array.from([...copy.subarray(0, at + length), ...copy.subarray(at)]);
  }
  return copy;
}

Deno.test("parsePlaylist() reads 2,000 spoiled playlists, or says what is wrong", () => {
  const text = [
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n" +
    '#EXT-X-MAP:URI="i.mp4",BYTERANGE="10@0"\n#EXTINF:4,\n#EXT-X-BYTERANGE:9@8\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\nb.ts\n',
    '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="x.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="opus",AUDIO="a"\nl.m3u8\n',
  ].map((each) => new TextEncoder().encode(each));
  const numbers = chance(7);
  let faults = 0;
  for (let k = 0; k < 2000; k++) {
    try {
      parsePlaylist(spoiled(text[k % 2], numbers));
    } catch (error) {
      if (!(error instanceof MediaFault)) throw error;
      faults++;
    }
  }
  ok(faults > 100 && faults < 1900, `${faults} faults`);
});

rare(Deno.test)(
  "readSegment() reads 10,000 spoiled segments, or says what is wrong, within bounded memory",
  async () => {
    const hls = ["-c", "copy", "-f", "hls", "-hls_list_size", "0"];
    ffmpeg("-i", mp4(), ...hls, `${FOLDER}/ts.m3u8`);
    ffmpeg(
      "-i",
      mp4(),
      ...hls,
      "-hls_segment_type",
      "fmp4",
      "-hls_fmp4_init_filename",
      "init.mp4",
      `${FOLDER}/cmaf.m3u8`,
    );
    const [ts, init, cmaf] = ["ts0.ts", "init.mp4", "cmaf0.m4s"].map((name) => Deno.readFileSync(`${FOLDER}/${name}`));
    const segments = [ts, Uint8Array.from([...init, ...cmaf])];
    const numbers = chance(11);
    let read = 0;
    const before = Deno.memoryUsage().rss;
    for (let k = 0; k < 10_000; k++) {
      try {
        await readSegment(mediabunny, "a segment", spoiled(segments[k % 2], numbers), PORTS);
        read++;
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
      }
    }
    const grown = Deno.memoryUsage().rss - before;
    ok(read > 1000 && grown < MOST_GROWTH_BYTES, `${read} read, ${grown} bytes more`);
  },
);
