/**
 * The `srt-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { FfmpegLink } from "./ffmpeg_program.ts";
import { LiveSink } from "./live_sink.ts";
import { SRT_PACKET_BYTES, srtAddress, srtArgs } from "./srt_options.ts";

/** A receiver lets go what it has not handed on when the connection ends: this is for what is sent again, and its latency. */
const LINGER_MS = 400;

/**
 * Sends MPEG-TS by SRT.
 *
 * **Purpose.** Calls an address, or listens on a port for one caller at a time, and sends pictures and sound as they are.
 * It begins with a key frame. SRT sends packets again that were lost on the way, as long as `latencyMs` allows. In a live
 * graph it connects again whenever the connection ends or the other side does not answer, and what comes meanwhile is
 * lost; an offline graph waits for its connection, and fails with it. While the network takes less than comes, frames stay
 * on the links, whose policy says what is lost. It starts `ffmpeg`, which has to be on the `PATH`
 * (`--allow-run=ffmpeg`), and hands on the bytes; other users of the machine may see its command line, and the passphrase
 * in it.
 *
 * **Inputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `mode`, `hostname`, `port`, `latencyMs`, `passphrase`, `streamId`. Figures: `sent` and `lost` frames, and
 * `connections` so far.
 *
 * **Example.**
 * ```json
 * { "studio": { "type": "srt-sink", "config": {
 *   "hostname": "192.0.2.7", "latencyMs": 200, "passphrase": "${env:SRT_PASSPHRASE}"
 * } } }
 * ```
 */
@processor({
  tags: ["srt", "network", "live", "send", "mpegts", "ffmpeg", "h264", "hevc", "aac", "opus"],
  figures: ["sent", "lost", "connections"],
})
export class SrtSink {
  /** Pictures. */
  @input({ optional: true, accepts: { codec: ["h264", "hevc"] } })
  video!: StreamInput<EncodedFrame>;
  /** Sound. */
  @input({ optional: true, accepts: { codec: ["aac", "mp3", "opus"] } })
  audio!: StreamInput<EncodedFrame>;
  /** Whether it calls the other side, or waits for its call. */
  @config()
  mode: "caller" | "listener" = "caller";
  /**
   * The host to call; of a listener, the address of this machine to listen on: `0.0.0.0` for everybody who reaches it.
   * @pattern ^[\w.:-]+$ @reaches host
   */
  @config()
  hostname = "127.0.0.1";
  /** The port to call, or to listen on. @integer @minimum 1 @maximum 65535 */
  @config()
  port = 9710;
  /**
   * For how long packets wait for those that are sent again; the larger of both sides' values holds.
   * @integer @minimum 0 @maximum 60000 @unit ms
   */
  @config()
  latencyMs = 120;
  /** What both sides know, 10 to 79 bytes: best `${env:NAME}`. Without, nothing is encrypted. */
  @config()
  passphrase = "";
  /** What a caller tells the other side of the stream that it sends. @maxLength 512 */
  @config()
  streamId = "";

  #sink: LiveSink | undefined;

  /** Begins to connect. */
  setup(context: ProcessorContext): void {
    const { nodeId } = context;
    const address = srtAddress(this);
    const options = {
      nodeId,
      attempt: `Cannot send ${this.mode === "caller" ? "to" : "on"} ${JSON.stringify(address)}`,
      ...(this.mode === "listener" && { waits: (message: string) => context.log.warn(message) }),
      args: [
        ...[
          "-f",
          "data",
          "-raw_packet_size",
          `${SRT_PACKET_BYTES}`,
          "-probesize",
          "32",
          "-i",
          "-",
          "-map",
          "0",
          "-c",
          "copy",
        ],
        ...["-f", "data", "-flush_packets", "1", ...srtArgs(this, nodeId), address],
      ],
    };
    this.#sink = new LiveSink(
      context,
      [this.video, this.audio],
      () => new FfmpegLink(options, { lingerMs: this.latencyMs + LINGER_MS }),
    );
  }

  /** Sends what has come. */
  async process(): Promise<void> {
    await this.#sink!.process();
  }

  /** Sends the rest. */
  async flush(): Promise<void> {
    await this.#sink!.flush();
  }

  /** Ends the connection. */
  async teardown(): Promise<void> {
    await this.#sink?.teardown();
  }
}
