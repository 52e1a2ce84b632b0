/**
 * The `hls-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { pause, Retry } from "../network/retry.ts";
import { checkHeaders } from "../network/websocket_handshake.ts";
import { MOST_PLAYLIST_BYTES } from "./hls_playlist.ts";
import { HlsReader } from "./hls_reader.ts";
import { HlsStream, type Port, readPlaylist, type StreamOptions, type StreamPacket } from "./hls_stream.ts";
import { HlsTimeline } from "./hls_timeline.ts";
import { chooseVariant } from "./hls_variants.ts";
import { retriesOf } from "./pauses.ts";

/** How late frames may be before the pace begins anew. */
const MOST_LATE_NS = 1e9;

/**
 * Reads a stream of HLS.
 *
 * **Purpose.** Reads a playlist and its segments, of MP4 or MPEG-TS, live or recorded, and gives what is encoded in them as
 * it is. Of several variants it takes the one with the highest bit rate up to `maxBitRate`. In a live graph frames come at
 * the pace of the media; a stream that goes on is begun three segments before its end, and whatever is wrong with the
 * other side is told, and tried again. Offline, the first fault ends the graph. Frames behind a discontinuity of the
 * playlist, or behind a segment that was lost, are flagged; times rise all the same.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: encoded pictures. `audio`: encoded sound.
 *
 * **Config.** One of `url` and `path`; `headers`, `maxBitRate`, `timeoutSeconds`, `fromStart`. Figures: `frames`, `playedSeconds`,
 * `lostSegments`, `breaks`, `retries`.
 *
 * **Example.**
 * ```json
 * { "news": { "type": "hls-source", "config": { "url": "https://example.com/live.m3u8" } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["hls", "m3u8", "network", "live", "stream", "playlist", "http", "https", "read", "demux"],
  figures: ["frames", "playedSeconds", "lostSegments", "breaks", "retries"],
})
export class HlsSource {
  /** Encoded pictures. */
  @output({ gives: { codec: ["h264", "hevc", "vp9", "av1"] } })
  video!: StreamOutput<EncodedFrame>;
  /** Encoded sound. */
  @output({ gives: { codec: ["aac", "opus", "flac", "mp3"] } })
  audio!: StreamOutput<EncodedFrame>;
  /** The address of the playlist. @pattern ^https?://[^/?#]+ @reaches url */
  @config()
  url?: string;
  /** The playlist in a folder with its segments; a relative path starts at the working directory. @minLength 1 @reaches path */
  @config()
  path?: string;
  /** Sent along with each request to the playlist's host, such as `"Authorization": "Bearer ${env:TOKEN}"`. */
  @config()
  headers: Record<string, string> = {};
  /** The highest bit rate of a variant that is taken; by default any. @minimum 1 @unit bit/s */
  @config()
  maxBitRate?: number;
  /** How long the server may take to answer. @exclusiveMinimum 0 @maximum 3600 @unit s */
  @config()
  timeoutSeconds = 5;
  /** True: a stream that goes on is played from the first segment that its playlist names. */
  @config()
  fromStart = false;

  readonly #timeline = new HlsTimeline();
  /** Outputs whose next frame is flagged, and those that wait for a key frame. */
  readonly #jumps = new Set<Port>();
  readonly #waits = new Set<Port>(["video"]);
  /** The time of the graph's clock at which the media's time was 0. */
  #clockNs: number | undefined;
  #reader!: HlsReader;
  #frames = 0;
  readonly #breaks = { video: 0, audio: 0 };

  /** Looks at the configuration. */
  setup(context: ProcessorContext): void {
    const { url, path } = this;
    if ((url === undefined) === (path === undefined)) {
      const found = url === undefined ? "neither" : "both";
      const message = `Cannot start "${context.nodeId}": it has ${found} of "url" and "path", wanted one of them`;
      throw new SluiceError("InvalidConfig", message, { nodeId: context.nodeId, key: "url" });
    }
    checkHeaders(this.headers);
    this.#reader = new HlsReader((url ?? path)!, this, context);
  }

  /** Plays the stream until it ends, or the graph stops. */
  async process(context: ProcessorContext): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([context.signal, ended.signal]);
    const retry = new Retry(retriesOf(context, signal));
    try {
      const { log } = context;
      const mediabunny = await import("mediabunny");
      const options = { mediabunny, reader: this.#reader, retry, context, signal, fromStart: this.fromStart };
      const streams = await retry.until(() => this.#open(options, log));
      for (;;) {
        const next = await earliest(streams);
        if (next === undefined) break;
        await this.#write(next, context);
        this.#report(context, streams, retry);
      }
    } finally {
      ended.abort();
    }
    context.finish();
  }

  /** Finds the lists of segments. */
  async #open(options: Omit<StreamOptions, "ports">, log: ProcessorContext["log"]): Promise<HlsStream[]> {
    const { root } = this.#reader;
    const { bytes, url } = await this.#reader.read({ uri: root.href }, root, MOST_PLAYLIST_BYTES);
    const list = readPlaylist(bytes, url);
    const both = new Set<Port>(["video", "audio"]);
    if (list.kind === "media") return [new HlsStream(root.href, root, { ...options, ports: both })];
    const { uri, audioUri, bitRate } = chooseVariant(list, this.maxBitRate ?? Infinity, url);
    log.info(`it plays the variant of ${(bitRate / 1e6).toFixed(1)} Mbit/s, one of ${list.variants.length}`);
    if (audioUri === undefined) return [new HlsStream(uri, url, { ...options, ports: both })];
    return [
      new HlsStream(uri, url, { ...options, ports: new Set<Port>(["video"]) }),
      new HlsStream(audioUri, url, { ...options, ports: new Set<Port>(["audio"]) }),
    ];
  }

  async #write(next: StreamPacket, context: ProcessorContext): Promise<void> {
    const { port, format: { kind: _, ...format }, packet: { bytes, keyframe, durationNs } } = next;
    const { timeNs, breaks } = this.#timeline.place(next);
    if (breaks) this.#break(port);
    if (this.#waits.has(port) && !keyframe) return;
    this.#waits.delete(port);
    if (context.mode === "live") await this.#pace(timeNs, context);
    const out = this[port];
    if (!out.connected) return;
    await out.ready();
    const frame = await out.acquire({ ...format, maxBytes: bytes.length, keyframe });
    frame.bytes.set(bytes);
    [frame.ptsNs, frame.dtsNs, frame.durationNs] = [timeNs, timeNs, durationNs];
    frame.discontinuity = this.#jumps.delete(port);
    out.write(frame);
    this.#frames++;
    context.progress(this.#timeline.endNs);
  }

  #break(port: Port): void {
    this.#breaks[port]++;
    this.#clockNs = undefined;
    this.#jumps.add(port);
    if (port === "video") this.#waits.add(port);
  }

  /** Waits until a frame is due. What has come late sets the pace anew. */
  async #pace(timeNs: number, context: ProcessorContext): Promise<void> {
    const nowNs = context.nowNs();
    if (this.#clockNs === undefined || nowNs - (this.#clockNs + timeNs) > MOST_LATE_NS) this.#clockNs = nowNs - timeNs;
    const dueNs = this.#clockNs + timeNs;
    if (dueNs > nowNs) await pause((dueNs - nowNs) / 1e9, context.signal);
  }

  #report(context: ProcessorContext, streams: readonly HlsStream[], { retries }: Retry): void {
    context.report({
      frames: this.#frames,
      playedSeconds: this.#timeline.endNs / 1e9,
      lostSegments: streams.reduce((sum, { lostSegments }) => sum + lostSegments, 0),
      breaks: Math.max(this.#breaks.video, this.#breaks.audio),
      retries,
    });
  }
}

/** The packet that is next of all streams, taken off its own; `undefined` where all have ended. */
async function earliest(streams: readonly HlsStream[]): Promise<StreamPacket | undefined> {
  let [found, from]: [StreamPacket | undefined, HlsStream | undefined] = [undefined, undefined];
  for (const stream of streams) {
    const head = await stream.head();
    if (head === undefined) continue;
    const isFirst = found === undefined || head.epoch < found.epoch ||
      (head.epoch === found.epoch && head.packet.timeNs < found.packet.timeNs);
    if (isFirst) [found, from] = [head, stream];
  }
  from?.advance();
  return found;
}
