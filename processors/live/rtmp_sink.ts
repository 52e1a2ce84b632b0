/**
 * The `rtmp-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { FfmpegLink } from "./ffmpeg_program.ts";
import { LiveSink } from "./live_sink.ts";

/**
 * Publishes by RTMP, as servers of live platforms take it.
 *
 * **Purpose.** Sends pictures and sound as they are to an address, which ends with the key of the stream. It begins with a
 * key frame. In a live graph it connects again whenever the connection ends or the server is not there, and what comes
 * meanwhile is lost; an offline graph fails. While the server takes less than comes, frames stay on the links, whose policy
 * says what is lost. It starts `ffmpeg`, which has to be on the `PATH` (`--allow-run=ffmpeg`) and copies what it is
 * given; other users of the machine may see its command line, and the key in it.
 *
 * **Inputs.** `video`: H.264. `audio`: AAC or MP3. Either may be left without a link.
 *
 * **Outputs.** None.
 *
 * **Config.** `url`. Figures: `sent` and `lost` frames, and `connections` so far.
 *
 * **Example.**
 * ```json
 * { "show": { "type": "rtmp-sink", "config": { "url": "rtmp://live.example.com/app/${env:STREAM_KEY}" } } }
 * ```
 */
@processor({
  tags: ["rtmp", "rtmps", "network", "live", "send", "publish", "stream", "ffmpeg", "h264", "aac"],
  figures: ["sent", "lost", "connections"],
})
export class RtmpSink {
  /** Pictures. */
  @input({ optional: true, accepts: { codec: ["h264"] } })
  video!: StreamInput<EncodedFrame>;
  /** Sound. */
  @input({ optional: true, accepts: { codec: ["aac", "mp3"] } })
  audio!: StreamInput<EncodedFrame>;
  /** Where to publish, with the key of the stream: best `${env:NAME}`. @pattern ^rtmps?://[^/?#]+/.+ @reaches url */
  @config()
  url!: string;

  #sink: LiveSink | undefined;

  /** Begins to connect. */
  setup(context: ProcessorContext): void {
    const { nodeId } = context;
    const { protocol, host } = new URL(this.url);
    const options = {
      nodeId,
      attempt: `Cannot publish to ${JSON.stringify(`${protocol}//${host}`)}`,
      args: [
        ...["-f", "mpegts", "-analyzeduration", "500000", "-fpsprobesize", "0", "-i", "-", "-map", "0", "-c", "copy"],
        ...["-f", "flv", "-flvflags", "no_duration_filesize", "-flush_packets", "1", this.url],
      ],
    };
    this.#sink = new LiveSink(
      context,
      [this.video, this.audio],
      () => new FfmpegLink(options, { opensWithFrames: true }),
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
