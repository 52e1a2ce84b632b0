/**
 * The `srt-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { receiveByFfmpeg } from "./ffmpeg_program.ts";
import { LiveOutputs } from "./live_outputs.ts";
import { receiveLive } from "./live_source.ts";
import { SRT_PACKET_BYTES, srtAddress, srtArgs } from "./srt_options.ts";

/**
 * Receives MPEG-TS by SRT.
 *
 * **Purpose.** Calls an address, or listens on a port where one caller at a time sends, and gives the pictures and the
 * sound of the first program as they come, without decoding them. SRT has packets sent again that were lost on the way, as
 * long as `latencyMs` allows; what is lost all the same is counted. When the other side ends, does not answer, or nothing
 * comes of it for 4 s, it connects again; the first frames behind that are flagged as a discontinuity, and times go on rising. The
 * first frame has the time at which it came, the others follow by the stream's times. It starts `ffmpeg`, which has to be
 * on the `PATH` (`--allow-run=ffmpeg`), and hands on the bytes. In an offline graph the stream ends with its connection.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: H.264 or H.265. `audio`: AAC, MP3 or Opus. Either may be missing. Frames for an output without a
 * link are dropped.
 *
 * **Config.** `mode`, `hostname`, `port`, `latencyMs`, `passphrase`, `streamId`. Figures: `received` frames,
 * `lostFrames`, which could not be used, `lostPackets` of the transport stream, and `connections` so far.
 *
 * **Example.**
 * ```json
 * { "stage": { "type": "srt-source", "config": {
 *   "mode": "listener", "hostname": "0.0.0.0", "passphrase": "${env:SRT_PASSPHRASE}"
 * } } }
 * ```
 */
@processor({
  mode: "external",
  tags: ["srt", "network", "live", "receive", "mpegts", "ffmpeg", "h264", "hevc", "aac", "opus"],
  figures: ["received", "lostFrames", "lostPackets", "connections"],
})
export class SrtSource {
  /** Pictures. */
  @output({ gives: { codec: ["h264", "hevc"] } })
  video!: StreamOutput<EncodedFrame>;
  /** Sound. */
  @output({ gives: { codec: ["aac", "mp3", "opus"] } })
  audio!: StreamOutput<EncodedFrame>;
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
  /** What a caller tells the other side of the stream that it wants. @maxLength 512 */
  @config()
  streamId = "";

  #outputs!: LiveOutputs;
  #args: readonly string[] = [];

  /** Checks the passphrase. */
  setup(context: ProcessorContext): void {
    const { video, audio } = this;
    this.#args = srtArgs(this, context.nodeId);
    this.#outputs = new LiveOutputs(context, { video, audio });
  }

  /** Receives over one connection after another. */
  async process(context: ProcessorContext): Promise<void> {
    const address = srtAddress(this);
    const options = {
      nodeId: context.nodeId,
      attempt: `Cannot receive ${this.mode === "caller" ? "from" : "on"} ${JSON.stringify(address)}`,
      ...(this.mode === "listener" && { waits: (message: string) => context.log.warn(message) }),
      args: [
        ...["-f", "data", "-raw_packet_size", `${SRT_PACKET_BYTES}`, ...this.#args, "-i", address],
        ...["-map", "0", "-c", "copy", "-f", "data", "-flush_packets", "1", "-"],
      ],
    };
    const outputs = this.#outputs;
    await receiveLive(context, outputs, () => receiveByFfmpeg(options, context.signal, () => outputs.connected()));
  }
}
